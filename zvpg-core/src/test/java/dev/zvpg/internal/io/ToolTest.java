package dev.zvpg.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolTest {

    @TempDir
    Path directory;

    @Test
    void aProgramThatDoesNothingIsGivenUpAndEnded() {
        assertTimeout(
                Duration.ofSeconds(60),
                () -> assertThatThrownBy(() -> Tool.run(directory, List.of("sleep", "300"), Duration.ofSeconds(1)))
                        .isInstanceOf(Tool.StuckException.class)
                        .hasMessageContaining("sleep has done nothing for PT1S")
                        .hasMessageContaining(directory.toString()));
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .noneMatch(child -> child.info().commandLine().orElse("").endsWith("sleep 300"));
    }

    @Test
    void aProgramThatWorksMayTakeLongerThanThat() throws Exception {
        List<String> busy =
                List.of("sh", "-c", "end=$(($(date +%s) + 5)); while [ $(date +%s) -lt $end ]; do :; done; echo done");
        assertThat(Tool.run(directory, busy, Duration.ofSeconds(3)).lines()).containsExactly("done");
    }
}
