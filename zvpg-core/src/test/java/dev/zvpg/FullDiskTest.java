package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.directory.SmallDisk;
import dev.zvpg.storage.ChildJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {

    @TempDir
    Path disk;

    @Test
    void branchesClonesAndSnapshotsCanBeDeletedOnAFullDisk() throws Exception {
        try (ChildJvm child = new ChildJvm(SmallDisk.wrapper(disk, 12), FullRepository.class, disk.toString())) {
            assertThat(child.rest()).containsExactly(FullRepository.FINE);
            assertThat(child.exitCode()).isZero();
        }
    }
}
