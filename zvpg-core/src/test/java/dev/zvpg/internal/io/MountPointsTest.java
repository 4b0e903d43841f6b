package dev.zvpg.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MountPointsTest {

    @Test
    void aFileIsOnWhatItsDeviceIsCalledInTheTable() throws IOException {
        assumeThat(Path.of("/proc/self/mountinfo")).as("Linux").exists();
        assertThat(MountPoints.types(Path.of("/proc"))).containsExactly("proc");
        assertThat(MountPoints.types(Path.of("/sys"))).containsExactly("sysfs");
        assertThat(MountPoints.types(Path.of("/dev/null"))).containsAnyOf("devtmpfs", "tmpfs");
    }
}
