package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.ServerUser;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramTest {

    @TempDir
    Path directory;

    /** As when another thread forks at the moment in which a program is unpacked. */
    @Test
    void aProgramThatIsStillOpenForWritingIsRunOnceItIsClosed() throws Exception {
        Path program = Files.copy(Path.of("/bin/true").toRealPath(), directory.resolve("program"));
        CompletableFuture<Program.Result> result = new CompletableFuture<>();
        try (FileOutputStream open = new FileOutputStream(program.toFile(), true)) {
            Thread thread = new Thread(() -> {
                try {
                    result.complete(
                            Program.run(ServerUser.current(), Duration.ofSeconds(30), Map.of(), program.toString()));
                } catch (Exception e) {
                    result.completeExceptionally(e);
                }
            });
            thread.start();
            while (thread.getState() != Thread.State.TIMED_WAITING && !result.isDone()) {
                Thread.onSpinWait();
            }
            assertThat(result).isNotDone();
        }
        assertThat(result.get().ok()).isTrue();
    }
}
