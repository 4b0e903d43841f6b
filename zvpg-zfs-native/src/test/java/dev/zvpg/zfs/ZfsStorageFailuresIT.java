package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.StorageException;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.binding.Mounts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@link ZfsStorage} says when something is in its way, on a real kernel module. */
@NeedsPool
class ZfsStorageFailuresIT extends WithStorage {

    // ---- opening

    @Test
    void aPoolThatIsNotThereIsSaid() {
        assertThatThrownBy(() -> ZfsStorage.dataset("zvpg-no-such-pool/zvpg").open())
                .isInstanceOf(NotFoundException.class)
                .hasMessageContainingAll("the pool zvpg-no-such-pool does not exist", "zpool import");
    }

    @Test
    void aParentThatIsNotThereIsSaid() {
        assertThatThrownBy(() -> ZfsStorage.dataset(TestPool.POOL + "/no/such").open())
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("zfs create -p " + TestPool.POOL + "/no");
    }

    @Test
    void whatIsNoNameOfADatasetIsRefused() {
        for (String wrong : List.of("", "/", "/tank", "tank/", "tank//zvpg", "tank@v1", "tank/z#v", "tank\0x")) {
            assertThatThrownBy(() -> ZfsStorage.dataset(wrong).open()).isInstanceOf(ConfigurationException.class);
        }
    }

    @Test
    void rootWithoutCapabilitiesIsToldWhatIsNeeded() throws Exception {
        List<String> powerless = List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--");
        assertThat(Tool.java(powerless, OpenStorage.class, pool.dataset()))
                .contains("PermissionException: cannot", "CAP_SYS_ADMIN");
    }

    @Test
    void aKernelModuleThatIsNotLoadedIsSaid() throws Exception {
        List<String> noDevices = List.of("unshare", "-m", "sh", "-c", "mount -t tmpfs tmpfs /dev && exec \"$@\"", "sh");
        assertThat(Tool.java(noDevices, OpenStorage.class, pool.dataset()))
                .contains("StorageException: cannot open /dev/zfs", "modprobe zfs");
    }

    @Test
    void theDatasetIsMadeForPostgresAndNobodyElseMountsIt() throws Exception {
        Trees.create(storage, MAIN, Map.of());
        String found = Tool.run(
                "zfs",
                "get",
                "-H",
                "-o",
                "value",
                "recordsize,compression,atime,xattr,logbias,mountpoint,org.openzfs.systemd:ignore",
                dataset(MAIN));
        // since 2.3 "on" means what "sa" did, and is what is told
        String xattr = Tool.run("zfs", "version").matches("(?s)zfs-2\\.[0-2]\\..*") ? "sa" : "on";
        assertThat(found.lines()).containsExactly("16K", "lz4", "off", xattr, "latency", "legacy", "on");
        assertThat(Tool.run("zfs", "get", "-H", "-o", "value", "canmount", pool.dataset()))
                .isEqualTo("off\n");
        assertThat(storage).hasToString("zfs " + pool.dataset());
    }

    @Test
    void itsPropertiesCanBeChosen() throws Exception {
        String chosen = pool.dataset() + "/chosen";
        ZfsStorage.dataset(
                        chosen,
                        o -> o.mountDirectory(pool.mounts())
                                .property("recordsize", "8K")
                                .property("compression", "zstd")
                                .property("quota", "1G")
                                .property("com.example:owner", "somebody"))
                .open()
                .close();
        assertThat(Tool.run(
                                "zfs",
                                "get",
                                "-H",
                                "-o",
                                "value",
                                "recordsize,compression,atime,quota,com.example:owner",
                                chosen)
                        .lines())
                .containsExactly("8K", "zstd", "off", "1G", "somebody");
        assertThatThrownBy(() -> ZfsStorage.dataset(chosen, o -> o.property("recordsize", "eight"))
                        .open())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("a number of bytes");
        assertThatThrownBy(() -> ZfsStorage.dataset(chosen, o -> o.property("compresion", "lz4"))
                        .open())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("compression");
    }

