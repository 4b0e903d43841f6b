package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.zfs.binding.Mounts;
import dev.zvpg.zfs.binding.Mounts.Mount;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountsTest {

    @Test
    void readsTheKernelsTable() {
        String table = """
                22 1 254:0 / / rw,relatime - ext4 /dev/root rw
                31 22 0:27 / /srv/a\\040b\\134 rw,nosuid shared:7 master:1 - zfs tank/zvpg/a\\040b rw,xattr,noacl
                32 22 0:28 / /srv/snap ro - zfs tank/zvpg@v1 ro
                33 22 0:29 / /proc rw - proc proc rw
                """;
        assertThat(Mounts.parse(table))
                .containsExactly(
                        new Mount("tank/zvpg/a b", Path.of("/srv/a b\\")),
                        new Mount("tank/zvpg@v1", Path.of("/srv/snap")));
    }

    @Test
    void readsThisMachinesTable() {
        assertThat(Mounts.list())
                .allSatisfy(mount -> assertThat(mount.directory()).isAbsolute());
    }

    @Test
    void aMountThatFailsNamesBothEnds(@TempDir Path directory) {
        assertThatThrownBy(() -> Mounts.mount("zvpg-no-such-pool/a", directory))
                .hasMessageContainingAll("cannot mount zvpg-no-such-pool/a on " + directory);
        assertThatThrownBy(() -> Mounts.unmount(directory)).hasMessageContaining("cannot unmount " + directory);
    }
}
