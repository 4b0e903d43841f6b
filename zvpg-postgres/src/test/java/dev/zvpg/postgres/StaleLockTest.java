package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.DataDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A crashed server's lock: its number may belong to somebody else by now, or never have been written. */
class StaleLockTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    static Stream<Postgres> versions() {
        return Versions14To18.all();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void numberOfAnotherProcessDoesNotPreventAStart(Postgres postgres) throws Exception {
        Process sleeper = asServerUser(postgres, "echo $$; exec sleep 300");
        try {
            startsDespite(postgres, number(sleeper));
        } finally {
            sleeper.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void zombieDoesNotPreventAStart(Postgres postgres) throws Exception {
        // the shell becomes a program that never asks how its child ended
        Process parent = asServerUser(postgres, "sleep 0.3 & echo $!; exec sleep 300");
        try {
            long zombie = number(parent);
            while (OsProcess.find(zombie).isPresent()) {
                Thread.onSpinWait();
            }
            assertThat(ProcessHandle.of(zombie))
                    .as("still in the process table")
                    .isPresent();
            startsDespite(postgres, zombie);
        } finally {
            parent.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void lockOfTheOriginalDoesNotPreventTheStartOfACopy(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer original = sandbox.start(postgres, data);
        Path stopped = sandbox.cluster(postgres, "copy");
        Files.copy(data.resolve("postmaster.pid"), stopped.resolve("postmaster.pid"));
        assertThat(postgres.find(sandbox.spec(stopped, Map.of()))).isEmpty();
        assertThat(postgres.inspect(stopped).state()).isEqualTo(DataDirectory.State.STOPPED);
        PostgresServer copy = sandbox.start(postgres, stopped);
        assertThat(copy.pid()).isNotEqualTo(original.pid());
        copy.stop();
        assertThat(original.isRunning()).isTrue();
        original.stop();
    }

    @Test
    void shellInTheDataDirectoryThatInheritedTheNumberIsNotItsServer() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        Process shell = asServerUser(postgres, "cd " + data + "; echo $$; exec sleep 300");
        try {
            startsDespite(postgres, data, number(shell));
        } finally {
            shell.destroyForcibly().waitFor();
        }
    }

    @Test
    void lockWhoseNumberTheNewServerInheritsIsNotTakenForItsOwn() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        crash(sandbox.start(postgres, data), data);
        List<String> lock = lock(data);
        assertThat(lock).last().asString().startsWith("ready");
        lock.set(0, "999999999"); // no process has it now
        Files.write(data.resolve("postmaster.pid"), lock);
        // numbers begin anew when a machine does
        Postgres inheriting = new FakeBin(sandbox, postgres)
                .script(
                        "postgres",
                        "lock=" + data.resolve("postmaster.pid")
                                + "\nif [ -e $lock ]; then sed -i \"1s/.*/$$/\" $lock; sleep 1; fi\nexec REAL \"$@\"\n")
                .postgres();
        sandbox.start(inheriting, data).stop();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "12", "nonsense\n"})
    void lockThatWasNotWrittenWholeDoesNotPreventAStart(String written) throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        crash(sandbox.start(postgres, data), data);
        Files.writeString(data.resolve("postmaster.pid"), written);
        sandbox.start(postgres, data).stop();
    }

    @Test
    void serverThatIsJustBeingKilledIsNotFoundAsOneThatRuns() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        for (int i = 0; i < 20; i++) {
            crash(sandbox.start(postgres, data), data); // no process is in the directory; the number may still be there
            assertThat(postgres.find(sandbox.spec(data, Map.of())))
                    .as("server %d", i)
                    .isEmpty();
        }
        sandbox.start(postgres, data).stop();
    }

    private static void crash(PostgresServer server, Path data) throws Exception {
        ProcessHandle.of(server.pid()).ifPresent(ProcessHandle::destroyForcibly);
        while (!OsProcess.serverProcessesIn(data).isEmpty()) {
            Thread.onSpinWait();
        }
    }

    private static List<String> lock(Path data) throws IOException {
        return new ArrayList<>(Files.readAllLines(data.resolve("postmaster.pid")));
    }

    private void startsDespite(Postgres postgres, long pid) throws Exception {
        startsDespite(postgres, sandbox.cluster(postgres, "data"), pid);
    }

    private void startsDespite(Postgres postgres, Path data, long pid) throws Exception {
        PostgresServer crashed = sandbox.start(postgres, data);
        List<String> lock = lock(data);
        crash(crashed, data);
        lock.set(0, Long.toString(pid));
        Files.write(data.resolve("postmaster.pid"), lock);
        assertThat(postgres.find(sandbox.spec(data, Map.of()))).isEmpty();
        assertThat(postgres.inspect(data).state()).isEqualTo(DataDirectory.State.CRASHED);
        sandbox.start(postgres, data).stop();
        assertThat(ProcessHandle.of(pid)).as("the other process").isPresent();
    }

    private static Process asServerUser(Postgres postgres, String script) throws Exception {
        List<String> command = new ArrayList<>(ServerUser.of(null).commandPrefix());
        command.addAll(List.of("/bin/sh", "-c", script));
        assertThat(postgres.user()).isEqualTo(ServerUser.of(null).name());
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static long number(Process process) throws Exception {
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        return Long.parseLong(out.readLine().trim());
    }
}
