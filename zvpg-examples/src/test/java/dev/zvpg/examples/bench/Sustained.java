package dev.zvpg.examples.bench;

import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.ScratchClone;
import dev.zvpg.ScratchPool;
import dev.zvpg.Snapshot;
import dev.zvpg.examples.bench.report.Figure;
import dev.zvpg.examples.bench.report.Report;
import dev.zvpg.examples.bench.report.Samples;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How many fresh clones a second a pool hands out when each is written to, against bare starts back to back. */
final class Sustained implements Scenario {

    private static final int POOL = 4;
    private static final int TURNS = 3;
    private static final long TURN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Map<String, Double> BARS = Map.of("ext4", 0.9, "xfs", 0.9, "btrfs", 1.2);

    @Override
    public String title() {
        return "Fresh clones a second";
    }

    @Override
    public void measure(Ground ground, Report report) throws Exception {
        try (Repository repo = ground.repository("sustained")) {
            try {
                Snapshot snapshot = repo.branch("main").snapshot("empty", "");
                Clone bare = snapshot.clone("bare");
                BareServer floor =
                        new BareServer("bare", ground.postgres(), bare.dataDirectory(), bare.credentials(), Map.of());
                double ours = 0;
                double bareStarts = 0;
                for (int turn = 0; turn < TURNS; turn++) {
                    bareStarts += perSecond(() -> {
                        floor.fresh();
                        floor.discard();
                    });
                    try (ScratchPool pool = snapshot.pool(o -> o.size(POOL).reuse(false))) {
                        perSecond(() -> useOnce(pool)); // the pool is full at first, which is not what is asked
                        ours += perSecond(() -> useOnce(pool));
                    }
                }
                Figure figure = Figure.ratio(
                        "sustained/" + ground.name(),
                        ours / TURNS,
                        "clones/s",
                        bareStarts / TURNS,
                        "to bare starts back to back");
                Double bar = BARS.get(ground.name());
                report.add(bar == null ? figure : figure.atLeast(bar));
            } finally {
                repo.destroy();
            }
        }
    }

    private static void useOnce(ScratchPool pool) throws Exception {
        try (ScratchClone lease = pool.lease(Duration.ofMinutes(1));
                Connection connection = lease.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE work (id int)");
        }
    }

    private static double perSecond(Samples.Step step) throws Exception {
        long began = System.nanoTime();
        int count = 0;
        while (System.nanoTime() - began < TURN_NANOS) {
            step.run();
            count++;
        }
        return count * 1e9 / (System.nanoTime() - began);
    }
}
