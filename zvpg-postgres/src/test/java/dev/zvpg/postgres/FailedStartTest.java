package dev.zvpg.postgres;

import static dev.zvpg.postgres.Sandbox.SUPERUSER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.zvpg.Effort;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.server.PortTakenException;
import dev.zvpg.server.ServerSpec;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every start here fails, and must leave nothing. */
@Tag(Effort.ANYBODY)
class FailedStartTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    static Stream<Postgres> versions() {
        return Versions14To18.all();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void badSettingIsReportedWithTheServersOwnWords(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        ServerSpec spec = sandbox.spec(data, Map.of("shared_buffers", "banana"));
        // it dies before it has written postmaster.pid
        assertThatThrownBy(() -> postgres.start(spec))
                .isInstanceOfSatisfying(
                        ServerException.class,
                        e -> assertThat(e.lastLogLines()).anyMatch(line -> line.contains("shared_buffers")))
                .hasMessageContaining("ended while it started")
                .hasMessageContaining("banana");
        assertNothingIsLeft(data, spec);
        sandbox.start(postgres, data).stop();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void missingWalIsReportedAfterTheLockWasWritten(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        for (Path segment : OpenDirectory.list(data.resolve("pg_wal"))) {
            if (Files.isRegularFile(segment)) {
                Files.delete(segment);
            }
        }
        ServerSpec spec = sandbox.spec(data, Map.of());
        assertThatThrownBy(() -> postgres.start(spec))
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("checkpoint");
        assertNothingIsLeft(data, spec);
    }

    @Test
    void programThatEndsAtOnceIsNoticed() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        Postgres broken = new FakeBin(sandbox, postgres)
                .script("postgres", "echo out of order >&2\nexit 3\n")
                .postgres();
        ServerSpec spec = sandbox.spec(data, Map.of());
        assertThatThrownBy(() -> broken.start(spec))
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("out of order");
        assertNothingIsLeft(data, spec);
    }

