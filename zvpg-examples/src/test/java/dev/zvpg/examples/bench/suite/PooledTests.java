package dev.zvpg.examples.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.RepeatedTest;

/**
 * A hundred and fifty tests of an application that has a pool of ten connections and begins with empty tables, for one
 * thread. Each starts the application, so to speak, with a pool of its own, and writes.
 */
abstract class PooledTests {

    private static final int EACH = 50;
    private static final int CONNECTIONS = 10;

    private static final String SCHEMA = """
            CREATE TABLE accounts (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner text NOT NULL UNIQUE);
            CREATE TABLE transfers (
                id     int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                source int NOT NULL REFERENCES accounts,
                target int NOT NULL REFERENCES accounts CHECK (target <> source),
                cents  int NOT NULL CHECK (cents > 0));
            CREATE INDEX ON transfers (source);
            CREATE INDEX ON transfers (target);
            CREATE TABLE audit (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL);
            """;

    /** What has the tables. */
    abstract DataSource database() throws SQLException;

    /** Makes the tables empty where a test before may have left something. */
    abstract void clear(DataSource pool) throws SQLException;

    static void prepare(DataSource database) throws SQLException {
        execute(database, SCHEMA);
    }

    static void execute(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int number(DataSource database, String query) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getInt(1);
        }
    }

    private interface Work {
        void with(DataSource pool) throws SQLException;
    }

    private void work(Work work) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setDataSource(database());
        config.setMaximumPoolSize(CONNECTIONS);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            clear(pool);
            execute(pool, "INSERT INTO accounts (owner) SELECT 'owner ' || i FROM generate_series(1, 20) i");
            work.with(pool);
        }
    }

    @RepeatedTest(EACH)
    void moneyIsMoved() throws SQLException {
        work(pool -> {
            execute(
                    pool,
                    "INSERT INTO transfers (source, target, cents) SELECT i, i + 1, 100 FROM generate_series(1, 19) i");
            assertThat(number(pool, "SELECT sum(cents) FROM transfers")).isEqualTo(1900);
        });
    }

    @RepeatedTest(EACH)
    void everythingIsNoted() throws SQLException {
        work(pool -> {
            for (int i = 0; i < 10; i++) {
                execute(pool, "INSERT INTO audit (text) VALUES ('step " + i + "')");
            }
            assertThat(number(pool, "SELECT max(id) FROM audit")).isEqualTo(10);
        });
    }

    @RepeatedTest(EACH)
    void ownersAreRenamed() throws SQLException {
        work(pool -> {
            execute(pool, "UPDATE accounts SET owner = upper(owner)");
            assertThat(number(pool, "SELECT count(*) FROM accounts WHERE owner LIKE 'OWNER%'"))
                    .isEqualTo(20);
        });
    }
}
