package dev.zvpg.postgres;

import dev.zvpg.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Sessions that do to a database whatever is done to databases, at random: transactions that stay open for long,
 * savepoints, prepared and asynchronous commits, locks on rows, rewrites of tables and new columns. Confined to one
 * thread.
 */
final class RandomWork implements AutoCloseable {

    /** The tables it works on, each with its key; without one where it is empty. */
    static final List<String> TABLES = List.of("plain", "texts", "pairs", "heap", "parts", "child");

    /** Few rows on a page, so that most pages are left alone. */
    private static final String ROOMY = ", pad text DEFAULT repeat('.', 300)) WITH (fillfactor = 10)";

    private static final List<String> SCHEMA = List.of(
            "CREATE TABLE plain (id int PRIMARY KEY, a int, b text" + ROOMY,
            "CREATE TABLE texts (k text PRIMARY KEY, a int, b bytea" + ROOMY,
            "CREATE TABLE pairs (x bigint, y timestamptz, a int, b text, PRIMARY KEY (x, y)" + ROOMY,
            "CREATE TABLE heap (a int, b text)",
            "CREATE TABLE parts (id int, a int, b text, PRIMARY KEY (id)) PARTITION BY HASH (id)",
            "CREATE TABLE parts0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
            "CREATE TABLE parts1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
            "CREATE TABLE child (id int PRIMARY KEY, a int REFERENCES plain DEFERRABLE INITIALLY DEFERRED, b text,"
                    + " g int GENERATED ALWAYS AS (id * 2) STORED" + ROOMY,
            "INSERT INTO plain SELECT g, g, 'plain ' || g FROM generate_series(1, 400) g",
            "INSERT INTO texts SELECT 'k' || g, g, decode(lpad(g::text, 4, '0'), 'hex') FROM generate_series(1, 300) g",
            "INSERT INTO pairs SELECT g % 7, 'epoch'::timestamptz + g * interval '1 h', g, '' FROM generate_series(1, 300) g",
            "INSERT INTO heap SELECT g % 50, 'heap' FROM generate_series(1, 300) g",
            "INSERT INTO parts SELECT g, g, 'part' FROM generate_series(1, 300) g",
            "INSERT INTO child SELECT g, g, 'child' FROM generate_series(1, 200) g",
            "SELECT lo_from_bytea(100 + g, decode(repeat('ab', 3000), 'hex')) FROM generate_series(1, 5) g");

    private final Random random;
    private final String tag;
    private final List<Connection> sessions = new ArrayList<>();
    private int names;

    RandomWork(Database database, Random random, String tag, int count) throws SQLException {
        this.random = random;
        this.tag = tag;
        for (int i = 0; i < count; i++) {
            Connection session = database.dataSource().getConnection();
            sessions.add(session);
            execute(session, "SET lock_timeout = '20ms'", "SET deadlock_timeout = '10ms'");
        }
    }

    static void prepare(Database database) throws SQLException {
        try (Connection session = database.dataSource().getConnection();
                Statement statement = session.createStatement()) {
            for (String sql : SCHEMA) {
                statement.execute(sql);
            }
        }
    }

