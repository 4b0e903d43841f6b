package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.StorageException;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.binding.Lzc;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What {@link ZfsStorage} says when the pool itself is in trouble: a pool of this test's own, on a file of its own. */
@EnabledIfEnvironmentVariable(
        named = TestPool.VARIABLE,
        matches = ".+",
        disabledReason = "needs a ZFS kernel module, and a machine for tests; zfs-machine run is one")
@Isolated("a pool that is suspended holds up what others ask of all pools")
class ZfsPoolFailuresIT {

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final VolumeId MAIN = new VolumeId("main");
    private static final VolumeId CLONE = new VolumeId("clone");
    private static final SnapshotId V1 = new SnapshotId("v1");
    private static final SnapshotId V2 = new SnapshotId("v2");
    private static final long POOL_BYTES = 256 << 20; // of which ZFS reserves half

    private final String pool = "zvpgtest-" + UUID.randomUUID();

    @TempDir
    Path directory;

    @BeforeEach
    void makePool() throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(drive().toFile(), "rw")) {
            file.setLength(POOL_BYTES);
        }
        Tool.run("zpool", "create", "-o", "cachefile=none", "-O", "mountpoint=none", pool, drive().toString());
    }

    @AfterEach
    void destroyPool() throws Exception {
        Tool.run("zpool", "destroy", "-f", pool);
        try (var left = Files.walk(directory.resolve("mounts"))) {
            assertThat(left.filter(path -> !Files.isDirectory(path))).isEmpty();
        }
    }

    private Path drive() {
        return directory.resolve("drive");
    }

    private Storage open() {
        return ZfsStorage.dataset(pool + "/zvpg", o -> o.mountDirectory(directory.resolve("mounts")))
                .open();
    }

    private static List<VolumeId> volumes(Storage storage) {
        return storage.list().volumes().stream().map(StoredVolume::id).toList();
    }

    @Test
    void aFullPoolIsSaidNothingHalfMadeStaysAndDestroyingStillWorks() throws Exception {
        try (Storage storage = open()) {
            Trees.create(storage, MAIN, Map.of("kept", "1"));
            storage.snapshot(MAIN, V1, Map.of(), CopyProgress.NONE);
            fill(storage.directory(MAIN).resolve("noise"), pool);
            Listing before = storage.list();

            assertThatThrownBy(() -> Trees.create(storage, new VolumeId("more"), Map.of()))
                    .isInstanceOf(OutOfSpaceException.class)
                    .hasMessageContaining("full");
            assertThatThrownBy(() -> storage.snapshot(MAIN, V2, Map.of("message", "m"), CopyProgress.NONE))
                    .isInstanceOf(OutOfSpaceException.class);
            assertThatThrownBy(() -> Trees.clone(storage, V1, CLONE, Map.of("name", "c")))
                    .isInstanceOf(OutOfSpaceException.class);
            assertThat(storage.list().snapshots()).isEqualTo(before.snapshots());
            assertThat(volumes(storage)).containsExactly(MAIN);
            assertThat(storage.foreign()).isEmpty();

            // what gives space back needs none
            storage.update(List.of(AttributeChange.set(MAIN, Map.of("kept", "2"))));
            storage.destroy(MAIN);
            storage.destroy(V1);
            Lzc.open().sync(pool);
            Trees.create(storage, MAIN, Map.of());
            assertThat(volumes(storage)).containsExactly(MAIN);
            storage.destroy(MAIN);
        }
    }

    /**
     * Until nothing fits any more although all is on disk, several times in a row: what was overwritten on the way
     * gives its space back some transaction groups later.
     */
    private static void fill(Path file, String pool) {
        byte[] noise = noise();
        for (int round = 0, idle = 0; idle < 4; round++) {
            int in = 0;
            try (OutputStream out = Files.newOutputStream(file.resolveSibling("noise-" + round))) {
                while (true) {
                    out.write(noise);
                    in++;
                }
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("No space left");
            }
            Lzc.open().sync(pool);
            idle = in > 0 ? 0 : idle + 1;
        }
    }

    /** 1 MiB that cannot be compressed. */
    private static byte[] noise() {
        byte[] noise = new byte[1 << 20];
        new Random(7).nextBytes(noise);
        return noise;
    }

    @Test
    void aReadOnlyPoolIsSaid() throws Exception {
        try (Storage storage = open()) {
            Trees.create(storage, MAIN, Map.of());
            storage.snapshot(MAIN, V1, Map.of(), CopyProgress.NONE);
            Tool.run("zpool", "export", "-f", pool);
            Tool.run("zpool", "import", "-N", "-o", "readonly=on", "-d", directory.toString(), pool);
            for (Runnable verb : List.<Runnable>of(
                    () -> Trees.create(storage, CLONE, Map.of()),
                    () -> storage.snapshot(MAIN, V2, Map.of(), CopyProgress.NONE),
                    () -> Trees.clone(storage, V1, CLONE, Map.of()),
                    () -> storage.update(List.of(AttributeChange.set(MAIN, Map.of("a", "1")))),
                    () -> storage.destroy(V1),
                    () -> storage.destroy(MAIN))) {
                assertThatThrownBy(verb::run)
                        .isInstanceOf(StorageException.class)
                        .hasMessageContaining("read-only");
            }
            Tool.run("zpool", "export", "-f", pool);
            Tool.run("zpool", "import", "-N", "-o", "cachefile=none", "-d", directory.toString(), pool);
            assertThat(volumes(storage)).containsExactly(MAIN);
            storage.destroy(V1);
            storage.destroy(MAIN);
        }
    }

    @Test
    void aSuspendedPoolIsSaidAndWorksOnWhenItIsResumed() throws Exception {
        // a drive that fails: its blocks lie in a file system that is too small for all of them
        Path small = Files.createDirectory(directory.resolve("small"));
        String failing = pool + "-failing";
        Tool.run("mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", small.toString());
        try (Storage storage = make(failing, small)) {
            Trees.create(storage, MAIN, Map.of());
            storage.snapshot(MAIN, V1, Map.of(), CopyProgress.NONE);
            Path file = storage.directory(MAIN).resolve("noise");
            // this one runs into the errors, and waits until the pool is resumed
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread waiting = new Thread(() -> {
                write(file, 48);
                storage.snapshot(MAIN, V2, Map.of("message", "m"), CopyProgress.NONE);
            });
            waiting.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
            waiting.start();
            awaitSuspension(failing);
            for (Runnable verb : List.<Runnable>of(
                    () -> Trees.create(storage, CLONE, Map.of()),
                    () -> Trees.clone(storage, V1, CLONE, Map.of()),
                    () -> storage.update(List.of(AttributeChange.set(MAIN, Map.of("a", "1")))),
                    () -> storage.list())) {
                assertThatThrownBy(verb::run)
                        .isInstanceOf(StorageException.class)
                        .hasMessageContainingAll("suspended", "zpool clear");
            }
            Tool.run("mount", "-o", "remount,size=256m", small.toString());
            Tool.run("zpool", "clear", failing);
            waiting.join();
            assertThat(failure).hasNullValue();
            assertThat(volumes(storage)).containsExactly(MAIN);
            assertThat(storage.list().snapshots()).hasSize(2);
            storage.destroy(V1);
            storage.destroy(V2);
            storage.destroy(MAIN);
        } finally {
            Tool.run("mount", "-o", "remount,size=256m", small.toString());
            Tool.run("zpool", "clear", failing);
            Tool.run("zpool", "destroy", "-f", failing);
            Tool.run("umount", small.toString());
        }
    }

    private Storage make(String name, Path where) throws Exception {
        Path file = where.resolve("drive");
        try (RandomAccessFile drive = new RandomAccessFile(file.toFile(), "rw")) {
            drive.setLength(POOL_BYTES);
        }
        Tool.run("zpool", "create", "-o", "cachefile=none", "-O", "mountpoint=none", name, file.toString());
        return ZfsStorage.dataset(name + "/zvpg", o -> o.mountDirectory(where.resolveSibling("mounts")))
                .open();
    }

    private static void write(Path file, int mib) {
        byte[] noise = noise();
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < mib; i++) {
                out.write(noise);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitSuspension(String pool) {
        // the state in /proc, because zpool status would wait too
        Path state = Path.of("/proc/spl/kstat/zfs", pool, "state");
        await().atMost(LONG).until(() -> Files.readString(state).contains("SUSPENDED"));
    }
}
