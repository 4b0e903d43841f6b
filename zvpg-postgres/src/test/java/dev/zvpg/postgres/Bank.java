package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/**
 * A load like pgbench's, with something to check: threads move money between accounts, so the sum of the balances never
 * changes, and write each transfer down. Now and then a table is made and dropped. They leave something of the machine
 * to whoever copies the bank meanwhile.
 */
final class Bank implements AutoCloseable {

    private static final int ACCOUNTS = 1000;
    private static final int BALANCE = 1000;

    /** How many times as long as a transfer took its teller rests: four load one processor, however slow that is. */
    private static final int REST = 3;

    private final List<Thread> tellers = new ArrayList<>();
    private final AtomicLong transfers = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean closing;

    /** Opens the accounts, and begins to move money over {@code sessions} connections that stay open to the end. */
    static Bank open(DataSource database, int sessions, long seed) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL, filler text)");
            statement.execute("CREATE TABLE transfer (id bigserial PRIMARY KEY, amount int NOT NULL, note text)");
            statement.execute("INSERT INTO account SELECT i, " + BALANCE + ", repeat('x', 900) FROM generate_series(1, "
                    + ACCOUNTS + ") i");
        }
        Bank bank = new Bank();
        for (int i = 0; i < sessions; i++) {
            Connection connection = database.getConnection();
            Random random = new Random(seed + i);
            Thread teller = new Thread(() -> bank.work(connection, random), "teller-" + i);
            bank.tellers.add(teller);
            teller.start();
        }
        return bank;
    }

    long transfers() {
        return transfers.get();
    }

    /** Checks what a copy of the bank holds; returns the number of transfers in it. */
    static long audit(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("SELECT sum(balance), count(*) FROM account")) {
                row.next();
                assertThat(row.getLong(1)).as("sum of balances").isEqualTo((long) ACCOUNTS * BALANCE);
                assertThat(row.getLong(2)).as("accounts").isEqualTo(ACCOUNTS);
            }
            // by the heap and by the index: both must tell the same
            statement.execute(
                    "SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off");
            long byHeap = count(statement);
            statement.execute("RESET ALL; SET enable_seqscan = off");
            assertThat(count(statement)).as("transfers by index and by heap").isEqualTo(byHeap);
            return byHeap;
        }
    }

    private static long count(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT count(*) FROM transfer WHERE id > 0")) {
            row.next();
            return row.getLong(1);
        }
    }

    private void work(Connection connection, Random random) {
        try (connection;
                Statement statement = connection.createStatement();
                PreparedStatement move =
                        connection.prepareStatement("UPDATE account SET balance = balance + ? WHERE id = ?");
                PreparedStatement note = connection.prepareStatement(
                        "INSERT INTO transfer (amount, note) VALUES (?, repeat('n', 100))")) {
            connection.setAutoCommit(false);
            for (int round = 1; !closing; round++) {
                long began = System.nanoTime();
                int amount = 1 + random.nextInt(100);
                int from = 1 + random.nextInt(ACCOUNTS);
                int to = 1 + random.nextInt(ACCOUNTS);
                // always the lower one first, so that two tellers never wait for each other
                change(move, Math.min(from, to), from < to ? -amount : amount);
                change(move, Math.max(from, to), from < to ? amount : -amount);
                note.setInt(1, amount);
                note.executeUpdate();
                if (round % 50 == 0) {
                    String table = "scratch_" + Thread.currentThread().getId();
                    statement.execute("CREATE TABLE " + table + " AS SELECT generate_series(1, 1000)");
                    statement.execute("DROP TABLE " + table);
                }
                connection.commit();
                transfers.incrementAndGet();
                TimeUnit.NANOSECONDS.sleep(REST * (System.nanoTime() - began));
            }
        } catch (SQLException | RuntimeException | InterruptedException e) {
            failure.compareAndSet(null, e);
        }
    }

    private static void change(PreparedStatement move, int account, int amount) throws SQLException {
        move.setInt(1, amount);
        move.setInt(2, account);
        move.executeUpdate();
    }

    /** Ends the load; fails when a session was cut off or a transfer failed. */
    @Override
    public void close() throws InterruptedException {
        closing = true;
        for (Thread teller : tellers) {
            teller.join();
        }
        assertThat(failure.get()).as("what ended a session").isNull();
    }
}
