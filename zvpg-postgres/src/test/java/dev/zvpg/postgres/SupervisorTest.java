package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.zvpg.error.ServerException;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.process.Supervisor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The shell that is the parent of scratch servers, when it is stopped. */
class SupervisorTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    @Test
    void aShellThatDoesNotAnswerIsNotWaitedForAndItsLateServerIsEnded() throws Exception {
        Supervisor supervisor = new Supervisor(ServerUser.of(null), Duration.ofSeconds(5));
        OsProcess shell = OsProcess.find(supervisor.pid()).orElseThrow();
        try {
            OsProcess first = OsProcess.find(sleep(supervisor, "301")).orElseThrow();
            signal("STOP", shell);
            assertTimeout(
                    Duration.ofSeconds(30),
                    () -> assertThatThrownBy(() -> sleep(supervisor, "302"))
                            .isInstanceOf(ServerException.class)
                            .hasMessageContaining("has not answered for PT5S")
                            .hasMessageContaining("kill -CONT " + supervisor.pid()));
            signal("CONT", shell);
            OsProcess third = OsProcess.find(sleep(supervisor, "303")).orElseThrow();
            await().atMost(LONG).until(() -> title(third).endsWith("303"));
            assertThat(first.isAlive()).isTrue();
            await().atMost(LONG).until(() -> children(shell) == 2);
        } finally {
            shell.handle().ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private int sleep(Supervisor supervisor, String seconds) throws Exception {
        return supervisor.start(List.of("sleep", seconds), Path.of("/dev/null"), Path.of("/dev/null"));
    }

    private static String title(OsProcess process) {
        return process.title().orElse("");
    }

    private static long children(OsProcess shell) {
        return shell.handle().stream()
                .flatMap(ProcessHandle::children)
                .filter(child -> OsProcess.find(child.pid()).isPresent())
                .count();
    }

    private static void signal(String name, OsProcess process) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }
}
