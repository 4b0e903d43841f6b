package dev.zvpg.examples.bench;

import dev.zvpg.Branch;
import dev.zvpg.examples.bench.report.Figure;
import dev.zvpg.examples.bench.report.Report;
import dev.zvpg.examples.bench.report.Samples;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A table of two million rows, 256 MB, and changes all over it. The row with key 0 is nobody's. Stateless. */
final class Accounts {

    static final int ROWS = 2_000_000;

    private static final int STRIDE = 7919;

    private Accounts() {}

    static void create(Branch branch) throws SQLException {
        execute(
                branch,
                "CREATE TABLE accounts (id int PRIMARY KEY, branch int, balance int, filler char(84))",
                "INSERT INTO accounts SELECT g, g % 20, 0, '' FROM generate_series(0, " + ROWS + ") g",
                "VACUUM (FREEZE, ANALYZE) accounts");
    }

    /**
     * Changes so many rows, far from each other.
     *
     * @param column gets one more
     * @param factor a number without a divisor of the number of rows, or there are fewer; others for another one
     */
    static void change(Branch branch, String column, int rows, int factor) throws SQLException {
        execute(
                branch,
                "UPDATE accounts SET " + column + " = " + column + " + 1 WHERE id IN (SELECT (g::int8 * " + STRIDE
                        + " * " + factor + " % " + ROWS + ")::int + 1 FROM generate_series(1, " + rows + ") g)");
    }

    static void execute(Branch branch, String... statements) throws SQLException {
        try (Connection connection = branch.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Reports a median in milliseconds, which has a bar on btrfs. */
    static void report(Report report, Ground ground, String part, Samples samples, double bar) {
        Figure figure = Figure.of(part + "/" + samples.name() + "/" + ground.name(), samples.median(), "ms");
        report.add(ground.name().equals("btrfs") ? figure.atMost(bar) : figure);
    }
}
