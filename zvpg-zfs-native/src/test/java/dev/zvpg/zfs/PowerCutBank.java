package dev.zvpg.zfs;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import javax.sql.DataSource;

/** Accounts whose balances always add up, and a numbered list of transfers without gaps. Stateless. */
final class PowerCutBank {

    private static final int ACCOUNTS = 50;
    private static final int BALANCE = 100;

    private PowerCutBank() {}

    static void open(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL, filler text)");
            statement.execute("CREATE TABLE transfer (number bigint PRIMARY KEY)");
            statement.execute("INSERT INTO account SELECT i, " + BALANCE + ", repeat('x', 900) FROM generate_series(1, "
                    + ACCOUNTS + ") i");
        }
    }

    /** One transaction. */
    static void transfer(Connection connection, long number, Random random) throws SQLException {
        int amount = random.nextInt(100);
        try (PreparedStatement move =
                        connection.prepareStatement("UPDATE account SET balance = balance + ? WHERE id = ?");
                PreparedStatement note = connection.prepareStatement("INSERT INTO transfer VALUES (?)")) {
            for (int sign = -1; sign <= 1; sign += 2) {
                move.setInt(1, sign * amount);
                move.setInt(2, 1 + random.nextInt(ACCOUNTS));
                move.executeUpdate();
            }
            note.setLong(1, number);
            note.executeUpdate();
        }
        connection.commit();
    }

    /** Checks that the bank is sound; returns the number of the last transfer. */
    static long audit(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT (SELECT sum(balance) FROM account), "
                        + "(SELECT count(*) FROM account), (SELECT count(*) FROM transfer), "
                        + "(SELECT coalesce(max(number), 0) FROM transfer)")) {
            row.next();
            if (row.getLong(1) != (long) ACCOUNTS * BALANCE
                    || row.getLong(2) != ACCOUNTS
                    || row.getLong(3) != row.getLong(4)) {
                throw new AssertionError("a bank that is not sound: balances " + row.getLong(1) + " in "
                        + row.getLong(2) + " accounts, " + row.getLong(3) + " transfers up to number "
                        + row.getLong(4));
            }
            return row.getLong(4);
        }
    }
}
