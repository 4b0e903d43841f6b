package dev.zvpg.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.FileOutputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubprocessTest {

    @TempDir
    Path directory;

    @Test
    void aProgramThatDoesNothingIsGivenUpAndEnded() {
        assertTimeout(
                Duration.ofSeconds(60),
                () -> assertThatThrownBy(
                                () -> Subprocess.run(directory, List.of("sleep", "300"), Duration.ofSeconds(1)))
                        .isInstanceOf(Subprocess.StuckException.class)
                        .hasMessageContaining("sleep has done nothing for PT1S")
                        .hasMessageContaining(directory.toString()));
        assertThat(alive("sleep 300")).isFalse();
    }

    @Test
    void aProgramThatWorksMayTakeLongerThanThat() throws Exception {
        List<String> busy =
                List.of("sh", "-c", "end=$(($(date +%s) + 5)); while [ $(date +%s) -lt $end ]; do :; done; echo done");
        assertThat(Subprocess.run(directory, busy, Duration.ofSeconds(3)).lines())
                .containsExactly("done");
    }

    /** As when another thread forks at the moment in which a program is unpacked. */
    @Test
    void aProgramThatIsStillOpenForWritingIsRunOnceItIsClosed() throws Exception {
        Path program = Files.copy(Path.of("/bin/true").toRealPath(), directory.resolve("program"));
        CompletableFuture<Subprocess> ended = new CompletableFuture<>();
        try (FileOutputStream open = new FileOutputStream(program.toFile(), true)) {
            Thread thread = new Thread(() -> {
                try {
                    ended.complete(Subprocess.run(directory, List.of(program.toString())));
                } catch (Exception e) {
                    ended.completeExceptionally(e);
                }
            });
            thread.start();
            while (thread.getState() != Thread.State.TIMED_WAITING && !ended.isDone()) {
                Thread.onSpinWait();
            }
            assertThat(ended).isNotDone();
        }
        assertThat(ended.get().ok()).isTrue();
    }

    @Test
    void anInterruptEndsItWithWhatItHasStartedAfterItHasCleanedUp() {
        Path cleaned = directory.resolve("cleaned");
        List<String> command =
                List.of("sh", "-c", "trap 'echo one; echo two; touch cleaned; exit 1' TERM; sleep 301 & wait");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> {
                    try (Subprocess running = Subprocess.start("sh", builder(command), "")) {
                        Uninterrupted.call(
                                () -> { // the trap is set when there is a child
                                    while (!alive("sleep 301")) {
                                        Thread.sleep(1);
                                    }
                                    return running;
                                });
                        running.await(() -> {});
                    }
                })
                .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(cleaned).exists();
        assertTimeout(Duration.ofSeconds(10), () -> {
            while (alive("sleep 301")) {
                Thread.sleep(1);
            }
        });
    }

    @Test
    void whoWaitsAgainAfterAnInterruptLearnsHowItEnded() throws Exception {
        Thread.currentThread().interrupt();
        try (Subprocess running = Subprocess.start("sh", builder(List.of("sh", "-c", "cat; exit 3")), "words\n")) {
            Uninterrupted.call(() -> running.await(() -> {}));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(running.exitCode()).isEqualTo(3);
            assertThat(running.lines()).containsExactly("words");
        }
    }

    @Test
    void nobodyWaitsForTheOutputOfWhatAProgramLeftBehind() throws Exception {
        try (Subprocess whole = Subprocess.start("sh", builder(List.of("sh", "-c", "echo words")), "");
                Subprocess part = Subprocess.start("sh", builder(List.of("sh", "-c", "echo words; sleep 20 &")), "")) {
            assertThat(whole.await(() -> {}).isComplete()).isTrue();
            assertThat(whole.output()).isEqualTo("words\n");
            long began = System.nanoTime();
            assertThat(part.await(() -> {}).output()).isEqualTo("words\n");
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
        }
    }

    @Test
    void ofTooMuchOutputTheEndIsKeptAndSaysSo() throws Exception {
        Subprocess talker = Subprocess.run(
                directory, List.of("sh", "-c", "head -c 50000000 /dev/zero | tr '\\0' '\\n'; echo; echo the end"));
        assertThat(talker.output())
                .startsWith("[what came before is left out]\n")
                .endsWith("\nthe end\n");
        assertThat(talker.output().length()).isLessThan(40_000_000);
        assertThat(talker.lastLines(1)).containsExactly("the end");
    }

    private ProcessBuilder builder(List<String> command) {
        return new ProcessBuilder(command).directory(directory.toFile());
    }

    private static boolean alive(String commandLine) {
        return ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .anyMatch(child -> child.info().commandLine().orElse("").endsWith(commandLine));
    }
}
