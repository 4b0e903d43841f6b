package dev.zvpg.postgres;

import static dev.zvpg.postgres.Sandbox.SUPERUSER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Effort;
import dev.zvpg.Launched;
import dev.zvpg.RunningServer;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.ServerException;
import dev.zvpg.postgres.cluster.ControlFile;
import dev.zvpg.postgres.cluster.WalSegments;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.DataDirectory;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerSpec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag(Effort.ANYBODY)
class LifecycleTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    static java.util.stream.Stream<Postgres> versions() {
        return Versions14To18.all();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void initializesStartsAnswersAndStops(Postgres postgres) throws Exception {
        Path data = sandbox.path("data");
        postgres.initialize(data, SUPERUSER);
        assertThat(postgres.inspect(data).state()).isEqualTo(DataDirectory.State.STOPPED);

        PostgresServer server = sandbox.start(postgres, data);
        assertThat(server.isRunning()).isTrue();
        assertThat(query(server, "SHOW server_version")).startsWith(postgres.version());
        assertThat(query(server, "SHOW server_encoding")).isEqualTo("UTF8");
        assertThat(query(server, "SHOW password_encryption")).isEqualTo("scram-sha-256");
        assertThat(query(server, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
        assertThat(query(server, "SHOW hba_file")).doesNotStartWith(data + "/");
        assertThat(postgres.inspect(data).state()).isEqualTo(DataDirectory.State.RUNNING);
        assertThat(server.logFile()).isRegularFile();

        server.stop();
        server.stop();
        assertThat(server.isRunning()).isFalse();
        assertThat(postgres.inspect(data).state()).isEqualTo(DataDirectory.State.STOPPED);
        assertThat(data.resolve("postmaster.pid")).doesNotExist();
        assertThat(Sandbox.processes(data)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void readsFromTheControlFileWhatTheServerSays(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        update(server, "CREATE TABLE t AS SELECT 1 AS n");
        server.checkpoint();
        ControlFile control = ControlFile.read(data);
        assertThat(WalSegments.format(control.checkpoint()))
                .isEqualTo(query(server, "SELECT checkpoint_lsn FROM pg_control_checkpoint()"));
        // printed as EPOCH:XID
        String[] next =
                query(server, "SELECT next_xid FROM pg_control_checkpoint()").split(":", 2);
        assertThat(control.nextTransactionId()).isEqualTo((Long.parseLong(next[0]) << 32) + Long.parseLong(next[1]));
        assertThat(control.nextTransactionId()).isEqualTo(server.position().nextTransactionId());
        assertThat(control.isCleanlyStopped()).isFalse();
        long before = server.position().nextTransactionId();
        server.stop();
        assertThat(postgres.position(data).nextTransactionId()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void commandLineWinsOverAlterSystem(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        update(server, "ALTER SYSTEM SET archive_command = 'touch /tmp/zvpg-must-not-exist'");
        update(server, "ALTER SYSTEM SET archive_mode = on");
        update(server, "ALTER SYSTEM SET listen_addresses = '*'");
        update(server, "ALTER SYSTEM SET port = 1");
        update(server, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        update(server, "ALTER SYSTEM SET max_logical_replication_workers = 4");
        server.stop();
        server = sandbox.start(postgres, data);
        assertThat(query(server, "SHOW archive_mode")).isEqualTo("off");
        assertThat(query(server, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
        assertThat(query(server, "SHOW synchronous_standby_names")).isEmpty();
        assertThat(query(server, "SHOW max_logical_replication_workers")).isEqualTo("0");
        server.stop();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void findsARunningServerAndItsRealPort(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        ServerSpec other = sandbox.spec(data, Map.of());
        assertThat(postgres.find(other)).hasValueSatisfying(found -> {
            assertThat(found.port()).isEqualTo(server.port());
            assertThat(found.pid()).isEqualTo(server.pid());
            assertThat(found.position()).isNotNull();
        });
        assertThatThrownBy(() -> postgres.start(other))
                .isInstanceOf(InUseException.class)
                .hasMessageContaining(String.valueOf(server.pid()))
                .hasMessageContaining(String.valueOf(server.port()));
        postgres.find(other).ifPresent(Server::stop);
        assertThat(server.isRunning()).isFalse();
        assertThat(postgres.find(other)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void recoversAfterACrashAndCallsItOne(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        update(server, "CREATE TABLE t AS SELECT 42 AS n");
        ProcessHandle.of(server.pid()).ifPresent(ProcessHandle::destroyForcibly);
        while (server.isRunning() || !Sandbox.processes(data).isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(postgres.find(sandbox.spec(data, Map.of()))).isEmpty();
        assertThat(postgres.inspect(data).state()).isEqualTo(DataDirectory.State.CRASHED);
        PostgresServer again = sandbox.start(postgres, data);
        assertThat(query(again, "SELECT n FROM t")).isEqualTo("42");
        again.stop();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void onlyThePasswordOpensIt(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        ServerSpec spec = sandbox.spec(data, Map.of());
        ServerSpec wrong = new ServerSpec(
                data, spec.runDirectory(), spec.port(), new Credentials(SUPERUSER.user(), "guess"), Map.of());
        assertThatThrownBy(() -> postgres.start(wrong))
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("does not let zvpg connect")
                .hasMessageNotContaining("guess");
        assertThat(Sandbox.processes(data)).isEmpty();
        assertThat(data.resolve("postmaster.pid")).doesNotExist();
    }

    @Test
    void interruptedStopFinishesAndKeepsTheFlag() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        Thread.currentThread().interrupt();
        server.stop();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(server.isRunning()).isFalse();
        assertThat(postgres.inspect(data).state()).isEqualTo(DataDirectory.State.STOPPED);
    }

    static String query(RunningServer server, String sql) throws SQLException {
        return query(Launched.by(server), sql);
    }

    static void update(RunningServer server, String sql) throws SQLException {
        update(Launched.by(server), sql);
    }

    static String query(Server server, String sql) throws SQLException {
        try (Connection connection = server.dataSource("postgres").getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }

    static void update(Server server, String sql) throws SQLException {
        try (Connection connection = server.dataSource("postgres").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
