package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Effort;
import dev.zvpg.MergeResult;
import dev.zvpg.Repository;
import dev.zvpg.RunningServer;
import dev.zvpg.ScratchClone;
import dev.zvpg.Snapshot;
import dev.zvpg.TestDirectories;
import dev.zvpg.WorkingCopy;
import dev.zvpg.Zvpg;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.server.ServerState;
import dev.zvpg.storage.Storage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a repository promises with real PostgreSQL servers, on every storage. */
public abstract class PostgresRepositoryContract {

    private Path directory;
    private Repository repo;

    /** Opens the storage of one test, for the first time or once more. */
    protected abstract Storage openStorage(Path directory);

    protected Postgres postgres() {
        return Postgres.embedded();
    }

    protected int snapshotsUnderLoad() {
        return Effort.of(10, 25);
    }

    @BeforeEach
    void initialize() throws Exception {
        // not JUnit's directory, which only its owner may enter
        directory = TestDirectories.open("zvpg-test-");
        repo = zvpg().init();
    }

    @AfterEach
    void leaveNothing() throws Exception {
        repo.destroy();
        assertThat(directory.resolve("home")).doesNotExist();
        assertThat(processesThatName(directory)).isEmpty();
        OpenDirectory.deleteTree(directory);
    }

    protected final Path directory() {
        return directory;
    }

    private Zvpg zvpg() {
        int first = ThreadLocalRandom.current().nextInt(20_000, 30_000);
        return Zvpg.at(directory.resolve("home"))
                .storage(() -> openStorage(directory))
                .postgres(new Prepared(postgres()))
                .ports(first, first + 500);
    }

    private void reopen() {
        repo.close();
        repo = zvpg().open();
    }

    private static List<String> processesThatName(Path directory) {
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(command -> command.contains(directory.toString()))
                .toList();
    }

