package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.zvpg.Effort;
import dev.zvpg.postgres.cluster.CopyMark;
import dev.zvpg.server.Adoption;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.PortTakenException;
import dev.zvpg.server.ServerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The dangers in a copy, provoked for real: what reaches out of an original must not reach out of its copy. */
class HarmlessCopyTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Credentials OURS = new Credentials("postgres", "the repository's own");

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    /** The oldest and the newest: between them is nothing that is not in one of them. */
    static Stream<Postgres> versions() {
        return Stream.of(Postgres.embedded(14), Postgres.embedded());
    }

    private PostgresServer startCopy(Postgres postgres, Path copy, Credentials superuser) throws Exception {
        for (int attempt = 0; ; attempt++) {
            try {
                return postgres.start(new ServerSpec(
                        copy, sandbox.path(copy.getFileName() + "-run"), Sandbox.freePort(), superuser, Map.of()));
            } catch (PortTakenException e) {
                assertThat(attempt).isLessThan(20);
            }
        }
    }

    private PostgresServer adoptAndStart(Postgres postgres, ForeignCluster original) throws Exception {
        Path copy = sandbox.path("copy");
        Adoption adoption =
                postgres.adopt(ClusterSource.directory(original.data()), copy, OURS, Map.of(), (done, total) -> {});
        return startCopy(postgres, copy, adoption.superuser());
    }

    private static List<String> findings(PostgresServer server) {
        return server.findings().stream().map(Object::toString).toList();
    }

    private static void awaitAnswer(ForeignCluster cluster, String database, String sql, String answer) {
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(cluster.query(database, sql)).as(sql).isEqualTo(answer));
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aCopyOfASubscriberLeavesThePublishersSlotAlone(Postgres postgres) throws Exception {
        ForeignCluster publisher = ForeignCluster.make(sandbox, postgres, "publisher", "wal_level = logical")
                .start();
        publisher.execute("postgres", "CREATE TABLE t (i int PRIMARY KEY)", "CREATE PUBLICATION p FOR TABLE t");
        ForeignCluster subscriber =
                ForeignCluster.make(sandbox, postgres, "subscriber").start();
        String password = ForeignCluster.ADMIN.password().replace("\\", "\\\\");
        subscriber.execute("postgres", "CREATE DATABASE shop");
        subscriber.execute(
                "shop",
                "CREATE TABLE t (i int PRIMARY KEY)",
                "CREATE SUBSCRIPTION \"the 'S'\" CONNECTION 'host=127.0.0.1 dbname=postgres user=admin port="
                        + publisher.port() + " password=" + password + "' PUBLICATION p WITH (slot_name = 'precious')");
        publisher.execute("postgres", "INSERT INTO t VALUES (1)");
        String active = "SELECT active::text FROM pg_replication_slots WHERE slot_name = 'precious'";
        awaitAnswer(publisher, "postgres", active, "true");
        subscriber.stop(); // now the slot is there for the taking
        awaitAnswer(publisher, "postgres", active, "false");

        PostgresServer copy = adoptAndStart(postgres, subscriber);

        assertThat(findings(copy))
                .containsExactly(
                        "subscription the 'S' in database shop: disabled, and parted from the slot on its publisher");
        assertThat(LifecycleTest.query(
                        copy, "SELECT subenabled || ' ' || coalesce(subslotname, '-') FROM pg_subscription"))
                .isEqualTo("false -");
        try (Connection connection = copy.dataSource("shop").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER SUBSCRIPTION \"the 'S'\" CONNECTION 'host=127.0.0.1 port=1'");
            statement.execute("DROP SUBSCRIPTION \"the 'S'\""); // would have dropped the slot
        }
        assertThat(publisher.query("postgres", active)).isEqualTo("false");
        publisher.execute("postgres", "INSERT INTO t VALUES (2)");
        copy.stop();
        subscriber.start();
        awaitAnswer(publisher, "postgres", active, "true");
        publisher.query("postgres", "SELECT 1");
        awaitAnswer(subscriber, "shop", "SELECT count(*) FROM t", "2");
        subscriber.stop();
        publisher.stop();
    }

    @Tag(Effort.FULL)
    @ParameterizedTest
    @MethodSource("versions")
    void aCopyOfACopyIsLookedIntoOnceAndOnlyOnce(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer main = sandbox.start(postgres, data, Map.of("max_prepared_transactions", "5"));
        assertThat(main.findings()).isEmpty();
        try (Connection connection = main.dataSource("postgres").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE t (i int)");
            statement.execute("BEGIN");
            statement.execute("LOCK TABLE t");
            statement.execute("PREPARE TRANSACTION 'it''s \\ open'");
        }
        main.stop();
        Path copy = sandbox.copy(data, "copy");
        postgres.disarm(copy);
        Map<String, String> settings = Map.of("max_prepared_transactions", "5");
        PostgresServer clone = sandbox.start(postgres, copy, settings);
        assertThat(findings(clone))
                .containsExactly("prepared transaction it's \\ open in database postgres: rolled back");
        LifecycleTest.update(clone, "SET lock_timeout = '10s'; INSERT INTO t VALUES (1)");
        clone.stop();
        clone = sandbox.start(postgres, copy, settings);
        assertThat(clone.findings()).isEmpty();
        clone.stop();

        // the original's is still there
        main = sandbox.start(postgres, data, settings);
        assertThat(LifecycleTest.query(main, "SELECT count(*) FROM pg_prepared_xacts"))
                .isEqualTo("1");
        main.stop();
    }

    @Tag(Effort.FULL)
    @Test
    void aDisarmingThatWasCutOffIsMadeUpForByTheNextStart() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        postgres.disarm(data);
        Credentials wrong = new Credentials(Sandbox.SUPERUSER.user(), "wrong");
        ServerSpec spec = new ServerSpec(data, sandbox.path("run"), Sandbox.freePort(), wrong, Map.of());
        assertThatThrownBy(() -> postgres.start(spec)).hasMessageContaining("does not let");
        assertThat(data.resolve(CopyMark.MARK)).exists();
        sandbox.start(postgres, data).stop();
        assertThat(data.resolve(CopyMark.MARK)).doesNotExist();
    }

    @Test
    void databasesThatAnotherMachineSortedAreFoundWithWhatToDo() throws Exception {
        ForeignCluster original =
                ForeignCluster.make(sandbox, postgres, "original").start();
        original.execute(
                "postgres",
                "CREATE DATABASE \"Shop\" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'",
                "UPDATE pg_database SET datcollversion = '1.2.3' WHERE datname = 'Shop'");
        original.stop();
        PostgresServer copy = adoptAndStart(postgres, original);
        assertThat(findings(copy))
                .singleElement()
                .satisfies(finding -> assertThat(finding)
                        .startsWith("database Shop, sorted by version 1.2.3 of its collation where this machine has ")
                        .contains("REINDEX DATABASE \"Shop\"")
                        .contains("ALTER DATABASE \"Shop\" REFRESH COLLATION VERSION"));
        assertThat(copy.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).startsWith("database Shop, sorted by version 1.2.3"));
        copy.stop();
    }

    @Tag(Effort.FULL)
    @ParameterizedTest
    @MethodSource("versions")
    void columnsThatAnotherMachineSortedAreFoundWithWhatToDo(Postgres postgres) throws Exception {
        ForeignCluster original =
                ForeignCluster.make(sandbox, postgres, "original").start();
        original.execute(
                "postgres",
                "CREATE SCHEMA \"S\"",
                "CREATE COLLATION \"S\".de (provider = icu, locale = 'de')",
                "CREATE COLLATION fr (provider = icu, locale = 'fr')",
                "CREATE TABLE t (w text COLLATE \"S\".de PRIMARY KEY)",
                "UPDATE pg_collation SET collversion = '1.2.3' WHERE collname IN ('de', 'fr')");
        original.stop();
        PostgresServer copy = adoptAndStart(postgres, original);
        assertThat(findings(copy))
                .singleElement()
                .satisfies(finding -> assertThat(finding)
                        .startsWith(
                                "database postgres, sorted by version 1.2.3 of collation de where this machine has "));
        assertThat(copy.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.advice())
                        .endsWith("REINDEX DATABASE postgres; ALTER COLLATION \"S\".de REFRESH VERSION"));
        for (String statement :
                copy.problems().get(0).advice().split(": ", 2)[1].split("; ", -1)) {
            LifecycleTest.update(copy, statement);
        }
        assertThat(copy.problems()).isEmpty();
        copy.stop();
    }

    @Test
    void aCopyArchivesNothingWaitsForNobodyAndRunsNoJobs() throws Exception {
        Path archived = sandbox.path("archived");
        ForeignCluster original = ForeignCluster.make(
                        sandbox,
                        postgres,
                        "original",
                        "archive_mode = on",
                        "archive_command = 'touch " + archived + "'",
                        "restore_command = 'false'",
                        "ssl_key_file = '/etc/ssl/private/production.key'",
                        "log_directory = '" + sandbox.path("their-log") + "'")
                .start();
        original.execute("postgres", "SELECT pg_create_physical_replication_slot('standby_1', true)");
        original.stop();
        Files.deleteIfExists(archived);
        Files.writeString(
                original.data().resolve("postgresql.conf"),
                "synchronous_standby_names = '*'\nssl = on\nlogging_collector = on\nlisten_addresses = '*'\n"
                        // not installed here, so whoever loaded it would not start
                        + "shared_preload_libraries = 'pg_cron'\ncron.database_name = 'postgres'\n",
                StandardOpenOption.APPEND);
        Files.createFile(original.data().resolve("standby.signal"));

        Path copy = sandbox.path("copy");
        Adoption adoption =
                postgres.adopt(ClusterSource.directory(original.data()), copy, OURS, Map.of(), (done, total) -> {});
        assertThat(adoption.findings().stream().map(Object::toString))
                .anyMatch(line -> line.startsWith("archive_mode"))
                .anyMatch(line -> line.startsWith("restore_command"))
                .anyMatch(line -> line.startsWith("synchronous_standby_names"))
                .anyMatch(line -> line.startsWith("pg_cron in shared_preload_libraries"))
                .anyMatch(line -> line.startsWith("ssl with"))
                .anyMatch(line -> line.startsWith("logging_collector"))
                .anyMatch(line -> line.startsWith("listen_addresses = *"))
                .anyMatch(line -> line.startsWith("replication slot standby_1"))
                .anyMatch(line -> line.startsWith("standby.signal"))
                .anyMatch(line -> line.startsWith("access rules"));
        PostgresServer server = startCopy(postgres, copy, adoption.superuser());
        LifecycleTest.update(server, "CREATE TABLE t (i int)"); // commits, and waits for no standby
        LifecycleTest.update(server, "SELECT pg_switch_wal()");
        server.checkpoint();
        assertThat(LifecycleTest.query(server, "SHOW archive_mode")).isEqualTo("off");
        assertThat(LifecycleTest.query(server, "SHOW shared_preload_libraries")).isEmpty();
        assertThat(LifecycleTest.query(server, "SHOW cron.launch_active_jobs")).isEqualTo("off");
        assertThat(LifecycleTest.query(server, "SELECT pg_is_in_recovery()")).isEqualTo("f");
        assertThat(LifecycleTest.query(server, "SELECT count(*) FROM pg_replication_slots"))
                .isEqualTo("0");
        server.stop();
        assertThat(archived).doesNotExist();
        assertThat(sandbox.path("their-log")).doesNotExist();
    }

    @Tag(Effort.FULL)
    @Test
    void librariesOfJobsAreNotLoadedInACloneEither() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Files.writeString(
                data.resolve("postgresql.auto.conf"),
                "shared_preload_libraries = 'pg_cron'\n",
                StandardOpenOption.APPEND);
        assertThat(postgres.disarm(data).stream().map(Object::toString))
                .anyMatch(line -> line.startsWith("pg_cron in shared_preload_libraries"));
        sandbox.start(postgres, data).stop(); // with it, it would not start: it is not installed
        // who insists gets it
        ServerSpec insisting = sandbox.spec(data, Map.of("shared_preload_libraries", "pg_cron"));
        assertThatThrownBy(() -> postgres.start(insisting)).hasMessageContaining("pg_cron");
    }

    @Test
    void whatLeadsToOtherServersIsReportedAndLeftAlone() throws Exception {
        ForeignCluster original =
                ForeignCluster.make(sandbox, postgres, "original").start();
        original.execute("postgres", "CREATE DATABASE shop", "CREATE DATABASE quiet");
        original.execute(
                "shop",
                "CREATE FOREIGN DATA WRAPPER w",
                "CREATE SERVER production FOREIGN DATA WRAPPER w OPTIONS (host 'production.invalid')",
                "CREATE USER MAPPING FOR admin SERVER production OPTIONS (password 'hidden')");
        original.stop();
        PostgresServer server = adoptAndStart(postgres, original);
        String found = "foreign server production (w, 1 user mappings) in database shop: "
                + "left as it is: queries that use it reach out of the copy";
        assertThat(findings(server)).containsExactly(found);
        server.stop();
        // and again in each copy of the copy, found by the size of a file
        Path second = sandbox.copy(sandbox.path("copy"), "second");
        postgres.disarm(second);
        PostgresServer clone = startCopy(postgres, second, new Credentials("admin", OURS.password()));
        assertThat(findings(clone)).containsExactly(found);
        try (Connection connection = clone.dataSource("shop").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("VACUUM FULL pg_foreign_server");
        }
        clone.stop();
        // or by the want of one
        Path third = sandbox.copy(second, "third");
        postgres.disarm(third);
        clone = startCopy(postgres, third, new Credentials("admin", OURS.password()));
        assertThat(findings(clone)).containsExactly(found);
        clone.stop();
    }

    @Tag(Effort.FULL)
    @Test
    void aLineThatNamesTheOriginalsDataDirectoryMovesNobody() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Path copy = sandbox.copy(data, "copy");
        Files.writeString(
                copy.resolve("postgresql.conf"), "data_directory = '" + data + "'\n", StandardOpenOption.APPEND);
        postgres.disarm(copy);
        PostgresServer clone = sandbox.start(postgres, copy);
        assertThat(LifecycleTest.query(clone, "SHOW data_directory")).isEqualTo(copy.toString());
        assertThat(data.resolve("postmaster.pid")).doesNotExist();
        clone.stop();
    }
}
