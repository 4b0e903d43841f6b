package dev.zvpg.examples.bench;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.examples.bench.report.Figure;
import dev.zvpg.examples.bench.report.Report;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * What a server does on a clone, against one started by hand on another clone of the same snapshot: pgbench's
 * transaction.
 */
final class Overhead implements Scenario {

    private static final int ACCOUNTS = 100_000;
    private static final int WARM_UP = 1;
    private static final int TURNS = 9;
    private static final long TURN_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long SEED = 20261125;
    private static final double BAR = 0.98;

    @Override
    public String title() {
        return "Transactions a second on a clone";
    }

    @Override
    public void measure(Ground ground, Report report) throws Exception {
        try (Repository repo = ground.repository("overhead")) {
            try {
                Snapshot bank = bank(repo.branch("main"));
                Clone clone = bank.clone("started-by-zvpg");
                Clone byHand = bank.clone("started-by-hand");
                clone.start();
                BareServer bare = new BareServer(
                        "by hand", ground.postgres(), byHand.dataDirectory(), byHand.credentials(), Map.of());
                bare.fresh();
                try {
                    compare(
                            ground,
                            report,
                            clone.dataSource(),
                            BareServer.dataSource(bare.port(), "postgres", byHand.credentials()));
                } finally {
                    bare.discard();
                }
            } finally {
                repo.destroy();
            }
        }
    }

    private static void compare(Ground ground, Report report, DataSource clone, DataSource byHand) throws SQLException {
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        for (int turn = -WARM_UP; turn < TURNS; turn++) {
            boolean oursFirst = turn % 2 == 0; // each is the first as often
            double first = transactionsPerSecond(oursFirst ? clone : byHand);
            double second = transactionsPerSecond(oursFirst ? byHand : clone);
            if (turn >= 0) {
                ours.add(oursFirst ? first : second);
                theirs.add(oursFirst ? second : first);
            }
        }
        report.add(Figure.ratio(
                        "overhead/" + ground.name(), median(ours), "tps", median(theirs), "to a server started by hand")
                .atLeast(BAR));
    }

    private static Snapshot bank(Branch main) throws SQLException {
        main.start();
        try (Connection connection = main.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE accounts (aid int PRIMARY KEY, balance int) WITH (fillfactor = 90)");
            statement.execute("INSERT INTO accounts SELECT g, 0 FROM generate_series(1, " + ACCOUNTS + ") g");
            statement.execute("CREATE TABLE history (aid int, delta int, at timestamptz)");
            statement.execute("VACUUM ANALYZE");
        }
        main.stop();
        return main.snapshot("bank", "");
    }

    private static double transactionsPerSecond(DataSource source) throws SQLException {
        SplittableRandom random = new SplittableRandom(SEED);
        try (Connection connection = source.getConnection();
                PreparedStatement update =
                        connection.prepareStatement("UPDATE accounts SET balance = balance + ? WHERE aid = ?");
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO history VALUES (?, ?, current_timestamp)")) {
            connection.setAutoCommit(false);
            long began = System.nanoTime();
            int count = 0;
            while (System.nanoTime() - began < TURN_NANOS) {
                int account = random.nextInt(ACCOUNTS) + 1;
                int delta = random.nextInt(-5000, 5000);
                update.setInt(1, delta);
                update.setInt(2, account);
                update.executeUpdate();
                insert.setInt(1, account);
                insert.setInt(2, delta);
                insert.executeUpdate();
                connection.commit();
                count++;
            }
            return count * 1e9 / (System.nanoTime() - began);
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
