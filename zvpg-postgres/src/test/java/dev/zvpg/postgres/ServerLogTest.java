package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zvpg.directory.SmallDisk;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.Lifetime;
import dev.zvpg.server.PortTakenException;
import dev.zvpg.server.ServerSpec;
import dev.zvpg.storage.ChildJvm;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a server's log holds, and what is said when it cannot. */
class ServerLogTest {

    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    private ServerSpec spec(Path data, Lifetime lifetime) {
        ServerSpec spec = sandbox.spec(data, Map.of());
        return new ServerSpec(data, spec.runDirectory(), spec.port(), spec.credentials(), spec.settings(), lifetime);
    }

    @Test
    void aServerThatEndsBecauseItsDiskIsFullSaysSo() throws Exception {
        assumeTrue(
                ServerUser.of(null).switched(),
                "needs root: who may mount a small disk otherwise is no user that a server can run as");
        Path disk = Files.createDirectory(sandbox.path("disk"));
        try (ChildJvm child = new ChildJvm(SmallDisk.wrapper(disk, 100), FullLogDisk.class, disk.toString())) {
            assertThat(child.rest())
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .startsWith("OutOfSpaceException: the server on " + disk.resolve("data"))
                                    .contains("whose disk is full")
                                    .contains("free some space"),
                            line -> assertThat(line)
                                    .startsWith("ServerException: ")
                                    .contains("it has ended, and the disk that holds its log is full"));
        }
    }

    @ParameterizedTest
    @EnumSource(Lifetime.class)
    void holdsNoComplaintOfAServerThatHasNone(Lifetime lifetime) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = postgres.start(spec(data, lifetime));
        server.stop();
        assertThat(server.logFile()).content().doesNotContain("could not").doesNotContain("external PID file");
    }

    @ParameterizedTest
    @EnumSource(Lifetime.class)
    void aFileThatTheClusterNamesForItsNumberIsNotWritten(Lifetime lifetime) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Path number = sandbox.path("number");
        Files.writeString(data.resolve("postgresql.auto.conf"), "external_pid_file = '" + number + "'\n");
        Files.createFile(number);
        Files.setPosixFilePermissions(number, java.nio.file.attribute.PosixFilePermissions.fromString("rw-rw-rw-"));
        PostgresServer server = postgres.start(spec(data, lifetime));
        assertThat(number).isEmptyFile();
        server.stop();
        assertThat(number).isEmptyFile();
    }

    @ParameterizedTest
    @EnumSource(Lifetime.class)
    void aTakenPortIsSeenWhateverTheClusterLogs(Lifetime lifetime) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Files.writeString(data.resolve("postgresql.auto.conf"), "log_min_messages = 'panic'\n");
        // somebody takes the port after the look at it: with pg_ctl, or with the server itself
        String program = lifetime == Lifetime.DETACHED ? "pg_ctl" : "postgres";
        Path asked = sandbox.path("asked");
        Path taken = sandbox.path("taken");
        Files.createFile(asked);
        Files.setPosixFilePermissions(asked, java.nio.file.attribute.PosixFilePermissions.fromString("rw-rw-rw-"));
        Postgres slow = new FakeBin(sandbox, postgres)
                .script(
                        program,
                        "echo now >" + asked + "; while [ ! -e " + taken
                                + " ]; do sleep 0.01; done\nexec REAL \"$@\"\n")
                .postgres();
        ServerSpec spec = spec(data, lifetime);
        Thread thief = new Thread(() -> takeThePort(spec.port(), asked, taken));
        thief.start();
        try {
            assertThatThrownBy(() -> slow.start(spec)).isInstanceOf(PortTakenException.class);
        } finally {
            thief.interrupt();
            thief.join();
        }
    }

    private static void takeThePort(int port, Path asked, Path taken) {
        try {
            while (Files.size(asked) == 0) {
                Thread.sleep(5);
            }
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByAddress(LOOPBACK))) {
                Files.createFile(taken);
                Thread.sleep(120_000);
                socket.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
