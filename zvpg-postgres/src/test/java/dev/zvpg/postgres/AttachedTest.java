package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.ServerException;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.process.Supervisor;
import dev.zvpg.server.DataDirectory;
import dev.zvpg.server.Lifetime;
import dev.zvpg.server.PortTakenException;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerSpec;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that end with this JVM, as far as that can be seen from inside. */
@Isolated("one test kills the shell that all scratch servers of this JVM hang on")
class AttachedTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    private ServerSpec spec(Path data, Map<String, String> settings) {
        ServerSpec detached = sandbox.spec(data, settings);
        return new ServerSpec(
                detached.dataDirectory(),
                detached.runDirectory(),
                detached.port(),
                detached.credentials(),
                detached.settings(),
                Lifetime.ATTACHED);
    }

    private PostgresServer start(Postgres installation, Path data, Map<String, String> settings) {
        for (int attempt = 0; attempt < 20; attempt++) {
            try {
                return installation.start(spec(data, settings));
            } catch (PortTakenException e) {
                // another test, most likely
            }
        }
        throw new AssertionError("no free port in 20 attempts");
    }

    private static String ask(Server server, String sql) throws Exception {
        try (Connection connection = server.dataSource("postgres").getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static void awaitTheEndOf(Server server) {
        await().atMost(LONG).until(() -> !server.isRunning());
    }

    static java.util.stream.Stream<Postgres> versions() {
        return Versions14To18.all();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void everyVersionRunsWithItsLeanSettingsAndIsStoppedEitherWay(Postgres version) throws Exception {
        Path data = sandbox.cluster(version, "data");
        PostgresServer first = start(version, data, version.leanSettings(Map.of()));
        Map<String, String> actual = new TreeMap<>();
        for (String name : version.leanSettings(Map.of()).keySet()) {
            actual.put(name, ask(first, "SHOW " + name));
        }
        assertThat(actual).isEqualTo(version.leanSettings(Map.of()));
        ask(first, "SELECT pg_current_xact_id()");
        first.stop();
        assertThat(version.inspect(data).state()).isEqualTo(DataDirectory.State.STOPPED);

        PostgresServer second = start(version, data, version.leanSettings(Map.of()));
        assertThat(ask(second, "SELECT 1")).isEqualTo("1");
        second.stopAtOnce();
        second.stopAtOnce();
        assertThat(second.isRunning()).isFalse();
        assertThat(data.resolve("postmaster.pid")).doesNotExist();
    }

    @Test
    void itHasNoSocketAndItsParentIsTheSupervisor() throws Exception {
        PostgresServer server = start(postgres, sandbox.cluster(postgres, "data"), Map.of());
        assertThat(ask(server, "SHOW unix_socket_directories")).isEmpty();
        assertThat(sandbox.path("data-run/socket")).doesNotExist();
        assertThat(ProcessHandle.of(server.pid())
                        .orElseThrow()
                        .parent()
                        .orElseThrow()
                        .pid())
                .isEqualTo(Supervisor.of(ServerUser.of(null)).pid());
        server.stopAtOnce();
    }

    @Test
    void itDiesWithTheSupervisorAndTheNextOneGetsANewSupervisor() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = start(postgres, data, postgres.leanSettings(Map.of()));
        long supervisor = Supervisor.of(ServerUser.of(null)).pid();
        ProcessHandle.of(supervisor).orElseThrow().destroyForcibly();
        awaitTheEndOf(server);
        server.stopAtOnce();
        // its children notice by themselves
        await().atMost(LONG).until(() -> Sandbox.processes(data), List::isEmpty);
        PostgresServer next = start(postgres, data, postgres.leanSettings(Map.of()));
        assertThat(Supervisor.of(ServerUser.of(null)).pid()).isNotEqualTo(supervisor);
        assertThat(ask(next, "SELECT 1")).isEqualTo("1");
        next.stopAtOnce();
    }

    @Test
    void oneThatDoesNotStartSaysWhyAndLeavesNothing() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        assertThatThrownBy(() -> start(postgres, data, Map.of("shared_buffers", "1 parsec")))
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("ended while it started")
                .hasMessageContaining("shared_buffers");
        assertThat(data.resolve("postmaster.pid")).doesNotExist();
        start(postgres, data, Map.of()).stopAtOnce();
    }

    @Test
    void aPortThatIsTakenIsToldSo() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        ServerSpec spec = spec(data, Map.of());
        try (ServerSocket taken =
                new ServerSocket(spec.port(), 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            assertThat(taken.isBound()).isTrue();
            assertThatThrownBy(() -> postgres.start(spec)).isInstanceOf(PortTakenException.class);
        }
    }

    @Test
    void anInterruptedStartLeavesNothingAndTheFlagIsSet() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> postgres.start(spec(data, Map.of())))
                .isInstanceOf(OperationInterruptedException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(Sandbox.processes(data)).isEmpty();
    }

    @Test
    void itIsFoundLikeAnyOtherAndStoppedByWhoeverFindsIt() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        ServerSpec spec = spec(data, Map.of());
        PostgresServer server = start(postgres, data, Map.of());
        Server found = postgres.find(spec).orElseThrow();
        assertThat(found.port()).isEqualTo(server.port());
        found.stopAtOnce();
        awaitTheEndOf(server);
    }

    @Test
    void anyCharacterMayBeInItsPathsAndSettings() throws Exception {
        Path data = sandbox.cluster(postgres, "it's a \"$HOME\" \\ `x` ; dir");
        PostgresServer server = start(postgres, data, Map.of("application_name", "it's $HOME \\ \"x\""));
        assertThat(server.isRunning()).isTrue();
        assertThat(ask(server, "SELECT boot_val || reset_val FROM pg_settings WHERE name = 'port'"))
                .endsWith(Integer.toString(server.port()));
        assertThat(Files.size(server.logFile())).isPositive();
        server.stopAtOnce();
    }
}
