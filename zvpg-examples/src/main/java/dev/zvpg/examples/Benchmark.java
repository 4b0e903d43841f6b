package dev.zvpg.examples;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.server.Server;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/**
 * Measures what users wait for, on a 40 MB cluster and the file system of a given directory, next to the floor: a bare
 * {@code postgres} started on the same files, and one connection. The rounds are interleaved, so that a machine that slows
 * down slows all of them down.
 *
 * <p>Usage: {@code Benchmark [DIRECTORY [ROUNDS]]}.
 */
public final class Benchmark {

    private static final int WARM_UP = 5;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Samples running = new Samples("snapshot of a running server");
    private final Samples stopped = new Samples("snapshot of a stopped server");
    private final Samples cloned = new Samples("clone");
    private final Samples started = new Samples("start");
    private final Samples firstQuery = new Samples("clone to first query");
    private final Samples stop = new Samples("stop");
    private final Samples destroy = new Samples("destroy (stopped)");
    private final Samples bare = new Samples("bare postgres start + query");

    private Benchmark() {}

    /**
     * Runs it.
     *
     * @param args where to make the repository, and how many rounds
     * @throws Exception when a step fails
     */
    public static void main(String[] args) throws Exception {
        Path parent = Path.of(args.length > 0 ? args[0] : "target").toAbsolutePath();
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 30;
        new Benchmark().run(parent, rounds);
    }

    private void run(Path parent, int rounds) throws Exception {
        Files.createDirectories(parent);
        Path home = Files.createTempDirectory(
                parent, "bench-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Postgres postgres = Postgres.embedded();
        String storage;
        try (Repository repo = Zvpg.at(home).postgres(postgres).init()) {
            storage = repo.status().storage().replaceFirst(".*\\(", "").replace(")", "");
            try {
                measure(repo, postgres, rounds);
            } finally {
                repo.destroy();
            }
        }
        report(postgres, storage, parent, rounds);
    }

    private void measure(Repository repo, Postgres postgres, int rounds) throws Exception {
        Branch main = repo.branch("main");
        for (int round = -WARM_UP; round < rounds; round++) {
            boolean counts = round >= 0;
            main.start();
            Snapshot live = running.time(counts, () -> main.snapshot("live", ""));
            main.stop();
            Snapshot v1 = stopped.time(counts, () -> main.snapshot("still", ""));

            long began = System.nanoTime();
            Clone clone = cloned.time(counts, () -> v1.clone("bench"));
            Server server = started.time(counts, clone::start);
            BareServer.query(server.dataSource("postgres"));
            firstQuery.add(counts, System.nanoTime() - began);
            stop.run(counts, clone::stop);

            try (BareServer floor = new BareServer(postgres, clone.dataDirectory(), clone.credentials())) {
                bare.run(counts, floor::startAndQuery);
            }
            destroy.run(counts, clone::delete);
            v1.delete();
            live.delete();
        }
    }

    private void report(Postgres postgres, String storage, Path parent, int rounds) throws IOException {
        Table table = new Table().row("", "p50", "p95", "ratio of p50 to bare");
        for (Samples samples : new Samples[] {bare, running, stopped, cloned, started, firstQuery, stop, destroy}) {
            table.row(
                    samples.name(),
                    String.format(Locale.ROOT, "%.1f ms", samples.percentile(50)),
                    String.format(Locale.ROOT, "%.1f ms", samples.percentile(95)),
                    String.format(Locale.ROOT, "%.2f", samples.percentile(50) / bare.percentile(50)));
        }
        out.printf(
                "%nPostgreSQL %s, %s (%s), %d rounds, one run, interleaved%n%n%s%n",
                postgres.version(), storage, Files.getFileStore(parent).type(), rounds, table);
    }
}
