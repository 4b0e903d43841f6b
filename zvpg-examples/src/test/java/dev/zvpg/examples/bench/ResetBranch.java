package dev.zvpg.examples.bench;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.examples.bench.report.Figure;
import dev.zvpg.examples.bench.report.Report;
import dev.zvpg.examples.bench.report.Samples;
import java.sql.Connection;
import java.sql.Statement;

/** A running branch goes back to a snapshot, until it answers again. */
final class ResetBranch implements Scenario {

    private static final int WARM_UP = 3;
    private static final int ROUNDS = 15;
    private static final double BAR_MS = 90;

    @Override
    public String title() {
        return "Reset of a running branch";
    }

    @Override
    public void measure(Ground ground, Report report) throws Exception {
        try (Repository repo = ground.repository("reset")) {
            try {
                Branch main = repo.branch("main");
                Snapshot empty = main.snapshot("empty", "");
                main.start();
                Samples samples = new Samples("reset");
                for (int round = -WARM_UP; round < ROUNDS; round++) {
                    try (Connection connection = main.dataSource().getConnection();
                            Statement statement = connection.createStatement()) {
                        statement.execute("CREATE TABLE work AS SELECT g FROM generate_series(1, 1000) g");
                    }
                    samples.run(round >= 0, () -> {
                        main.resetTo(empty, o -> o.save(false));
                        BareServer.query(main.dataSource());
                    });
                }
                Figure figure = Figure.of("reset/" + ground.name(), samples.median(), "ms");
                report.add(ground.name().equals("btrfs") ? figure.atMost(BAR_MS) : figure);
                main.stop();
            } finally {
                repo.destroy();
            }
        }
    }
}
