package dev.zvpg.postgres.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zvpg.RunningServer;
import dev.zvpg.ScratchClone;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test classes as users write them. Nothing runs them but {@link ZvpgExtensionTest}. */
final class Samples {

    private Samples() {}

    /** One table with one row. */
    static void prepare(RunningServer server) throws Exception {
        Preparations.note(server);
        update(server.dataSource("postgres"), "CREATE TABLE orders AS SELECT 1 AS id");
    }

    static void update(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static int count(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection()) {
            return count(connection);
        }
    }

    static int count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM orders")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Each of its tests fails when it sees another's row, or not its own. */
    static class Isolated {

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        private final DataSource fromConstructor;

        Isolated(DataSource fromConstructor) {
            this.fromConstructor = fromConstructor;
        }

        @BeforeEach
        void insert(Connection connection) throws SQLException {
            assertThat(count(connection)).isEqualTo(1);
            try (Statement statement = connection.createStatement()) {
                statement.execute("INSERT INTO orders VALUES (2)");
            }
        }

        @RepeatedTest(3)
        void seesItsOwnRow(DataSource database, Connection connection) throws SQLException {
            update(database, "INSERT INTO orders VALUES (3)");
            assertThat(count(connection)).isEqualTo(3);
        }

        @ParameterizedTest
        @ValueSource(ints = {7, 8})
        void takesOtherParametersToo(int other, RunningServer server, RunningServer same, ScratchClone clone)
                throws SQLException {
            assertThat(other).isBetween(7, 8);
            assertThat(server.port())
                    .isEqualTo(same.port())
                    .isEqualTo(clone.server().port());
            assertThat(count(clone.dataSource())).isEqualTo(2);
        }

        @AfterEach
        void wasOneDatabaseAllAlong(DataSource database) throws SQLException {
            assertThat(count(database)).isEqualTo(count(fromConstructor)).isGreaterThan(1);
        }
    }

    /** The same key, in an instance field. */
    static class AlsoIsolated {

        @RegisterExtension
        final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        @RepeatedTest(2)
        void seesItsOwnRow(DataSource database) throws SQLException {
            update(database, "INSERT INTO orders VALUES (2)");
            assertThat(count(database)).isEqualTo(2);
        }
    }

    static class WithoutParameters {

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        @Test
        void needsNoDatabase() {}
    }

    static class ClassParameters {

        static final Set<Integer> portsOfTests = ConcurrentHashMap.newKeySet();
        static int port;

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        @BeforeAll
        static void insert(RunningServer server, DataSource database) throws SQLException {
            port = server.port();
            update(database, "INSERT INTO orders VALUES (2)");
        }

        @RepeatedTest(2)
        void hasItsOwn(RunningServer server, DataSource database) throws SQLException {
            assertThat(count(database)).isEqualTo(1);
            assertThat(server.port()).isNotEqualTo(port);
            portsOfTests.add(server.port());
        }

        @Nested
        class Inner {

            @Test
            void hasItsOwnToo(DataSource database) throws SQLException {
                assertThat(count(database)).isEqualTo(1);
            }
        }

        @AfterAll
        static void isStillTheSame(RunningServer server, Connection connection) throws SQLException {
            assertThat(server.port()).isEqualTo(port);
            assertThat(count(connection)).isEqualTo(2);
        }
    }

    static class Shared {

        @RegisterExtension
        static final ZvpgExtension db =
                ZvpgExtension.prepared("orders-v1", Samples::prepare).shared();

        static final Set<Integer> ports = ConcurrentHashMap.newKeySet();

        @RepeatedTest(3)
        void usesTheClassesDatabase(RunningServer server) {
            ports.add(server.port());
        }
    }

    static class SharedInAnInstanceField {

        @RegisterExtension
        final ZvpgExtension db =
                ZvpgExtension.prepared("orders-v1", Samples::prepare).shared();

        @Test
        void cannotBe(RunningServer server) {}
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class OneInstance {

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        @BeforeAll
        void insert(DataSource database) throws SQLException {
            update(database, "INSERT INTO orders VALUES (2)");
        }

        @RepeatedTest(2)
        void hasItsOwn(DataSource database) throws SQLException {
            update(database, "INSERT INTO orders VALUES (2), (3)");
            assertThat(count(database)).isEqualTo(3);
        }
    }

