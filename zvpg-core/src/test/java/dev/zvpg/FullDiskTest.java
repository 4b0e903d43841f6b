package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.directory.SmallDisk;
import dev.zvpg.storage.ChildJvm;
import java.nio.file.Path;
import java.util.List;
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

    @Test
    void whatIsFetchedOrPushedIsThereAsAWholeWhenThereIsSpaceAgain(@TempDir Path elsewhere) throws Exception {
        List<String> words = List.of(disk.toString(), elsewhere.resolve("home").toString());
        try (ChildJvm child =
                new ChildJvm(SmallDisk.wrapper(disk, 250), FullRemote.class, words.toArray(String[]::new))) {
            List<String> said = child.rest();
            assertThat(said)
                    .filteredOn(line -> line.startsWith("> ")) // what cannot be noted is logged
                    .containsExactly(
                            "> fetch: no space",
                            "> nothing of it is there",
                            "> 0 drafts are left",
                            "> fetch: done",
                            "> it is the same",
                            "> push: no space",
                            "> push: done",
                            "> it is the same");
            assertThat(child.exitCode()).isZero();
        }
    }
}