    /** Takes a number of steps; what fails, fails. */
    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            Connection session = sessions.get(random.nextInt(sessions.size()));
            try {
                execute(session, step());
            } catch (SQLException refused) {
                rollBackIfBroken(session);
            }
        }
    }

    /** Ends all transactions without writing anything else. */
    void commit() {
        for (Connection session : sessions) {
            try {
                execute(session, "COMMIT");
            } catch (SQLException refused) {
                rollBackIfBroken(session);
            }
        }
    }

    private static void rollBackIfBroken(Connection session) {
        try {
            execute(session, "SELECT 1");
        } catch (SQLException broken) {
            try {
                execute(session, "ROLLBACK");
            } catch (SQLException ended) {
                throw new AssertionError("the session has ended", ended);
            }
        }
    }

    private static void execute(Connection session, String... statements) throws SQLException {
        try (Statement statement = session.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private String[] step() {
        int kind = random.nextInt(100);
        if (kind < 14) {
            return of("BEGIN");
        } else if (kind < 28) {
            return of("COMMIT");
        } else if (kind < 32) {
            return of("ROLLBACK");
        } else if (kind < 36) {
            return of("SAVEPOINT s", change(), random.nextBoolean() ? "ROLLBACK TO s" : "RELEASE s");
        } else if (kind < 40) {
            return of("SET synchronous_commit = " + (random.nextBoolean() ? "off" : "on"));
        } else if (kind < 44) {
            return of("PREPARE TRANSACTION '" + tag + random.nextInt(3) + "'");
        } else if (kind < 48) {
            return of((random.nextBoolean() ? "COMMIT" : "ROLLBACK") + " PREPARED '" + tag + random.nextInt(3) + "'");
        } else if (kind < 54) {
            return of("SELECT FROM plain WHERE id = " + some() + " FOR " + lock());
        } else if (kind < 60) {
            return of(rare());
        }
        return of(change());
    }

    private static String[] of(String... statements) {
        return statements;
    }

    private String lock() {
        return List.of("KEY SHARE", "SHARE", "NO KEY UPDATE", "UPDATE").get(random.nextInt(4));
    }

    private int some() {
        return 1 + random.nextInt(450);
    }

    private String change() {
        int id = some();
        return switch (random.nextInt(16)) {
            case 0 -> "UPDATE plain SET a = " + id + " WHERE id = " + some();
            case 1 -> "UPDATE plain SET b = repeat('x', " + random.nextInt(5000) + ") WHERE id = " + id;
            case 2 -> "DELETE FROM plain WHERE id = " + id;
            case 3 ->
                "INSERT INTO plain (id, a, b) VALUES (" + id
                        + ", 1, 'again') ON CONFLICT (id) DO UPDATE SET a = plain.a + 1";
            case 4 -> "UPDATE texts SET k = k || 'x', a = 0 WHERE k = 'k" + id + "'";
            case 5 ->
                "INSERT INTO texts (k, a) SELECT 'n' || g, g FROM generate_series(" + id + ", " + (id + 40) + ") g";
            case 6 -> "DELETE FROM texts WHERE a % 41 = " + id % 41;
            case 7 ->
                "UPDATE pairs SET b = '" + id + "', y = y + interval '1 s' WHERE x = " + id % 7 + " AND a < " + id;
            case 8 -> "DELETE FROM heap WHERE a = " + id % 50;
            case 9 -> "INSERT INTO heap (a, b) SELECT " + id % 50 + ", 'heap' FROM generate_series(1, 3)";
            case 10 -> "UPDATE heap SET b = 'other' WHERE ctid IN (SELECT ctid FROM heap LIMIT 2)";
            case 11 -> "UPDATE parts SET id = id + 1000, a = 5 WHERE id = " + id;
            case 12 -> "INSERT INTO parts (id, a) VALUES (" + (2000 + id) + ", 1)";
            case 13 -> "UPDATE child SET b = '" + id + "' WHERE id = " + some();
            case 14 -> "INSERT INTO child (id, a) VALUES (" + (300 + id) + ", " + some() + ")";
            default -> "SELECT lo_put(" + (101 + id % 5) + ", " + random.nextInt(9000) + ", 'changed')";
        };
    }

    private String rare() {
        String table = TABLES.get(random.nextInt(TABLES.size()));
        return switch (random.nextInt(14)) {
            case 0 -> "VACUUM " + table;
            case 1 -> "VACUUM (FREEZE) " + table;
            case 2 -> "VACUUM FULL " + table;
            case 3 -> "CHECKPOINT";
            case 4 -> "CLUSTER plain USING plain_pkey";
            case 5 -> "ALTER TABLE " + table + " ADD COLUMN " + tag + names++ + " int DEFAULT " + some();
            case 6 -> "ALTER TABLE heap DROP COLUMN IF EXISTS " + tag + random.nextInt(names + 1);
            case 7 -> "ALTER TABLE pairs ALTER COLUMN a TYPE " + (random.nextBoolean() ? "bigint" : "int");
            case 8 -> "DELETE FROM texts";
            case 9 -> "TRUNCATE heap";
            case 10 -> "ANALYZE " + table;
            case 11 -> "UPDATE plain SET a = a";
            case 12 -> "DELETE FROM child WHERE id > " + some();
            default -> "INSERT INTO heap (a, b) SELECT g, repeat('y', 100) FROM generate_series(1, 500) g";
        };
    }

    @Override
    public void close() throws SQLException {
        for (Connection session : sessions) {
            session.close();
        }
    }
}