    private static void execute(WorkingCopy copy, String... statements) throws SQLException {
        try (Connection connection = copy.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static String query(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static String query(WorkingCopy copy, String sql) throws SQLException {
        return query(copy.dataSource(), sql);
    }

    @Test
    void whatHappensInACloneOrABranchStaysThere() throws SQLException {
        Branch main = repo.branch("main");
        main.start();
        execute(main, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i");
        Snapshot v1 = main.snapshot("v1", "a thousand rows");
        execute(main, "INSERT INTO t VALUES (1001)");
        Branch feature = v1.branch("feature/new-api");
        feature.start();
        execute(feature, "ALTER TABLE t ADD COLUMN note text");
        Clone clone = v1.clone("trial");
        clone.start();
        execute(clone, "DELETE FROM t");

        assertThat(query(main, "SELECT count(*) FROM t")).isEqualTo("1001");
        assertThat(query(feature, "SELECT count(*) || ' ' || count(note) FROM t"))
                .isEqualTo("1000 0");
        assertThat(query(clone, "SELECT count(*) FROM t")).isEqualTo("0");
        assertThat(main.start().port()).isNotEqualTo(clone.start().port());
    }

    @Test
    void snapshotsUnderLoadAllStartAndHoldTheInvariant() throws Exception {
        Branch main = repo.branch("main");
        main.start();
        long before = 0;
        try (Bank bank = Bank.open(main.dataSource(), 4, 42)) {
            for (int i = 1; i <= snapshotsUnderLoad(); i++) {
                long committed = bank.transfers();
                Snapshot snapshot = main.snapshot("s" + i, "under load");
                Clone clone = snapshot.clone("c" + i);
                clone.start();
                long found = Bank.audit(clone.dataSource());
                assertThat(found).as("transfers in snapshot " + i).isGreaterThanOrEqualTo(Math.max(committed, before));
                before = found;
                clone.delete();
                snapshot.delete();
            }
            assertThat(bank.transfers()).isGreaterThan(snapshotsUnderLoad());
        }
    }

    @Test
    void aResetBringsARunningBranchBackAndSavesWhatWasNotSaved() throws SQLException {
        Branch main = repo.branch("main");
        int port = main.start().port();
        execute(main, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i");
        Snapshot v1 = main.snapshot("v1", "");
        assertThat(main.resetTo(v1)).isEmpty();
        execute(main, "DELETE FROM t");

        Snapshot saved = main.resetTo(v1).orElseThrow();

        assertThat(query(main, "SELECT count(*) FROM t")).isEqualTo("1000");
        assertThat(main.server().port()).isEqualTo(port);
        Clone deleted = saved.clone("deleted");
        deleted.start();
        assertThat(query(deleted, "SELECT count(*) FROM t")).isEqualTo("0");
    }

    @Test
    void aMergeGivesARunningBranchWhatTheOtherOneHasAndBothGoOn() throws SQLException {
        Branch main = repo.branch("main");
        main.start();
        // autovacuum's ANALYZE is a transaction that writes, and would be unsaved work
        execute(main, "ALTER SYSTEM SET autovacuum = off", "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i");
        int port = main.restart().port();
        Branch feature = main.snapshot("v1", "").branch("feature");
        assertThat(feature.isDirty()).isFalse();
        feature.start();
        assertThat(feature.isDirty()).isFalse();
        execute(feature, "ALTER TABLE t ADD COLUMN note text", "UPDATE t SET note = 'new'");
        assertThat(feature.isDirty()).isTrue();

        MergeResult result = main.merge(feature);

        assertThat(result.kind()).isEqualTo(MergeResult.Kind.FAST_FORWARD);
        assertThat(result.saved()).contains(result.snapshot());
        assertThat(query(main, "SELECT count(note) FROM t")).isEqualTo("1000");
        assertThat(main.server().port()).isEqualTo(port);
        assertThat(main.isDirty()).isFalse();
        execute(main, "DELETE FROM t");
        assertThat(query(feature, "SELECT count(*) FROM t")).isEqualTo("1000");
        execute(feature, "INSERT INTO t VALUES (1001)");
        assertThat(main.merge(feature).kind()).isEqualTo(MergeResult.Kind.MERGED);
        assertThat(query(main, "SELECT count(*) FROM t")).isEqualTo("1");
        assertThat(main.isDirty()).isFalse();
        assertThat(feature.isDirty()).isFalse();
    }

    @Test
    void whatWasDoneToAScratchCloneIsKeptAlthoughItsServerNeverWaitedForADisk() throws SQLException {
        Branch main = repo.branch("main");
        main.<SQLException>use(
                pg -> execute(main, "CREATE TABLE t AS SELECT 'secret ' || i AS s FROM generate_series(1, 1000) AS i"));
        Snapshot v1 = main.snapshot("v1", "");
        assertThat(main.state()).isEqualTo(ServerState.STOPPED);
        Snapshot masked = v1.<SQLException>derive("masked", pg -> {
            try (Connection session = pg.dataSource().getConnection();
                    Statement statement = session.createStatement()) {
                statement.execute("UPDATE t SET s = '***'");
            }
        });
        Clone kept;
        try (ScratchClone pg = masked.scratch()) {
            kept = pg.keep("kept");
        }
        kept.start();
        assertThat(query(kept, "SELECT count(*) FROM t WHERE s = '***'")).isEqualTo("1000");
        assertThat(query(kept, "SHOW fsync")).isEqualTo("on");
        main.start();
        assertThat(query(main, "SELECT count(*) FROM t WHERE s LIKE 'secret %'"))
                .isEqualTo("1000");
    }

    @Test
    void aRenamedBranchAndItsSessionsGoOn() throws SQLException {
        Branch main = repo.branch("main");
        RunningServer server = main.start();
        try (Connection session = main.dataSource().getConnection();
                Statement statement = session.createStatement()) {
            statement.execute("CREATE TEMPORARY TABLE mine AS SELECT 7 AS i");
            Branch trunk = main.rename("trunk/1");
            try (ResultSet row = statement.executeQuery("SELECT i FROM mine")) {
                row.next();
                assertThat(row.getInt(1)).isEqualTo(7);
            }
            assertThat(trunk.server().pid()).isEqualTo(server.pid());
        }
        assertThat(repo.branch("trunk/1").snapshot("v1", "").ref()).isEqualTo("trunk/1@v1");
    }

    @Test
    void aRunningCloneIsBroughtBackToItsSnapshot() throws SQLException {
        Branch main = repo.branch("main");
        main.start();
        execute(main, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i");
        Clone trial = main.snapshot("v1", "").clone("trial");
        int port = trial.start().port();
        execute(trial, "DROP TABLE t");
        trial.reset();
        assertThat(query(trial, "SELECT count(*) FROM t")).isEqualTo("1000");
        assertThat(trial.server().port()).isEqualTo(port);
        assertThat(query(main, "SELECT count(*) FROM t")).isEqualTo("1000");
    }

    @Test
    void aCloneRunsWithItsOwnSettingsPortFilesAndUsers() throws SQLException {
        Branch main = repo.branch("main");
        main.start();
        execute(
                main,
                "ALTER SYSTEM SET work_mem = '8MB'",
                "ALTER SYSTEM SET maintenance_work_mem = '77MB'",
                "ALTER SYSTEM SET listen_addresses = '*'",
                "ALTER SYSTEM SET cluster_name = 'the original'");
        Clone clone = main.snapshot("v1", "").clone("trial", o -> o.setting("work_mem", "256MB"));
        RunningServer server = clone.start();

        assertThat(query(clone, "SHOW work_mem")).isEqualTo("256MB");
        assertThat(query(clone, "SHOW maintenance_work_mem")).isEqualTo("77MB");
        assertThat(query(clone, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
        assertThat(query(clone, "SHOW port")).isEqualTo(Integer.toString(server.port()));
        assertThat(query(clone, "SHOW data_directory"))
                .isEqualTo(clone.dataDirectory().toString());
        assertThat(server.logFile()).exists();
        assertThat(server.logFile().startsWith(clone.dataDirectory())).isFalse();
    }

    @Test
    void aCloneArchivesNothingWhateverTheOriginalWasTold() throws Exception {
        Path archived = directory.resolve("archived");
        Branch main = repo.branch("main");
        main.start();
        execute(
                main,
                "ALTER SYSTEM SET archive_mode = 'always'",
                "ALTER SYSTEM SET archive_command = 'touch " + archived + "'",
                "ALTER SYSTEM SET primary_conninfo = 'host=production.invalid'",
                "ALTER SYSTEM SET synchronous_standby_names = '*'");
        Clone clone = main.snapshot("v1", "").clone("trial");
        clone.start();
        execute(clone, "CREATE TABLE t (i int)", "SELECT pg_switch_wal()", "CHECKPOINT");

        assertThat(query(clone, "SHOW archive_mode")).isEqualTo("off");
        assertThat(query(clone, "SHOW primary_conninfo")).isEmpty();
        assertThat(query(clone, "SHOW synchronous_standby_names")).isEmpty();
        assertThat(archived).doesNotExist();
    }

    @Test
    void aClusterThatKeepsDataElsewhereIsNotSnapshotted() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwx------"));
        Branch main = repo.branch("main");
        RunningServer server = main.start();
        Files.setOwner(elsewhere, Files.getOwner(main.dataDirectory()));
        execute(main, "CREATE TABLESPACE outside LOCATION '" + elsewhere + "'");

        assertThatThrownBy(() -> main.snapshot("running", ""))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(elsewhere.toString());
        main.stop();
        assertThatThrownBy(() -> main.snapshot("stopped", "")).isInstanceOf(ConfigurationException.class);
        assertThat(repo.snapshots()).isEmpty();
        assertThat(server.isRunning()).isFalse();
    }

    @Test
    void aCrashedServerRecoversAndLosesNothingCommitted() throws Exception {
        Branch main = repo.branch("main");
        RunningServer server = main.start();
        execute(main, "CREATE TABLE t AS SELECT 7 AS i");
        ProcessHandle process = ProcessHandle.of(server.pid()).orElseThrow();
        process.destroyForcibly();
        process.onExit().get();

        assertThat(main.state()).isEqualTo(ServerState.CRASHED);
        assertThat(server.isRunning()).isFalse();
        Clone clone = main.snapshot("v1", "of a crashed server").clone("trial");
        clone.start();
        assertThat(query(clone, "SELECT i FROM t")).isEqualTo("7");
        main.start();
        assertThat(query(main, "SELECT i FROM t")).isEqualTo("7");
    }

    @Test
    void serversAreFoundAgainByTheNextRepositoryObject() throws SQLException {
        Branch main = repo.branch("main");
        RunningServer server = main.start();
        main.snapshot("v1", "").clone("stopped");
        reopen();
        assertThat(repo.branch("main").state()).isEqualTo(ServerState.RUNNING);
        assertThat(repo.branch("main").server().pid()).isEqualTo(server.pid());
        assertThat(repo.branch("main").server().port()).isEqualTo(server.port());
        assertThat(query(repo.branch("main"), "SELECT 1")).isEqualTo("1");
        assertThat(repo.clone("stopped").state()).isEqualTo(ServerState.STOPPED);
    }

    @Test
    void aChosenPortThatIsTakenIsRefusedAndAnyOtherIsReplaced() throws Exception {
        Snapshot v1 = repo.branch("main").snapshot("v1", "");
        Clone any = v1.clone("any");
        int port = any.info().port();
        Clone chosen = v1.clone("chosen", o -> o.port(freePortAfter(port)));
        try (ServerSocket taken = listen(port);
                ServerSocket alsoTaken = listen(chosen.info().port())) {
            assertThat(any.start().port()).isNotEqualTo(port);
            assertThatThrownBy(chosen::start)
                    .isInstanceOf(InUseException.class)
                    .hasMessageContaining("port " + chosen.info().port() + " is taken");
            assertThat(chosen.state()).isEqualTo(ServerState.STOPPED);
        }
    }

    private static int freePortAfter(int port) {
        for (int next = port + 1; ; next++) {
            try (ServerSocket socket = listen(next)) {
                return socket.getLocalPort();
            } catch (java.io.IOException e) {
                // taken by somebody
            }
        }
    }

    private static ServerSocket listen(int port) throws java.io.IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    @Test
    void snapshotsTellTheServersVersionAndPosition() throws SQLException {
        Branch main = repo.branch("main");
        main.start();
        long before = main.snapshot("v1", "").info().nextTransactionId();
        execute(main, "CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)");
        main.stop();
        Snapshot v2 = main.snapshot("v2", "");
        assertThat(v2.info().nextTransactionId()).isEqualTo(before + 2);
        assertThat(v2.info().version()).isEqualTo(postgres().version());
        assertThat(v2.info().wal()).matches("[0-9A-F]+/[0-9A-F]+");
    }

    @Test
    void theListenersHearWhatWasFoundInAClone() throws SQLException {
        Branch main = repo.branch("main");
        main.start();
        List<Event> events = new ArrayList<>();
        try (var subscription = repo.listen(events::add)) {
            main.snapshot("v1", "").clone("trial");
        }
        assertThat(events).hasAtLeastOneElementOfType(Event.SnapshotTaken.class);
        assertThat(events).hasAtLeastOneElementOfType(Event.CloneCreated.class);
    }

    @Test
    void thePasswordIsInNoCommandLineAndInNoLog() throws Exception {
        Branch main = repo.branch("main");
        RunningServer server = main.start();
        String password = main.credentials().password();
        assertThat(ProcessHandle.allProcesses().flatMap(process -> process.info().commandLine().stream()))
                .noneMatch(command -> command.contains(password));
        assertThat(Files.readString(server.logFile())).doesNotContain(password);
        assertThatThrownBy(() -> java.sql.DriverManager.getConnection(main.jdbcUrl(), "postgres", "guess"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password authentication failed");
    }
}