    @Test
    void pgCtlThatFailsIsReportedWithItsExitCode() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        Postgres broken = new FakeBin(sandbox, postgres)
                .script("pg_ctl", "echo no way >&2\nexit 7\n")
                .postgres();
        ServerSpec spec = sandbox.spec(data, Map.of());
        assertThatThrownBy(() -> broken.start(spec))
                .isInstanceOfSatisfying(
                        ServerException.class, e -> assertThat(e.exitCode()).hasValue(7))
                .hasMessageContaining("no way");
        assertNothingIsLeft(data, spec);
    }

    @Test
    void damagedControlFileIsRefused() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        byte[] control = Files.readAllBytes(data.resolve("global/pg_control"));
        control[33] ^= 1;
        Files.write(data.resolve("global/pg_control"), control);
        ServerSpec spec = sandbox.spec(data, Map.of());
        assertThatThrownBy(() -> postgres.start(spec))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("pg_control");
        assertNothingIsLeft(data, spec);
    }

    @Test
    void takenPortIsSaidBeforeAnythingIsStarted() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        try (ServerSocket somebody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ServerSpec spec = sandbox.spec(data, Map.of()).withPort(somebody.getLocalPort());
            assertThatThrownBy(() -> postgres.start(spec))
                    .isInstanceOfSatisfying(
                            PortTakenException.class, e -> assertThat(e.port()).isEqualTo(somebody.getLocalPort()));
            assertNothingIsLeft(data, spec);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void lostRaceForThePortIsATakenPort(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Path asked = sandbox.path("asked");
        Path taken = sandbox.path("taken");
        // after the check and before the server, somebody else takes the port
        Postgres slow = new FakeBin(sandbox, postgres)
                .script(
                        "pg_ctl",
                        "if [ $1 = start ]; then echo now > " + asked + "; while [ ! -e " + taken
                                + " ]; do sleep 0.01; done; fi\nexec REAL \"$@\"\n")
                .postgres();
        ServerSpec spec = sandbox.spec(data, Map.of());
        while (!losesTheRace(slow, spec, asked, taken)) {
            spec = sandbox.spec(data, Map.of());
        }
        assertNothingIsLeft(data, spec);
    }

    /**
     * False when the port was not ours to take: another test, in this JVM or another one, has it or had it too early.
     */
    private static boolean losesTheRace(Postgres slow, ServerSpec spec, Path asked, Path taken) throws Exception {
        Files.deleteIfExists(taken);
        Files.deleteIfExists(asked);
        Files.createFile(asked);
        Files.setPosixFilePermissions(asked, java.nio.file.attribute.PosixFilePermissions.fromString("rw-rw-rw-"));
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<PostgresServer> started = new AtomicReference<>();
        Thread starter = new Thread(() -> thrown.set(catchThrowable(() -> started.set(slow.start(spec)))));
        starter.start();
        while (Files.size(asked) == 0 && starter.isAlive()) {
            Thread.onSpinWait();
        }
        boolean checked = Files.size(asked) > 0;
        try (ServerSocket somebody = new ServerSocket(spec.port(), 1, InetAddress.getLoopbackAddress())) {
            Files.createFile(taken);
            starter.join();
            assertThat(somebody.isBound()).isTrue();
            assertThat(thrown.get()).isInstanceOf(PortTakenException.class);
            return checked;
        } catch (BindException e) {
            Files.createFile(taken);
            starter.join();
            if (started.get() != null) {
                started.get().stop();
            }
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 6, 9, 12, 15, 20, 25, 30, 40})
    void interruptedStartStopsTheServerAndKeepsTheFlag(int milliseconds) throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        ServerSpec spec = sandbox.spec(data, Map.of());
        Thread starter = Thread.currentThread();
        Thread interrupter = new Thread(() -> {
            LockSupport.parkNanos(Duration.ofMillis(milliseconds).toNanos());
            starter.interrupt();
        });
        if (milliseconds == 0) {
            starter.interrupt();
        }
        interrupter.start();
        PostgresServer server = null;
        OperationInterruptedException thrown = null;
        try {
            server = postgres.start(spec);
        } catch (OperationInterruptedException e) {
            thrown = e;
        }
        interrupter.join();
        assertThat(Thread.interrupted()).isTrue();
        if (server != null) {
            server.stop(); // it was faster than the interruption
        } else {
            assertThat(thrown).hasMessageContaining("interrupted");
        }
        assertNothingIsLeft(data, spec);
    }

    @Test
    void interruptedInitializationLeavesNothing() throws Exception {
        Path data = sandbox.path("data");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Postgres.embedded().initialize(data, SUPERUSER))
                .isInstanceOf(OperationInterruptedException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(data).doesNotExist();
        assertThat(Sandbox.processes(data)).isEmpty();
    }

    @Test
    void failedInitializationLeavesNothingAndSaysWhy() throws Exception {
        Path data = sandbox.path("data");
        Postgres broken = new FakeBin(sandbox, Postgres.embedded())
                .script("initdb", "echo disk is made of cheese; exit 4\n")
                .postgres();
        assertThatThrownBy(() -> broken.initialize(data, SUPERUSER))
                .isInstanceOfSatisfying(
                        ServerException.class, e -> assertThat(e.exitCode()).hasValue(4))
                .hasMessageContaining("cheese")
                .hasMessageNotContaining(SUPERUSER.password());
        assertThat(data).doesNotExist();
    }

    private static void assertNothingIsLeft(Path data, ServerSpec spec) throws Exception {
        assertThat(Sandbox.processes(data)).as("processes").isEmpty();
        assertThat(data.resolve("postmaster.pid")).doesNotExist();
        assertThat(spec.runDirectory().resolve("socket"))
                .satisfiesAnyOf(
                        socket -> assertThat(socket).doesNotExist(),
                        socket -> assertThat(socket).isEmptyDirectory());
    }
}
