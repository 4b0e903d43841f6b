package dev.zvpg.examples.bench;

import dev.zvpg.Repository;
import dev.zvpg.ScratchClone;
import dev.zvpg.Snapshot;
import dev.zvpg.examples.bench.report.Console;
import dev.zvpg.examples.bench.report.Figure;
import dev.zvpg.examples.bench.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** A hundred scratch servers alive at once, and the memory that each costs. */
final class Crowd implements Scenario {

    private static final int SERVERS = 100;

    @Override
    public String title() {
        return "A hundred scratch servers at once";
    }

    @Override
    public void measure(Ground ground, Report report) throws Exception {
        Deque<ScratchClone> alive = new ArrayDeque<>();
        try (Repository repo = ground.repository("crowd")) {
            try {
                Snapshot snapshot = repo.branch("main").snapshot("empty", "");
                long began = System.nanoTime();
                for (int i = 0; i < SERVERS; i++) {
                    alive.push(snapshot.scratch());
                }
                double seconds = (System.nanoTime() - began) / 1e9;
                long bytes = 0;
                for (ScratchClone clone : alive) {
                    BareServer.query(clone.dataSource());
                    bytes += memory(clone.server().pid());
                }
                String where = "/" + ground.name();
                report.add(Figure.of("crowd-start" + where, seconds / SERVERS * 1e3, "ms each"));
                report.add(Figure.of("crowd-memory" + where, bytes / 1e6 / SERVERS, "MB PSS each"));
            } finally {
                alive.forEach(ScratchClone::close);
                repo.destroy();
            }
        }
    }

    /** The proportional set size of a process and its children: what is shared is counted in parts. */
    private static long memory(long pid) throws IOException {
        List<ProcessHandle> family = ProcessHandle.of(pid).stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .toList();
        long bytes = 0;
        for (ProcessHandle process : family) {
            Path file = Path.of("/proc", Long.toString(process.pid()), "smaps_rollup");
            try (Stream<String> lines = Files.lines(file)) {
                bytes += lines.filter(line -> line.startsWith("Pss:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                        .sum();
            } catch (NoSuchFileException e) {
                Console.say("process " + process.pid() + " has ended meanwhile");
            }
        }
        return bytes;
    }
}
