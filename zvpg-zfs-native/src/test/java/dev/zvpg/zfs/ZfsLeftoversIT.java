package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.StorageException;
import dev.zvpg.storage.CopyCallback;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What crashes and destructions leave in the pool, and when it goes, on a real kernel module. */
@NeedsPool
class ZfsLeftoversIT extends WithStorage {

    private static final int MIB = 1 << 20;

    @Test
    void aCloneThatACrashLeftUnlabelledIsInvisibleAndRecovered() throws IOException {
        mainWithSnapshot();
        Listing before = storage.list();
        pool.lzc().clone(dataset(MAIN) + "@" + V1, dataset(CLONE), Map.of());

        assertThat(storage.list()).isEqualTo(before);
        assertThatThrownBy(() -> storage.directory(CLONE)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> storage.destroy(CLONE)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> storage.snapshot(CLONE, new SnapshotId("v2"), Map.of(), CopyCallback.NONE))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> storage.clone(V1, CLONE, Map.of(), CopyCallback.NONE))
                .isInstanceOf(AlreadyExistsException.class);
        storage.recover();
        assertThat(pool.lzc().exists(dataset(CLONE))).isFalse();
        assertThat(storage.list()).isEqualTo(before);
        storage.clone(V1, CLONE, Map.of(), CopyCallback.NONE);
    }

    @Test
    void aCreatedVolumeThatACrashLeftUnlabelledAndMountedIsRecovered() throws IOException {
        pool.lzc().create(dataset(CLONE), Map.of());
        Path directory = Files.createDirectories(pool.mounts().resolve("volumes/clone"));
        Mounts.mount(dataset(CLONE), directory);
        assertThat(volumes()).isEmpty();
        storage.recover();
        assertThat(directory).doesNotExist();
        assertThat(pool.everything()).containsExactly(pool.dataset());
    }

    @Test
    void aVolumeWhoseLabelIsRefusedInItsMiddleIsInvisibleAndRecovered() {
        Objects objects = new Objects(pool.lzc(), new Names(pool.dataset()));
        // Lua keeps no order, so several, of which each is refused after some of the others
        for (String name : List.of("a", "b", "c", "d", "e", "f")) {
            VolumeId volume = new VolumeId(name);
            pool.lzc().create(dataset(volume), Map.of());
            Map<String, String> properties =
                    Map.of("zvpg:" + name, "x".repeat(9000), "zvpg:g", "", "zvpg:h", "", "zvpg:i", "", "zvpg:j", "");
            assertThatThrownBy(() -> objects.run(
                            Program.LABEL,
                            "create",
                            Objects.name(volume),
                            Map.of("volume", dataset(volume), "properties", properties)))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("E2BIG");
        }
        assertThat(volumes()).isEmpty();
        storage.recover();
        assertThat(pool.everything()).containsExactly(pool.dataset());
    }

    @Test
    void aStorageWhoseCreationWasCutOffIsMadeAgain() {
        String other = pool.dataset() + "/other";
        for (int i = 0; i < 2; i++) { // while it is missing, and when it is there
            pool.lzc().create(other + ".zvpg-new-1f", Map.of());
            ZfsStorage.dataset(other).open().close();
            assertThat(pool.everything()).containsExactly(pool.dataset(), other);
        }
    }

    @Test
    void aStorageThatManyOpenAtOnceIsMadeOnce() throws Exception {
        String other = pool.dataset() + "/other";
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<Void> opening = () -> {
                ZfsStorage.dataset(other).open().close();
                return null;
            };
            for (Future<Void> opened : threads.invokeAll(Collections.nCopies(4, opening))) {
                opened.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(pool.everything()).containsExactly(pool.dataset(), other);
    }

    @Test
    void whatAnAdministratorMadeByHandIsForeignWhateverItsName() throws Exception {
        mainWithSnapshot();
        String clone = pool.dataset() + "/production-k3f9q2x1a4";
        Tool.run("zfs", "clone", dataset(MAIN) + "@" + V1, clone);
        String received = pool.dataset() + "/received.zvpg";
        Tool.run("zfs", "create", "-o", "canmount=off", received);
        Tool.run("zfs", "snapshot", received + "@theirs");
        Tool.run("zfs", "snapshot", pool.dataset() + "@daily");
        storage.recover();
        storage.destroy(V1);
        storage.destroy(MAIN);
        storage.recover();
        assertThat(storage.list().foreign()).containsExactlyInAnyOrder(clone, received, pool.dataset() + "@daily");
        assertThat(volumes()).isEmpty();
        assertThat(pool.everything()).contains(clone, received + "@theirs");
        Tool.run("zfs", "destroy", clone);
        storage.recover();
        assertThat(pool.everything()).doesNotContain(dataset(MAIN));
    }

    @Test
    void everythingGoesWithTheLastThatNeedsIt() throws IOException {
        mainWithSnapshot();
        VolumeId from = MAIN;
        SnapshotId at = V1;
        for (int i = 0; i < 4; i++) { // a chain, each link cloned from the one before
            VolumeId clone = new VolumeId("c" + i);
            storage.clone(at, clone, Map.of(), CopyCallback.NONE);
            storage.destroy(at);
            storage.destroy(from);
            from = clone;
            at = new SnapshotId("s" + i);
            storage.snapshot(clone, at, Map.of(), CopyCallback.NONE);
        }
        assertThat(storage.directory(from).resolve("file")).hasContent("x");
        assertThat(volumes()).containsExactly(from);
        assertThat(pool.everything()).hasSizeGreaterThan(8);
        storage.destroy(at);
        storage.destroy(from);
        assertThat(pool.everything()).containsExactly(pool.dataset());
        assertThat(Mounts.list()).noneMatch(mount -> mount.dataset().startsWith(pool.dataset()));
        try (var left = Files.list(pool.mounts().resolve("volumes"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aDestroyedVolumeReturnsTheSpaceThatItsSnapshotsDoNotNeed() throws Exception {
        mainWithSnapshot();
        byte[] noise = new byte[8 * MIB];
        new Random(7).nextBytes(noise);
        Files.write(storage.directory(MAIN).resolve("noise"), noise);
        pool.lzc().sync(TestPool.POOL);
        assertThat(used(pool.dataset())).isGreaterThan(8 * MIB);
        storage.destroy(MAIN);
        pool.lzc().sync(TestPool.POOL);
        assertThat(used(pool.dataset())).isLessThan(MIB);
        assertThat(storage.directory(V1).resolve("file")).hasContent("x");
    }

    private static long used(String dataset) throws Exception {
        return Long.parseLong(
                Tool.run("zfs", "get", "-Hp", "-o", "value", "used", dataset).strip());
    }

    @Test
    void aVolumeWithASnapshotOfThisMomentIsDestroyed() throws IOException {
        for (int i = 0; i < 5; i++) {
            VolumeId volume = new VolumeId("v" + i);
            SnapshotId snapshot = new SnapshotId("s" + i);
            storage.create(volume, Map.of());
            Files.writeString(storage.directory(volume).resolve("file"), "x" + i);
            storage.snapshot(volume, snapshot, Map.of(), CopyCallback.NONE);
            storage.destroy(volume);
            assertThat(storage.directory(snapshot).resolve("file")).hasContent("x" + i);
        }
        assertThat(volumes()).isEmpty();
    }

    @Test
    void aSnapshotsIdentityIsTakenWhereverTheSnapshotWasSeen() throws IOException {
        mainWithSnapshot();
        storage.create(CLONE, Map.of());
        try (Storage other = pool.open()) {
            other.list();
            assertThatThrownBy(() -> other.snapshot(CLONE, V1, Map.of(), CopyCallback.NONE))
                    .isInstanceOf(AlreadyExistsException.class)
                    .hasMessageContaining("v1");
        }
    }

    @Test
    void attributesOfParentsAreNobodysOwn() throws Exception {
        mainWithSnapshot();
        Tool.run("zfs", "set", "zvpg:message=not mine", pool.dataset());
        Tool.run("zfs", "set", "zvpg.storage:state=live", pool.dataset());
        Tool.run("zfs", "create", pool.dataset() + "/theirs.zvpg");
        Tool.run("zfs", "snapshot", pool.dataset() + "/theirs.zvpg@s");
        assertThat(volumes()).containsExactly(MAIN);
        assertThat(storage.list().volumes().get(0).attributes()).isEmpty();
        assertThat(storage.list().snapshots())
                .hasSize(1)
                .allSatisfy(s -> assertThat(s.attributes()).isEqualTo(Map.of("message", "m")));
        assertThat(storage.list().foreign()).containsExactly(pool.dataset() + "/theirs.zvpg");
    }

    @Test
    void aStorageThatWasSentAndReceivedWithItsPropertiesIsWhole() throws Exception {
        mainWithSnapshot();
        storage.clone(V1, CLONE, Map.of("name", "trial"), CopyCallback.NONE);
        String copy = pool.dataset() + "/copy";
        Tool.run("zfs", "snapshot", "-r", pool.dataset() + "@sent");
        Tool.run("sh", "-c", "zfs send -R " + pool.dataset() + "@sent | zfs receive -u " + copy);
        try (Storage received = ZfsStorage.dataset(
                        copy, o -> o.mountDirectory(pool.mounts().resolve("copy")))
                .open()) {
            Listing listing = received.list();
            assertThat(listing.volumes()).extracting(StoredVolume::id).containsExactlyInAnyOrder(MAIN, CLONE);
            assertThat(listing.snapshots())
                    .hasSize(1)
                    .allSatisfy(s -> assertThat(s.attributes()).isEqualTo(Map.of("message", "m")));
            assertThat(received.directory(CLONE).resolve("file")).hasContent("x");
        }
    }
}
