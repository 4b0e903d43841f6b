package dev.zvpg.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.error.InUseException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Users without an entry, and without a process to spare. */
class SystemUserTest {

    @Test
    void whatJavaDoesNotKnowTheEnvironmentDoes() {
        assertThat(SystemUser.home("/home/ada", "/elsewhere")).isEqualTo(Path.of("/home/ada"));
        assertThat(SystemUser.home("?", "/home/ada")).isEqualTo(Path.of("/home/ada"));
        assertThat(SystemUser.home("?", null)).isNull();
        assertThat(SystemUser.home(null, "not/absolute")).isNull();
        assertThat(SystemUser.name("ada", "grace")).isEqualTo("ada");
        assertThat(SystemUser.name("?", "ada")).isEqualTo("ada");
        assertThat(SystemUser.name("?", null)).isEqualTo("unknown");
    }

    @Test
    void limitOfProcessesIsNamedWithHowToRaiseIt() {
        IOException refused = new IOException(
                "Cannot run program \"setpriv\" (in directory \"/\"): error=11, Resource temporarily unavailable");
        assertThat(IoFailure.of("start", Path.of("/data"), refused))
                .isInstanceOf(InUseException.class)
                .hasMessageContaining("no more processes can be started")
                .hasMessageContaining("--pids-limit");
    }
}