    static class Factory {

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        @TestFactory
        DynamicTest hasOneForAllItsTests(DataSource database) {
            return DynamicTest.dynamicTest(
                    "dynamic", () -> assertThat(count(database)).isEqualTo(1));
        }
    }

    static class ForTheClassInAnInstanceField {

        @RegisterExtension
        final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        @BeforeAll
        static void cannotBe(DataSource database) {}

        @Test
        void isNeverRun() {}
    }

    @ExtendWith(ZvpgExtension.class)
    static class WithoutAKey {

        @Test
        void cannotBe(DataSource database) {}
    }

    static class LeavesConnections {

        static final Set<Connection> connections = ConcurrentHashMap.newKeySet();

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        @Test
        void open(Connection one, Connection another) throws SQLException {
            assertThat(one).isNotSameAs(another);
            connections.add(one);
            connections.add(another);
            assertThat(one.isClosed()).isFalse();
        }
    }

    static class Failing {

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        @Test
        void fails(DataSource database) throws SQLException {
            update(database, "INSERT INTO orders VALUES (42)");
            update(database, "SELECT no_such_column FROM orders");
        }

        @Test
        void passes(DataSource database) throws SQLException {
            assertThat(count(database)).isEqualTo(1);
        }

        @Test
        void isAborted(DataSource database) throws SQLException {
            assumeTrue(count(database) == 0);
        }
    }

    /** With one clone, of which the tests that come later need no less than those before. */
    @TestMethodOrder(MethodOrderer.MethodName.class)
    static class SharedAndFailing {

        @RegisterExtension
        static final ZvpgExtension db =
                ZvpgExtension.prepared("orders-v1", Samples::prepare).shared();

        @Test
        void a_fails(DataSource database) throws SQLException {
            update(database, "INSERT INTO orders VALUES (42)");
            assertThat(count(database)).isZero();
        }

        @Test
        void b_passes(DataSource database) throws SQLException {
            update(database, "INSERT INTO orders VALUES (43)");
            assertThat(count(database)).isEqualTo(3);
        }
    }

    static class FailingWithoutItsClone {

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", Samples::prepare);

        @Test
        void closesIt(ScratchClone clone) {
            clone.close();
            throw new AssertionError("the test failed");
        }
    }

    static class FailingToPrepare {

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", server -> {
            Preparations.note(server);
            update(server.dataSource("postgres"), "CREATE TABLE orders AS SELECT 1 AS id, no_such_column");
        });

        @Test
        void isNeverRun(DataSource database) {}
    }

    /** The same key as the one that fails, in the same run. */
    static class FailingToPrepareAgain {

        @RegisterExtension
        static final ZvpgExtension db = FailingToPrepare.db;

        @Test
        void isNeverRun(DataSource database) {}
    }

    /** Prepares until it is killed. */
    static class NeverPrepared {

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("orders-v1", server -> {
            Preparations.note(server);
            update(server.dataSource("postgres"), "CREATE TABLE half_made (id int)");
            System.out.println("PREPARING");
            Thread.sleep(Long.MAX_VALUE);
        });

        @Test
        void isNeverRun(DataSource database) {}
    }

    static class OtherDatabase {

        @RegisterExtension
        static final ZvpgExtension db = ZvpgExtension.prepared("shop-v1", server -> {
                    update(server.dataSource("postgres"), "CREATE DATABASE shop");
                    update(server.dataSource("shop"), "CREATE TABLE orders (id int)");
                })
                .database("shop")
                .pool(o -> o.size(1).scratch(s -> s.setting("work_mem", "5MB")));

        @Test
        void connectsToIt(DataSource database, Connection connection) throws SQLException {
            assertThat(count(database)).isZero();
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT current_database(), current_setting('work_mem')")) {
                row.next();
                assertThat(row.getString(1)).isEqualTo("shop");
                assertThat(row.getString(2)).isEqualTo("5MB");
            }
        }
    }
}
