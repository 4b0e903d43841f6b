package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Effort;
import dev.zvpg.server.Adoption;
import dev.zvpg.server.Backup;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.ServerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A cluster of somebody else's, stopped, copied. */
class AdoptDirectoryTest {

    private static final Credentials OURS = new Credentials("postgres", "the repository's own");

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    static Stream<Postgres> versions() {
        return Versions14To18.all();
    }

    private Adoption adopt(Postgres postgres, ClusterSource source) {
        return postgres.adopt(source, sandbox.path("copy"), OURS, Map.of(), (done, total) -> {});
    }

    private PostgresServer startCopy(Postgres postgres, Credentials superuser) throws Exception {
        for (int attempt = 0; ; attempt++) {
            try {
                return postgres.start(new ServerSpec(
                        sandbox.path("copy"), sandbox.path("run"), Sandbox.freePort(), superuser, Map.of()));
            } catch (dev.zvpg.server.PortTakenException e) {
                assertThat(attempt).isLessThan(20);
            }
        }
    }

    private static List<String> lines(List<?> findings) {
        return findings.stream().map(Object::toString).toList();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void theCopyHoldsEverythingAndTheOriginalIsUntouched(Postgres postgres) throws Exception {
        ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original", "work_mem = 7MB")
                .start();
        original.execute("postgres", "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i", "CREATE DATABASE shop");
        original.execute("shop", "CREATE TABLE s AS SELECT 'it''s' AS w");
        original.stop();
        Map<Path, String> before = ForeignCluster.fingerprint(original.data());
        List<Long> progress = new ArrayList<>();

        Adoption adoption = postgres.adopt(
                ClusterSource.directory(original.data()), sandbox.path("copy"), OURS, Map.of(), (done, total) -> {
                    assertThat(done).isLessThanOrEqualTo(total);
                    progress.add(done);
                });

        assertThat(ForeignCluster.fingerprint(original.data())).isEqualTo(before);
        assertThat(progress)
                .isSorted()
                .last()
                .satisfies(bytes -> assertThat(bytes).isGreaterThan(10_000_000));
        assertThat(adoption.superuser()).isEqualTo(new Credentials("admin", OURS.password()));
        PostgresServer server = startCopy(postgres, adoption.superuser());
        assertThat(LifecycleTest.query(server, "SELECT count(*) FROM t")).isEqualTo("1000");
        assertThat(LifecycleTest.query(server, "SHOW work_mem")).isEqualTo("7MB");
        assertThat(LifecycleTest.query(server, "SHOW data_directory"))
                .isEqualTo(sandbox.path("copy").toString());
        try (var connection = server.dataSource("shop").getConnection();
                var row = connection.createStatement().executeQuery("SELECT w FROM s")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("it's");
        }
        assertThatThrownBy(() -> java.sql.DriverManager.getConnection(
                        server.jdbcUrl("postgres"), ForeignCluster.ADMIN.asProperties()))
                .hasMessageContaining("password authentication failed");
        server.stop();
        assertThat(ForeignCluster.fingerprint(original.data())).isEqualTo(before);
        original.start().stop(); // with its own password, and all that it had
    }

    @ParameterizedTest
    @MethodSource("versions")
    void tablespacesAndWalFromOutsideMoveIn(Postgres postgres) throws Exception {
        ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original");
        Path space = original.directory(sandbox.path("space"));
        Files.move(original.data().resolve("pg_wal"), sandbox.path("wal"));
        Files.createSymbolicLink(original.data().resolve("pg_wal"), sandbox.path("wal"));
        original.start();
        original.execute(
                "postgres",
                "CREATE TABLESPACE fast LOCATION '" + space + "'",
                "CREATE TABLE t TABLESPACE fast AS SELECT generate_series(1, 1000) AS i");
        original.stop();
        Map<Path, String> before = ForeignCluster.fingerprint(sandbox.path("wal"));
        Map<Path, String> spaceBefore = ForeignCluster.fingerprint(space);

        Adoption adoption = adopt(postgres, ClusterSource.directory(original.data()));
        assertThat(lines(adoption.findings()))
                .anyMatch(line -> line.startsWith("pg_wal of the original, which is a link"))
                .anyMatch(line -> line.matches("tablespace \\d+ of the original, in " + space + ": copied.*"));
        PostgresServer server = startCopy(postgres, adoption.superuser());
        LifecycleTest.update(server, "UPDATE t SET i = i + 1");
        assertThat(LifecycleTest.query(server, "SELECT count(*) FROM t")).isEqualTo("1000");

        // and it can be versioned: an image of it as it runs starts by itself
        Backup backup = server.startBackup("image");
        Path image = sandbox.path("image");
        TolerantCopy.copy(sandbox.path("copy"), image);
        backup.finish(image);
        server.stop();
        postgres.disarm(image);
        PostgresServer second = postgres.start(
                new ServerSpec(image, sandbox.path("image-run"), Sandbox.freePort(), adoption.superuser(), Map.of()));
        assertThat(LifecycleTest.query(second, "SELECT sum(i) FROM t")).isEqualTo("501500");
        second.stop();
        assertThat(ForeignCluster.fingerprint(sandbox.path("wal"))).isEqualTo(before);
        assertThat(ForeignCluster.fingerprint(space)).isEqualTo(spaceBefore);
    }

    /** A cluster as Debian's packages lay it out: the data directory holds no configuration. */
    private ForeignCluster debianCluster(Path etc) throws Exception {
        ForeignCluster cluster = ForeignCluster.make(sandbox, postgres, "main");
        Files.createDirectories(etc.resolve("conf.d"));
        for (String name : List.of("pg_hba.conf", "pg_ident.conf", "postgresql.conf")) {
            Files.move(cluster.data().resolve(name), etc.resolve(name));
        }
        Files.writeString(
                etc.resolve("postgresql.conf"),
                String.join(
                        "\n",
                        "",
                        "data_directory = '" + cluster.data() + "'  # use data in another directory",
                        "hba_file = '" + etc.resolve("pg_hba.conf") + "'",
                        "ident_file = '" + etc.resolve("pg_ident.conf") + "'",
                        "external_pid_file = '" + sandbox.path("main.pid") + "'",
                        "cluster_name='15/main'",
                        "stats_temp_directory_is_gone.x = 'y'",
                        "include_dir = 'conf.d'",
                        "include_if_exists 'not-there.conf'",
                        ""),
                StandardOpenOption.APPEND);
        Files.writeString(etc.resolve("conf.d/10-memory.conf"), "work_mem = 9MB\n");
        Files.writeString(etc.resolve("conf.d/20-memory.conf"), "WORK_MEM = '11MB' # more\n");
        Files.writeString(etc.resolve("conf.d/ignored.txt"), "work_mem = 1GB\n");
        return cluster;
    }

    private void assertHasDebiansSettings(Adoption adoption) throws Exception {
        PostgresServer server = startCopy(postgres, adoption.superuser());
        assertThat(LifecycleTest.query(server, "SHOW work_mem")).isEqualTo("11MB");
        assertThat(LifecycleTest.query(server, "SHOW cluster_name")).isEqualTo("15/main");
        assertThat(LifecycleTest.query(server, "SELECT 1 FROM t")).isEqualTo("1");
        assertThat(LifecycleTest.query(server, "SHOW config_file"))
                .isEqualTo(sandbox.path("copy/postgresql.conf").toString());
        server.stop();
        for (Path file : List.of(Path.of("postgresql.conf"), Path.of("postgresql.auto.conf"))) {
            assertThat(Files.readString(sandbox.path("copy").resolve(file)))
                    .doesNotContain(sandbox.path("main").toString())
                    .doesNotContain(sandbox.path("etc").toString());
        }
        assertThat(lines(adoption.findings())).anyMatch(line -> line.startsWith("hba_file = " + sandbox.path("etc")));
        assertThat(sandbox.path("main.pid")).doesNotExist();
    }

    @Tag(Effort.FULL)
    @Test
    void debiansSplitConfigurationIsFoundByWhatTheServerNoted() throws Exception {
        Path etc = Files.createDirectory(sandbox.path("etc"));
        ForeignCluster main = debianCluster(etc);
        main.start("-c config_file=" + etc.resolve("postgresql.conf"));
        main.execute("postgres", "CREATE TABLE t AS SELECT 1");
        main.stop();
        assertHasDebiansSettings(adopt(postgres, ClusterSource.directory(main.data())));
    }

    @Tag(Effort.FULL)
    @Test
    void theDirectoryOfTheConfigurationNamesTheClusterToo() throws Exception {
        Path etc = Files.createDirectory(sandbox.path("etc"));
        ForeignCluster main = debianCluster(etc);
        main.start("-c config_file=" + etc.resolve("postgresql.conf"));
        main.execute("postgres", "CREATE TABLE t AS SELECT 1");
        main.stop();
        Files.delete(main.data().resolve("postmaster.opts"));
        assertHasDebiansSettings(adopt(postgres, ClusterSource.directory(etc)));
    }

    @Tag(Effort.FULL)
    @Test
    void aClusterWithoutAnyConfigurationStarts() throws Exception {
        ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original", "max_prepared_transactions = 7")
                .start();
        original.execute("postgres", "BEGIN", "CREATE TABLE t (i int)", "PREPARE TRANSACTION 'open'");
        original.stop();
        for (String name : List.of("postgresql.conf", "postgresql.auto.conf", "pg_hba.conf", "pg_ident.conf")) {
            Files.delete(original.data().resolve(name));
        }
        Adoption adoption = adopt(postgres, ClusterSource.directory(original.data()));
        assertThat(lines(adoption.findings())).anyMatch(line -> line.startsWith("no postgresql.conf"));
        PostgresServer server = startCopy(postgres, adoption.superuser());
        assertThat(LifecycleTest.query(server, "SHOW max_prepared_transactions"))
                .isEqualTo("7");
        assertThat(lines(server.findings())).contains("prepared transaction open in database postgres: rolled back");
        server.stop();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aCrashedClusterIsRecoveredInTheCopyOnly(Postgres postgres) throws Exception {
        ForeignCluster original =
                ForeignCluster.make(sandbox, postgres, "original").start();
        original.execute("postgres", "CHECKPOINT", "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i");
        original.crash();
        Map<Path, String> before = ForeignCluster.fingerprint(original.data());
        Adoption adoption = adopt(postgres, ClusterSource.directory(original.data()));
        assertThat(ForeignCluster.fingerprint(original.data())).isEqualTo(before);
        PostgresServer server = startCopy(postgres, adoption.superuser());
        assertThat(LifecycleTest.query(server, "SELECT count(*) FROM t")).isEqualTo("1000");
        server.stop();
    }

    @Tag(Effort.FULL)
    @Test
    void theDatabaseThatEverybodyConnectsToIsMadeWhereThereIsNone() throws Exception {
        ForeignCluster original =
                ForeignCluster.make(sandbox, postgres, "original").start();
        original.execute("template1", "DROP DATABASE postgres");
        original.stop();
        Adoption adoption = adopt(postgres, ClusterSource.directory(original.data()));
        PostgresServer server = startCopy(postgres, adoption.superuser());
        assertThat(LifecycleTest.query(server, "SELECT current_database()")).isEqualTo("postgres");
        server.stop();
    }

    @Tag(Effort.FULL)
    @Test
    void aSuperuserWhoMayNotLogInGetsToLogInToTheCopy() throws Exception {
        ForeignCluster original =
                ForeignCluster.make(sandbox, postgres, "original").start();
        original.execute("postgres", "CREATE ROLE other SUPERUSER LOGIN PASSWORD 'other'");
        try (var connection = java.sql.DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + original.port() + "/postgres", "other", "other");
                var statement = connection.createStatement()) {
            statement.execute("ALTER ROLE admin RENAME TO \"the \"\"boss\"\" \u00e4\"");
            statement.execute(
                    "ALTER ROLE \"the \"\"boss\"\" \u00e4\" NOLOGIN CONNECTION LIMIT 0 VALID UNTIL '2001-01-01'");
        }
        original.stop();
        Adoption adoption = adopt(postgres, ClusterSource.directory(original.data()));
        assertThat(adoption.superuser().user()).isEqualTo("the \"boss\" \u00e4");
        PostgresServer server = startCopy(postgres, adoption.superuser());
        assertThat(LifecycleTest.query(server, "SELECT rolcanlogin FROM pg_roles WHERE rolname = current_user"))
                .isEqualTo("t");
        server.stop();
    }
}