    @Test
    void volumesInADatasetThatAnAdministratorMadeAreMountedByNobodyElse() throws Exception {
        String theirs = pool.dataset() + "/theirs";
        Path elsewhere = pool.mounts().resolve("elsewhere");
        Tool.run("zfs", "create", "-o", "mountpoint=" + elsewhere, theirs);
        try (Storage inTheirs =
                ZfsStorage.dataset(theirs, o -> o.mountDirectory(pool.mounts())).open()) {
            Trees.create(inTheirs, MAIN, Map.of());
            inTheirs.snapshot(MAIN, V1, Map.of(), CopyProgress.NONE);
            Trees.clone(inTheirs, V1, CLONE, Map.of());
            Tool.run("zfs", "mount", "-a");
            assertThat(Mounts.list())
                    .filteredOn(mount -> mount.dataset().startsWith(theirs + "/"))
                    .extracting(Mounts.Mount::directory)
                    .containsExactly(inTheirs.directory(MAIN));
            assertThat(inTheirs.list().volumes()).hasSize(2);
        }
    }

    // ---- names

    @Test
    void aNameTooLongForZfsIsRefusedBeforeAnythingHappens() {
        String root = pool.dataset() + "/" + "r".repeat(199 - pool.dataset().length());
        try (Storage deep =
                ZfsStorage.dataset(root, o -> o.mountDirectory(pool.mounts())).open()) {
            VolumeId fits = new VolumeId("v".repeat(40));
            VolumeId tooLong = new VolumeId("v".repeat(63));
            assertThatThrownBy(() -> Trees.create(deep, tooLong, Map.of()))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContainingAll("269 bytes", "255 are allowed");
            Trees.create(deep, fits, Map.of());
            assertThatThrownBy(() -> deep.snapshot(fits, new SnapshotId("s".repeat(10)), Map.of(), CopyProgress.NONE))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("255 are allowed");
            deep.snapshot(fits, new SnapshotId("s".repeat(8)), Map.of(), CopyProgress.NONE);
            assertThatThrownBy(() -> Trees.clone(deep, new SnapshotId("s".repeat(8)), tooLong, Map.of()))
                    .isInstanceOf(StorageException.class);
            assertThat(deep.list().volumes()).hasSize(1);
            assertThatThrownBy(() -> deep.destroy(tooLong)).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> deep.directory(tooLong)).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> deep.destroy(new SnapshotId("s".repeat(63))))
                    .isInstanceOf(NotFoundException.class);
        }
    }

    // ---- mount points

    @Test
    void aMountPointThatIsNotEmptyIsNotHidden() throws IOException {
        mainWithSnapshot();
        Trees.clone(storage, V1, CLONE, Map.of());
        Path inTheWay =
                Files.createDirectories(pool.mounts().resolve("volumes/clone")).resolve("precious");
        Files.writeString(inTheWay, "theirs");
        assertThatThrownBy(() -> storage.directory(CLONE))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll("is not empty", "precious");
        assertThat(inTheWay).hasContent("theirs");
        Files.delete(inTheWay);
        assertThat(storage.directory(CLONE).resolve("file")).hasContent("x");
    }

    @Test
    void aMountPointThatIsAFileIsSaid() throws IOException {
        Files.createDirectories(pool.mounts().resolve("volumes"));
        Files.writeString(pool.mounts().resolve("volumes/main"), "theirs");
        assertThatThrownBy(() -> Trees.create(storage, MAIN, Map.of()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("not a directory");
        assertThat(storage.list().volumes()).isEmpty();
        assertThat(pool.everything()).containsExactly(pool.dataset());
    }

    @Test
    void aVolumeThatIsInUseIsNotDestroyedAndTheMessageSaysByWhom() throws IOException {
        Trees.create(storage, MAIN, Map.of());
        Path file = Files.writeString(storage.directory(MAIN).resolve("file"), "x");
        try (InputStream open = Files.newInputStream(file)) {
            assertThatThrownBy(() -> storage.destroy(MAIN))
                    .isInstanceOf(InUseException.class)
                    .hasMessageContaining("(process " + ProcessHandle.current().pid() + ")");
            assertThat(open.read()).isEqualTo('x');
        }
        assertThat(file).hasContent("x");
        storage.destroy(MAIN);
        assertThat(pool.everything()).containsExactly(pool.dataset());
    }

    @Test
    void aSnapshotThatIsReadIsNotDestroyed() throws IOException {
        mainWithSnapshot();
        try (InputStream open = Files.newInputStream(storage.directory(V1).resolve("file"))) {
            assertThatThrownBy(() -> storage.destroy(V1))
                    .isInstanceOf(InUseException.class)
                    .hasMessageContaining("process");
            assertThat(open.read()).isEqualTo('x');
        }
        assertThat(storage.list().snapshots()).hasSize(1);
        storage.destroy(V1);
    }

    @Test
    void aVolumeThatSomebodyMountedElsewhereIsNotDestroyed() throws Exception {
        mainWithSnapshot();
        Path elsewhere = Files.createDirectory(pool.mounts().resolve("elsewhere"));
        Tool.run("mount", "-t", "zfs", dataset(MAIN), elsewhere.toString());
        assertThatThrownBy(() -> storage.destroy(MAIN))
                .isInstanceOf(InUseException.class)
                .hasMessageContaining(elsewhere.toString());
        assertThat(pool.mounts().resolve("volumes/main/file")).hasContent("x");
        Tool.run("umount", elsewhere.toString());
        storage.destroy(MAIN);
        assertThat(volumes()).isEmpty();
        assertThat(storage.directory(V1).resolve("file")).hasContent("x");
    }

    /** Such as a container that was begun while the volume was mounted, and got a copy of all mounts. */
    @Test
    void aVolumeOfWhichAnotherMountNamespaceHasAMereCopyOfTheMountIsDestroyed() throws Exception {
        mainWithSnapshot();
        try (ElsewhereMounted elsewhere = new ElsewhereMounted(Path.of("/"))) {
            String directory = storage.directory(MAIN).toString();
            assertThat(elsewhere.mounts()).contains(directory);
            // the kernel drops the copies of a mount whose mount point is removed
            storage.destroy(MAIN);
            assertThat(elsewhere.mounts()).doesNotContain(directory);
        }
        assertThat(volumes()).isEmpty();
    }

    @Test
    void aVolumeThatAProcessInAnotherMountNamespaceUsesIsNotDestroyedAndTheMessageSaysSo() throws Exception {
        mainWithSnapshot();
        try (ElsewhereMounted elsewhere = new ElsewhereMounted(storage.directory(MAIN))) {
            assertThatThrownBy(() -> storage.destroy(MAIN))
                    .isInstanceOf(InUseException.class)
                    .hasMessageContaining("mount namespace")
                    .hasMessageContaining("end that first");
            assertThat(volumes()).containsExactly(MAIN);
            assertThat(storage.directory(MAIN).resolve("file")).hasContent("x");
        }
        storage.destroy(MAIN);
        assertThat(volumes()).isEmpty();
    }

    /** A process with a mount namespace of its own, which hears of nothing that is mounted or unmounted outside. */
    private static final class ElsewhereMounted implements AutoCloseable {

        private final Process process;

        ElsewhereMounted(Path workingDirectory) throws IOException {
            process = new ProcessBuilder(
                            "unshare", "-m", "--propagation", "private", "sh", "-c", "echo there; exec sleep 6000")
                    .directory(workingDirectory.toFile())
                    .start();
            InputStream said = process.getInputStream();
            assertThat(said.readNBytes(6)).asString(StandardCharsets.US_ASCII).isEqualTo("there\n");
        }

        List<String> mounts() throws IOException {
            return Files.readString(Path.of("/proc/" + process.pid() + "/mounts"))
                    .lines()
                    .map(line -> line.split(" ", -1)[1])
                    .toList();
        }

        @Override
        public void close() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }
    }

    // ---- behind our back

    @Test
    void whatWasUnmountedBehindOurBackIsMountedAgain() throws Exception {
        mainWithSnapshot();
        Path directory = storage.directory(MAIN);
        Path image = storage.directory(V1);
        Tool.run("umount", directory.toString());
        Tool.run("umount", image.toString());
        assertThat(storage.directory(MAIN)).isEqualTo(directory);
        assertThat(directory.resolve("file")).hasContent("x");
        assertThat(storage.directory(V1).resolve("file")).hasContent("x");
    }

    @Test
    void whatWasDestroyedBehindOurBackIsNotFound() throws Exception {
        mainWithSnapshot();
        Trees.clone(storage, V1, CLONE, Map.of());
        Tool.run("zfs", "destroy", dataset(CLONE));
        assertThatThrownBy(() -> storage.directory(CLONE)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> storage.destroy(CLONE)).isInstanceOf(NotFoundException.class);
        Tool.run("zfs", "destroy", dataset(MAIN) + "@" + V1);
        assertThatThrownBy(() -> storage.directory(V1)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> Trees.clone(storage, V1, CLONE, Map.of())).isInstanceOf(NotFoundException.class);
        assertThat(volumes()).containsExactly(MAIN);

        Tool.run("zfs", "destroy", "-r", pool.dataset());
        List<Runnable> verbs = List.of(
                () -> storage.list(),
                () -> Trees.create(storage, CLONE, Map.of()),
                () -> storage.snapshot(MAIN, V1, Map.of(), CopyProgress.NONE),
                () -> Trees.clone(storage, V1, CLONE, Map.of()),
                () -> storage.destroy(MAIN),
                () -> storage.directory(MAIN),
                () -> storage.recover(volume -> true));
        for (Runnable verb : verbs) {
            assertThatThrownBy(verb::run)
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContainingAll(pool.dataset(), "does not exist");
        }
    }

    // ---- what others hold

    @Test
    void aForeignHoldKeepsASnapshotAndIsNamed() throws Exception {
        mainWithSnapshot();
        Tool.run("zfs", "hold", "nightly-backup", dataset(MAIN) + "@" + V1);
        assertThatThrownBy(() -> storage.destroy(V1))
                .isInstanceOf(InUseException.class)
                .hasMessageContainingAll("nightly-backup", "zfs release");
        assertThat(storage.list().snapshots()).hasSize(1);
        Tool.run("zfs", "release", "nightly-backup", dataset(MAIN) + "@" + V1);
        storage.destroy(V1);
        assertThat(storage.list().snapshots()).isEmpty();
    }

    @Test
    void aForeignSnapshotOutlivesItsVolume() throws Exception {
        mainWithSnapshot();
        String theirs = dataset(MAIN) + "@nightly";
        Tool.run("zfs", "snapshot", theirs);
        assertThat(storage.foreign()).containsExactly(theirs);
        storage.destroy(V1);
        storage.destroy(MAIN);
        storage.recover(volume -> true);
        assertThat(volumes()).isEmpty();
        assertThat(storage.foreign()).containsExactly(theirs);
        Tool.run("zfs", "destroy", theirs);
        storage.recover(volume -> true);
        assertThat(pool.everything()).containsExactly(pool.dataset());
    }

    @Test
    void aForeignDatasetBelowAVolumeKeepsIt() throws Exception {
        Trees.create(storage, MAIN, Map.of());
        Tool.run("zfs", "create", dataset(MAIN) + "/theirs");
        assertThatThrownBy(() -> storage.destroy(MAIN))
                .isInstanceOf(InUseException.class)
                .hasMessageContaining(dataset(MAIN) + "/theirs");
        assertThat(volumes()).containsExactly(MAIN);
        assertThat(pool.everything()).contains(dataset(MAIN) + "/theirs");
    }
}
