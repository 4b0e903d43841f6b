package dev.zvpg.postgres.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.RunningServer;
import dev.zvpg.error.ServerException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Test classes whose application knows its database by a URL. Nothing runs them but {@link ZvpgExtensionTest}. */
final class StayingSamples {

    private StayingSamples() {}

    /** What an application was given that lives as long as the JVM; empty until the first test asks. */
    private static String known = "";

    private static Connection connect(ZvpgExtension db) throws SQLException {
        if (known.isEmpty()) {
            known = db.jdbcUrl();
        }
        return DriverManager.getConnection(known, db.credentials().asProperties());
    }

    private static void insertAndSeeNobodyElses(ZvpgExtension db) throws SQLException {
        try (Connection connection = connect(db);
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO orders VALUES (2)");
            assertThat(Samples.count(connection)).isEqualTo(2);
        }
    }

    static class One {

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        @BeforeEach
        void reset() {
            db.reset();
        }

        @RepeatedTest(2)
        void hasDataOfItsOwn(RunningServer another) throws SQLException {
            insertAndSeeNobodyElses(db);
            assertThat(db.jdbcUrl()).isEqualTo(known).isNotEqualTo(another.jdbcUrl());
        }
    }

    /** JUnit makes its instance before it calls the extension. */
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class BeforeAnything {

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        private final String url = db.jdbcUrl();

        @BeforeEach
        void reset() {
            db.reset();
        }

        @Test
        void hasDataOfItsOwnOnTheSameUrl() throws SQLException {
            assertThat(url).isEqualTo(known);
            insertAndSeeNobodyElses(db);
        }

        @Test
        void keepsItsSessionsWhenNothingIsToBeUndone() throws SQLException {
            try (Connection connection = connect(db)) {
                assertThat(Samples.count(connection)).isEqualTo(1);
                assertThat(db.reset()).isFalse();
                assertThat(Samples.count(connection)).isEqualTo(1);
            }
        }
    }

    static class Killed {

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        @Test
        void isAnErrorUntilTheNextReset() throws Exception {
            kill();
            assertThatThrownBy(db::jdbcUrl)
                    .isInstanceOf(ServerException.class)
                    .hasMessageContaining("the jdbcUrl() of orders-v1 has ended")
                    .hasMessageContaining("reset()");
            assertThat(db.reset()).isTrue();
            insertAndSeeNobodyElses(db);
        }

        private static void kill() throws Exception {
            long pid;
            try (Connection connection = connect(db);
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "SELECT (string_to_array(pg_read_file('postmaster.pid'), E'\\n'))[1]::bigint")) {
                row.next();
                pid = row.getLong(1);
            }
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
            while (isListening() && System.nanoTime() - deadline < 0) {
                TimeUnit.MILLISECONDS.sleep(2);
            }
        }

        private static boolean isListening() {
            try {
                return !db.jdbcUrl().isEmpty();
            } catch (ServerException e) {
                return false;
            }
        }
    }

    static class Failing {

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        @Test
        void fails() throws SQLException {
            try (Connection connection = connect(db);
                    Statement statement = connection.createStatement()) {
                statement.execute("SELECT no_such_column FROM orders");
            }
        }
    }

    /** What nobody should do. */
    static class GivesItsUrlAway {

        static volatile String url = "";
        static volatile Properties credentials = new Properties();

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        @BeforeAll
        static void start(RunningServer server) {
            url = server.jdbcUrl();
            credentials = server.credentials().asProperties();
        }

        @Test
        void works() throws SQLException {
            try (Connection connection = DriverManager.getConnection(url, credentials)) {
                assertThat(Samples.count(connection)).isEqualTo(1);
            }
        }
    }

    static class OutlivesIt {

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        @Test
        void connectsToWhatHasEnded() throws SQLException {
            try (Connection connection =
                    DriverManager.getConnection(GivesItsUrlAway.url, GivesItsUrlAway.credentials)) {
                throw new AssertionError("connected to " + connection);
            }
        }
    }
}
