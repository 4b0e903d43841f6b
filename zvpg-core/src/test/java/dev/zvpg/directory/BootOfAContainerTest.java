package dev.zvpg.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zvpg.storage.ChildJvm;
import dev.zvpg.storage.CopyCallback;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.TreeText;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LXC and systemd-nspawn mount a boot id of their own over the kernel's. */
class BootOfAContainerTest {

    /** Another JVM, in the container: opens the storage and removes what is left over. */
    public static void main(String[] args) {
        try (Storage storage = DirectoryStorage.at(Path.of(args[0])).open()) {
            storage.recover();
            System.out.println(BootId.current().orElseThrow() + " "
                    + storage.list().volumes().size());
        }
    }

    @Test
    void openingThereLeavesTheRunningClonesOfTheHost(@TempDir Path directory) throws Exception {
        assumeTrue(DirectoryStorageContract.isRoot(), "only root may mount");
        Path boot = Files.writeString(
                directory.resolve("boot_id"), UUID.randomUUID().toString());
        Path place = directory.resolve("storage");
        List<String> container = List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount --bind \"$0\" /proc/sys/kernel/random/boot_id && exec \"$@\"",
                boot.toString());
        try (Storage storage = DirectoryStorage.at(place).open()) {
            VolumeId main = new VolumeId("main");
            storage.create(main, Map.of());
            TreeText.write(storage.directory(main), "file", "x");
            SnapshotId snapshot = new SnapshotId("v1");
            storage.snapshot(main, snapshot, Map.of(), CopyCallback.NONE);
            VolumeId clone = new VolumeId("running");
            storage.clone(snapshot, clone, Map.of(), CopyCallback.NONE);
            try (ChildJvm jvm = new ChildJvm(container, BootOfAContainerTest.class, place.toString())) {
                assertThat(jvm.rest()).containsExactly(Files.readString(boot) + " 1");
            }
            assertThat(TreeText.read(storage.directory(clone))).isEqualTo(Map.of("file", "x"));
            storage.destroy(clone);
        }
    }
}
