package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.os.PrivateDirectory;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.ServerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Directories that cannot be reached, are too long, or have names that a shell would misread. */
class PlacesTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    /** Starts a server in the environment of this JVM; what another JVM runs. */
    static final class StartAndStop {

        public static void main(String[] arguments) throws Exception {
            Path data = Path.of(arguments[0]);
            ServerSpec spec =
                    new ServerSpec(data, Path.of(arguments[1]), Sandbox.freePort(), Sandbox.SUPERUSER, Map.of());
            PostgresServer server = Postgres.embedded().start(spec);
            System.out.println("shared_buffers=" + LifecycleTest.query(server, "SHOW shared_buffers"));
            server.stop();
        }
    }

    @Test
    void closedDirectoryIsNamedWithTheWayToOpenIt() throws Exception {
        assumeRoot();
        Path data = sandbox.cluster(postgres, "data");
        Path closed = Files.createDirectories(sandbox.path("closed/inner"));
        Files.setPosixFilePermissions(sandbox.path("closed"), PosixFilePermissions.fromString("rwx------"));
        Path moved = Files.move(data, closed.resolve("data"));
        ServerSpec spec = sandbox.spec(moved, Map.of());
        assertThatThrownBy(() -> postgres.start(spec))
                .isInstanceOf(PermissionException.class)
                .hasMessageContaining("may not enter " + sandbox.path("closed") + ";")
                .hasMessageContaining("chmod o+x " + sandbox.path("closed"));
        assertThatThrownBy(() -> postgres.initialize(closed.resolve("new"), Sandbox.SUPERUSER))
                .isInstanceOf(PermissionException.class);
        assertThat(closed.resolve("new")).doesNotExist();
        // what the group may enter is open to its members
        Files.setAttribute(
                sandbox.path("closed"), "unix:gid", ServerUser.of(null).gid());
        Files.setPosixFilePermissions(sandbox.path("closed"), PosixFilePermissions.fromString("rwx--x---"));
        sandbox.start(postgres, moved).stop();
    }

    @Test
    void closedRunDirectoryIsNamed() throws Exception {
        assumeRoot();
        Path data = sandbox.cluster(postgres, "data");
        Path run = Files.createDirectory(
                sandbox.path("run"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ServerSpec spec = new ServerSpec(data, run, Sandbox.freePort(), Sandbox.SUPERUSER, Map.of());
        assertThatThrownBy(() -> postgres.start(spec))
                .isInstanceOf(PermissionException.class)
                .hasMessageContaining("may not enter " + run);
    }

    @Test
    void closedProgramsAreNamed() throws Exception {
        assumeRoot();
        Path closed = Files.createDirectory(sandbox.path("closed"));
        Path home = sandbox.copy(postgres.binDirectory().resolveSibling(""), "closed/pg");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        Path data = sandbox.path("data");
        assertThatThrownBy(() -> Postgres.in(home).initialize(data, Sandbox.SUPERUSER))
                .isInstanceOf(PermissionException.class)
                .hasMessageContaining("PostgreSQL programs")
                .hasMessageContaining("may not enter " + closed);
        assertThat(data).doesNotExist();
    }

    @Test
    void dataOfAnotherOwnerIsRefused() throws Exception {
        assumeRoot();
        Path data = sandbox.cluster(postgres, "data");
        Files.setAttribute(data, "unix:uid", 0);
        ServerSpec spec = sandbox.spec(data, Map.of());
        assertThatThrownBy(() -> postgres.start(spec))
                .isInstanceOf(PermissionException.class)
                .hasMessageContaining("belongs to root")
                .hasMessageContaining("chown -R " + postgres.user());
    }

    @Test
    void rootRunsServersAsTheUserItNames() throws Exception {
        assumeRoot();
        Postgres asNobody = postgres.runAs("nobody");
        Path data = sandbox.path("data");
        asNobody.initialize(data, Sandbox.SUPERUSER);
        PostgresServer server = sandbox.start(asNobody, data);
        assertThat(ProcessHandle.of(server.pid())
                        .flatMap(handle -> handle.info().user()))
                .hasValue("nobody");
        server.stop();
        assertThatThrownBy(() -> postgres.runAs("root").user())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("refuses to run as root");
        assertThatThrownBy(() -> postgres.runAs("no-such-user").user())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no-such-user");
    }

    @Test
    void ordinaryUserIgnoresRunAs() {
        Assumptions.assumeFalse(ServerUser.of(null).switched(), "needs an ordinary user");
        assertThat(postgres.runAs("nobody").user()).isEqualTo(postgres.user());
    }

    @Test
    void longRunDirectoryGetsAShortSocketDirectory() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Path run = sandbox.path("long-".repeat(20)).resolve("longer-".repeat(20));
        ServerSpec spec = new ServerSpec(data, run, Sandbox.freePort(), Sandbox.SUPERUSER, Map.of());
        PostgresServer server = postgres.start(spec);
        Path socket = Path.of(
                LifecycleTest.query(server, "SHOW unix_socket_directories").replace("\"", ""));
        assertThat(socket.getParent()).isEqualTo(Path.of("/tmp"));
        assertThat(Files.getPosixFilePermissions(socket)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(socket.resolve(".s.PGSQL." + server.port())).exists();
        assertThat(server.logFile()).isEqualTo(run.resolve("server.log")).isRegularFile();
        // another JVM finds it and cleans up as well
        postgres.find(spec).orElseThrow().stop();
        assertThat(socket).doesNotExist();
    }

    @Test
    void squattedSocketDirectoryIsNotUsed() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        ServerUser user = ServerUser.of(null);
        Path expected = PrivateDirectory.madeFor(user, data.toRealPath());
        OpenDirectory.deleteTree(expected);
        Path trap = Files.createDirectory(sandbox.path("trap"));
        Files.createSymbolicLink(expected, trap);
        try {
            Path other = PrivateDirectory.madeFor(user, data.toRealPath());
            assertThat(other).isNotEqualTo(expected).isDirectory();
            OpenDirectory.deleteTree(other);
            assertThat(trap).isEmptyDirectory();
        } finally {
            Files.delete(expected);
        }
    }

    @Test
    void namesThatAShellWouldMisreadWork() throws Exception {
        Path odd = Files.createDirectory(sandbox.path("it's a $HOME `id` \"x\", y; \\ #"));
        Path data = Files.move(sandbox.cluster(postgres, "plain"), odd.resolve("data dir"));
        ServerSpec spec = new ServerSpec(
                data,
                odd.resolve("run"),
                Sandbox.freePort(),
                Sandbox.SUPERUSER,
                Map.of("search_path", "\"$user\", public, \"it's\"", "my.note", "a'b\"c $HOME `id` \\ d\nend"));
        PostgresServer server = postgres.start(spec);
        assertThat(LifecycleTest.query(server, "SHOW data_directory")).isEqualTo(data.toString());
        assertThat(LifecycleTest.query(server, "SHOW search_path")).isEqualTo("\"$user\", public, \"it's\"");
        assertThat(LifecycleTest.query(server, "SHOW my.note")).isEqualTo("a'b\"c $HOME `id` \\ d\nend");
        LifecycleTest.update(server, "CREATE DATABASE \"a/b c?d=e&f%g+h\"");
        String url = server.jdbcUrl("a/b c?d=e&f%g+h");
        try (var connection = java.sql.DriverManager.getConnection(url, Sandbox.SUPERUSER.asProperties())) {
            assertThat(connection.getCatalog()).isEqualTo("a/b c?d=e&f%g+h");
        }
        assertThat(postgres.find(spec)).isPresent();
        server.stop();
    }

    @Test
    void variablesOfTheJvmDoNotReachTheServer() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Map<String, String> foreign = Map.of(
                "PGDATA", "/nowhere",
                "PGPORT", "1",
                "PGHOST", "example.org",
                "PGOPTIONS", "-c shared_buffers=1MB",
                "LC_ALL", "de_DE.UTF-8");
        Path log = sandbox.path("jvm.log");
        Process jvm = ChildJvm.start(
                log,
                foreign,
                StartAndStop.class,
                data.toString(),
                sandbox.path("run").toString());
        assertThat(jvm.waitFor()).as(Files.readString(log)).isZero();
        assertThat(Files.readString(log)).contains("shared_buffers=128MB");
    }

    @Test
    void existingDirectoryIsNotInitialized() throws Exception {
        Path data = Files.createDirectory(sandbox.path("data"));
        Files.createFile(data.resolve("precious"));
        assertThatThrownBy(() -> postgres.initialize(data, Sandbox.SUPERUSER))
                .isInstanceOf(AlreadyExistsException.class);
        assertThat(data.resolve("precious")).exists();
    }

    @Test
    void settingsThatWouldBreakARuleAreRefused() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        for (String name : List.of(
                "port",
                "Listen_Addresses",
                "hba_file",
                "archive_mode",
                "archive_command",
                "unix_socket_directories",
                "data_directory",
                "logging_collector",
                "primary_conninfo",
                "ssl")) {
            assertThatThrownBy(() -> postgres.start(sandbox.spec(data, Map.of(name, "x"))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name);
        }
        assertThatThrownBy(() -> postgres.start(sandbox.spec(data, Map.of("work_mem; rm", "1"))))
                .isInstanceOf(IllegalArgumentException.class);
        PostgresServer server = sandbox.start(postgres, data, Map.of("work_mem", "64MB", "wal_level", "logical"));
        assertThat(LifecycleTest.query(server, "SHOW work_mem")).isEqualTo("64MB");
        assertThat(LifecycleTest.query(server, "SHOW wal_level")).isEqualTo("logical");
        server.stop();
    }

    @Test
    void stoppedServerSaysThatItHasEnded() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        server.stop();
        // another server takes over the port, with the same password
        ServerSpec spec = sandbox.spec(data, Map.of()).withPort(server.port());
        PostgresServer next = postgres.start(spec);
        for (org.assertj.core.api.ThrowableAssert.ThrowingCallable use :
                List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                        server::checkpoint, server::position, () -> server.startBackup("late"))) {
            assertThatThrownBy(use).isInstanceOf(ServerException.class).hasMessageContaining("has ended");
        }
        server.stop();
        assertThat(next.isRunning()).as("the server that took over").isTrue();
        next.stop();
    }

    @Test
    void logIsAppendedToAndSetAsideWhenItIsLarge() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        ServerSpec spec = sandbox.spec(data, Map.of());
        PostgresServer server = postgres.start(spec);
        server.stop();
        long size = Files.size(server.logFile());
        postgres.start(spec).stop();
        assertThat(Files.size(server.logFile())).isGreaterThan(size);
        try (var channel =
                java.nio.channels.FileChannel.open(server.logFile(), java.nio.file.StandardOpenOption.WRITE)) {
            channel.write(java.nio.ByteBuffer.wrap(new byte[1]), 17L << 20);
        }
        postgres.start(spec).stop();
        assertThat(Files.size(server.logFile())).isLessThan(1L << 20);
        assertThat(server.logFile().resolveSibling("server.log.1")).exists();
    }

    /** Asks who runs servers; what another JVM runs. */
    static final class AskUser {

        public static void main(String[] arguments) {
            System.out.println(Postgres.embedded().user());
        }
    }

    @Test
    void rootIsToldWhenItsSetprivCannotChangeTheUser() throws Exception {
        assumeRoot();
        Path bin = Files.createDirectory(sandbox.path("bin"));
        Files.writeString(
                bin.resolve("setpriv"), "#!/bin/sh\necho 'setpriv: unrecognized option: reuid' >&2; exit 1\n");
        Files.setPosixFilePermissions(bin.resolve("setpriv"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Path log = sandbox.path("jvm.log");
        Process jvm = ChildJvm.start(log, Map.of("PATH", bin + ":" + System.getenv("PATH")), AskUser.class);
        assertThat(jvm.waitFor()).isNotZero();
        assertThat(Files.readString(log))
                .contains("ConfigurationException: root cannot run PostgreSQL as ")
                .contains("setpriv: unrecognized option: reuid; install setpriv of util-linux");
    }

    private static void assumeRoot() {
        Assumptions.assumeTrue(ServerUser.of(null).switched(), "needs root");
    }
}
