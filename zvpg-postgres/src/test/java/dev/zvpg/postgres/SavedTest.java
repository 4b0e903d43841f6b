package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Effort;
import dev.zvpg.Launched;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.info.Event;
import dev.zvpg.info.Subscription;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.postgres.cluster.ControlFile;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.unchanged.Housekeeping;
import dev.zvpg.server.Finding;
import dev.zvpg.server.Position;
import dev.zvpg.server.Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What counts as work that no snapshot has, and that a reset saves it. */
@Tag(Effort.ANYBODY)
class SavedTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.onPath();
    private Repository repo;
    private Branch main;

    @BeforeEach
    void initialize() throws Exception {
        repo = sandbox.zvpg(new Prepared(postgres)).init();
        main = repo.branch("main");
        // nothing happens by itself, but where a test wants it
        append("autovacuum = off", "max_prepared_transactions = 4", "wal_level = logical");
        main.start();
        Sql.execute(main, "CREATE TABLE t (i int)");
    }

    @AfterEach
    void destroy() {
        repo.destroy();
    }

    private void append(String... settings) throws Exception {
        Files.writeString(
                main.dataDirectory().resolve("postgresql.conf"),
                "\n" + String.join("\n", settings) + "\n",
                StandardOpenOption.APPEND);
    }

    @Test
    void whatWasPreparedBeforeASnapshotAndCommittedAfterItIsUnsaved() throws Exception {
        Sql.execute(main, "BEGIN", "INSERT INTO t VALUES (1)", "PREPARE TRANSACTION 'x'");
        main.stop();
        Snapshot v1 = main.snapshot("v1", "");
        assertThat(main.isDirty()).isFalse();
        main.start();
        Sql.execute(main, "COMMIT PREPARED 'x'");
        assertThat(main.isDirty()).isTrue();
        main.stop();
        assertThat(main.isDirty()).isTrue();
        Snapshot saved = main.resetTo(v1).orElseThrow();
        Clone copy = saved.clone("copy");
        copy.start();
        assertThat(Sql.value(copy, "SELECT count(*) FROM pg_prepared_xacts")).isEqualTo("0");
        assertThat(Sql.value(copy, "SELECT count(*) FROM t")).isEqualTo("1");
    }

    @Tag(Effort.FULL)
    @Test
    void whatIsCommittedBesideALongTransactionIsUnsaved() throws Exception {
        try (Connection connection = main.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO t VALUES (1)");
            main.snapshot("v1", "");
            assertThat(main.isDirty()).isFalse();
            Sql.execute(main, "INSERT INTO t VALUES (2)");
            assertThat(main.isDirty()).isTrue();
            connection.rollback();
        }
        assertThat(main.isDirty()).isTrue();
    }

    @Tag(Effort.FULL)
    @Test
    void anAsynchronousCommitIsInTheFilesOnceTheServerSaysSo() throws Exception {
        Server server = Launched.by(main.server());
        for (int i = 0; i < 20; i++) {
            Sql.execute(main, "SET synchronous_commit = off", "INSERT INTO t VALUES (" + i + ")");
            Position position = server.position();
            server.flush();
            assertThat(Sql.value(main, "SELECT pg_current_wal_flush_lsn() >= '" + position.wal() + "'::pg_lsn"))
                    .isEqualTo("t");
        }
    }

    @Test
    void settingsAreWorkThatAResetSaves() throws Exception {
        Snapshot v1 = main.snapshot("v1", "");
        assertThat(main.isDirty()).isFalse();
        Sql.execute(main, "ALTER SYSTEM SET work_mem = '77MB'");
        assertThat(main.isDirty()).isTrue();
        Snapshot saved = main.resetTo(v1).orElseThrow();
        assertThat(Sql.value(main, "SHOW work_mem")).isEqualTo("4MB");
        assertThat(main.isDirty()).isFalse();
        main.resetTo(saved);
        assertThat(Sql.value(main, "SHOW work_mem")).isEqualTo("77MB");
        assertThat(main.isDirty()).isFalse();
        main.stop();
        assertThat(main.isDirty()).isFalse();
        append("work_mem = '5MB'");
        assertThat(main.isDirty()).isTrue();
    }

    @Tag(Effort.FULL)
    @Test
    void includedSettingsAndDataChecksumsAreWork() throws Exception {
        Path included = Files.createDirectory(main.dataDirectory().resolve("conf.d"));
        append("include_dir = 'conf.d'");
        main.stop();
        main.snapshot("v1", "");
        assertThat(main.isDirty()).isFalse();
        Files.writeString(included.resolve("mine.conf"), "work_mem = '5MB'\n");
        assertThat(main.isDirty()).isTrue();
        main.snapshot("v2", "");
        assertThat(main.isDirty()).isFalse();
        Subprocess done = Program.run(
                ServerUser.of(null),
                Duration.ofMinutes(1),
                Map.of(),
                postgres.binDirectory().resolve("pg_checksums").toString(),
                dataChecksums(main.dataDirectory()) == 0 ? "--enable" : "--disable",
                "-D",
                main.dataDirectory().toString());
        assertThat(done.exitCode()).as(done.output()).isZero();
        assertThat(main.isDirty()).isTrue();
    }

    private static int dataChecksums(Path dataDirectory) {
        return ControlFile.read(dataDirectory).dataChecksums();
    }

    @Test
    void aReplicationSlotIsWorkUntilASnapshotHasIt() throws Exception {
        main.snapshot("v1", "");
        Sql.execute(main, "SELECT pg_create_physical_replication_slot('mine')");
        assertThat(main.isDirty()).isTrue();
        main.snapshot("v2", "");
        assertThat(main.isDirty()).isFalse();
        Sql.execute(main, "SELECT pg_drop_replication_slot('mine')"); // nobody has lost anything
        assertThat(main.isDirty()).isFalse();
        try (Connection connection = main.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_create_physical_replication_slot('passing', false, true)");
            assertThat(main.isDirty()).isFalse();
        }
    }

    @Test
    void maintenanceIsNoWork() throws Exception {
        Sql.execute(
                main,
                "CREATE TABLE big AS SELECT i, i % 7 AS j, i::text AS k FROM generate_series(1, 20000) i",
                "CREATE INDEX ON big (j)",
                "CREATE STATISTICS s ON i, j FROM big",
                "DELETE FROM big WHERE i > 15000 OR j = 3");
        main.snapshot("v1", "");
        assertThat(main.isDirty()).isFalse();
        Sql.execute(main, "VACUUM (ANALYZE) big", "ANALYZE", "VACUUM (FREEZE)", "CHECKPOINT");
        assertThat(main.isDirty()).isFalse();
        main.stop();
        assertThat(main.isDirty()).isFalse();
        main.start();
        assertThat(main.isDirty()).isFalse();
        Sql.execute(main, "UPDATE big SET k = '' WHERE i = 1");
        assertThat(main.isDirty()).isTrue();
        main.stop();
        assertThat(main.isDirty()).isTrue();
    }

    @Tag(Effort.FULL)
    @Test
    void everyKindOfWorkIsToldFromMaintenance() throws Exception {
        Sql.execute(
                main,
                "CREATE SEQUENCE s",
                "CREATE TABLE u (i int PRIMARY KEY, c text)",
                "INSERT INTO u SELECT i, 'x' FROM generate_series(1, 10) i",
                "CREATE ROLE somebody");
        List<String> works = List.of(
                "INSERT INTO t VALUES (1)",
                "DELETE FROM u WHERE i = 1",
                "UPDATE u SET c = 'y' WHERE i = 2",
                "SELECT nextval('s')",
                "SELECT setval('s', 100)",
                "TRUNCATE u",
                "CREATE INDEX ON u (c)",
                "COMMENT ON TABLE u IS 'mine'",
                "ALTER ROLE somebody LOGIN",
                "ALTER DATABASE postgres SET work_mem = '5MB'",
                "CREATE DATABASE another",
                "SELECT lo_create(0)",
                "ALTER TABLE t RENAME TO renamed");
        for (String work : works) {
            main.snapshot("v" + works.indexOf(work), "");
            Sql.execute(main, "ANALYZE");
            assertThat(main.isDirty()).as("before " + work).isFalse();
            Sql.execute(main, work);
            Sql.execute(main, "ANALYZE");
            assertThat(main.isDirty()).as(work).isTrue();
        }
    }

    @Test
    void aSnapshotOfARunningServerTellsWhatItDoesNotHave() throws Exception {
        Sql.execute(main, "CREATE UNLOGGED TABLE \"Fast one\" AS SELECT 1 AS i", "CREATE DATABASE other");
        List<Finding> findings = new ArrayList<>();
        try (Subscription subscription = repo.listen(event -> {
            if (event instanceof Event.SnapshotTaken taken) {
                findings.addAll(taken.findings());
            }
        })) {
            Snapshot v1 = main.snapshot("v1", "");
            assertThat(findings).singleElement().satisfies(finding -> {
                assertThat(finding.what()).isEqualTo("unlogged in database postgres: public.\"Fast one\"");
                assertThat(finding.action())
                        .contains("empty in copies of this snapshot")
                        .contains("LOGGED");
            });
            findings.clear();
            Sql.execute(main, "INSERT INTO \"Fast one\" VALUES (2)");
            Snapshot saved = main.resetTo(v1).orElseThrow(); // taken of the stopped server
            assertThat(findings).isEmpty();
            assertThat(Sql.value(main, "SELECT count(*) FROM \"Fast one\"")).isEqualTo("0");
            main.resetTo(saved);
            assertThat(Sql.value(main, "SELECT count(*) FROM \"Fast one\"")).isEqualTo("2");
        }
    }

    @Tag(Effort.FULL)
    @Test
    void aLogThatNobodyReadsToItsEndIsTakenForWork() throws Exception {
        Path bin = new FakeBin(sandbox, postgres)
                .add("pg_waldump", "exec sleep 6000\n")
                .path();
        main.stop();
        Position here = postgres.position(main.dataDirectory());
        Installation installation = new Installation(bin, postgres.version(), 18);
        assertThat(Housekeeping.isAll(
                        installation, ServerUser.of(null), main.dataDirectory(), here, here, Duration.ofMillis(50)))
                .isFalse();
    }
}
