package dev.zvpg.examples.bench;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.RunningServer;
import dev.zvpg.Snapshot;
import dev.zvpg.examples.bench.report.Comparison;
import dev.zvpg.examples.bench.report.Report;
import dev.zvpg.examples.bench.report.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The steps that users wait for, on a 40 MB cluster, next to the floor on the same files. */
final class Lifecycle implements Scenario {

    private static final int WARM_UP = 5;

    private final int rounds;

    Lifecycle(int rounds) {
        this.rounds = rounds;
    }

    @Override
    public String title() {
        return "Every step, on a 40 MB cluster";
    }

    @Override
    public void measure(Ground ground, Report report) throws Exception {
        try (Repository repo = ground.repository("lifecycle")) {
            try {
                measure(ground, report, repo);
            } finally {
                repo.destroy();
            }
        }
    }

    private void measure(Ground ground, Report report, Repository repo) throws Exception {
        Samples bare = new Samples("bare postgres, start to first answer");
        Samples running = new Samples("snapshot of a running server");
        Samples stopped = new Samples("snapshot of a stopped server");
        Samples cloned = new Samples("clone");
        Samples started = new Samples("start of a clone");
        Samples firstQuery = new Samples("clone, start, first answer");
        Samples stop = new Samples("stop");
        Samples delete = new Samples("delete a stopped clone");
        Branch main = repo.branch("main");
        for (int round = -WARM_UP; round < rounds; round++) {
            boolean counts = round >= 0;
            main.start();
            Snapshot live = running.time(counts, () -> main.snapshot("live", ""));
            main.stop();
            Snapshot v1 = stopped.time(counts, () -> main.snapshot("still", ""));

            long began = System.nanoTime();
            Clone clone = cloned.time(counts, () -> v1.clone("bench"));
            RunningServer server = started.time(counts, clone::start);
            BareServer.query(server.dataSource("postgres"));
            firstQuery.add(counts, System.nanoTime() - began);
            stop.run(counts, clone::stop);

            BareServer floor = new BareServer(
                    bare.name(), ground.postgres(), clone.dataDirectory(), clone.credentials(), Map.of());
            try {
                bare.run(counts, floor::fresh);
            } finally {
                floor.discard();
            }
            delete.run(counts, clone::delete);
            v1.delete();
            live.delete();
        }
        List<Samples> ours = List.of(running, stopped, cloned, started, firstQuery, stop, delete);
        List<Samples> all = new ArrayList<>(List.of(bare));
        all.addAll(ours);
        report.add(Comparison.of(
                "Every step on a 40 MB cluster, on " + ground.name() + " ("
                        + repo.status().storage().replaceFirst(".*\\(", "(").replaceAll("[()]", "") + ")",
                all,
                bare.name(),
                Samples.names(ours)));
    }
}
