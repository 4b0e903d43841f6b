package dev.zvpg.directory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.TestDirectories;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.TreeText;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is on the disk the moment a snapshot is there, in files that nobody has forced to it. */
class PowerCutOnBtrfsTest {

    private static final VolumeId MAIN = new VolumeId("main");
    private static final int ROUNDS = 3;

    @RegisterExtension
    static final LoopMount MOUNT = LoopMount.btrfs();

    @TempDir(factory = TestDirectories.class)
    Path elsewhere;

    @Test
    void aSnapshotIsOnDiskAsAWholeWhenItIsThere() throws Exception {
        DirectoryGround ground = new DirectoryGround(MOUNT.root(), CopyMethod.SUBVOLUME);
        try (Storage storage = ground.open()) {
            Trees.create(storage, MAIN, Map.of());
            Path tree = storage.directory(MAIN);
            for (int round = 0; round < ROUNDS; round++) {
                String text = ("round " + round + "; ").repeat(100_000);
                TreeText.write(tree, "file" + round, text);
                SnapshotId image = new SnapshotId("image" + round);
                storage.snapshot(MAIN, image, Map.of(), CopyProgress.NONE);
                Path cut = elsewhere.resolve("cut" + round);
                Path disk = elsewhere.resolve("disk");
                run("cp", "--sparse=always", MOUNT.image().toString(), disk.toString());
                TreeText.write(tree, "later" + round, "in no image yet");
                restore(disk, cut);
                Files.delete(disk);

                assertThat(TreeText.read(cut.resolve(MOUNT.root().relativize(storage.directory(image)))))
                        .containsEntry("file" + round, text)
                        .doesNotContainKey("later" + round);
            }
        }
    }

    /** Reads what is in a file system without mounting it: so nothing comes back of its log of what was forced to disk. */
    private void restore(Path disk, Path to) throws IOException {
        Files.createDirectory(to);
        run("btrfs", "restore", "-s", "-S", "-m", disk.toString(), to.toString());
    }

    private void run(String... command) throws IOException {
        Subprocess done = Subprocess.run(elsewhere, List.of(command));
        assertThat(done.ok()).as(done.lines().toString()).isTrue();
    }
}
