package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.StorageException;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StoredDraft;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.binding.Mounts;
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
        assertThat(storage.drafts()).containsExactly(new StoredDraft(CLONE, true));
        assertThatThrownBy(() -> storage.snapshot(CLONE, new SnapshotId("v2"), Map.of(), CopyProgress.NONE))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> Trees.clone(storage, V1, CLONE, Map.of())).isInstanceOf(AlreadyExistsException.class);
        storage.recover(volume -> true);
        assertThat(pool.lzc().exists(dataset(CLONE))).isFalse();
        assertThat(storage.list()).isEqualTo(before);
        Trees.clone(storage, V1, CLONE, Map.of());
    }

    @Test
    void aCreatedVolumeThatACrashLeftUnlabelledAndMountedIsRecovered() throws IOException {
        pool.lzc().create(dataset(CLONE), Map.of());
        Path directory = Files.createDirectories(pool.mounts().resolve("volumes/clone"));
        Mounts.mount(dataset(CLONE), directory);
        assertThat(volumes()).isEmpty();
        storage.recover(volume -> true);
        assertThat(directory).doesNotExist();
        assertThat(pool.everything()).containsExactly(pool.dataset());
    }

    @Test
    void aVolumeWhoseLabelIsRefusedInItsMiddleIsInvisibleAndRecovered() {
        Objects objects = new Objects(pool.lzc(), new Names(pool.dataset()), List::of);
        // Lua keeps no order, so several, of which each is refused after some of the others
        for (String name : List.of("a", "b", "c", "d", "e", "f")) {
            VolumeId volume = new VolumeId(name);
            pool.lzc().create(dataset(volume), Map.of());
            Map<String, String> properties =
                    Map.of("zvpg:" + name, "x".repeat(9000), "zvpg:g", "", "zvpg:h", "", "zvpg:i", "", "zvpg:j", "");
            assertThatThrownBy(() -> objects.run(
                            Program.LABEL,
                            "publish",
                            Objects.name(volume),
                            Map.of("volume", dataset(volume), "properties", properties)))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("E2BIG");
        }
        assertThat(volumes()).isEmpty();
        storage.recover(volume -> true);
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
        storage.recover(volume -> true);
        storage.destroy(V1);
        storage.destroy(MAIN);
        storage.recover(volume -> true);
        assertThat(storage.foreign()).containsExactlyInAnyOrder(clone, received, pool.dataset() + "@daily");
        assertThat(volumes()).isEmpty();
        assertThat(pool.everything()).contains(clone, received + "@theirs");
        Tool.run("zfs", "destroy", clone);
        storage.recover(volume -> true);
        assertThat(pool.everything()).doesNotContain(dataset(MAIN));
    }

    @Test
    void everythingGoesWithTheLastThatNeedsIt() throws IOException {
        mainWithSnapshot();
        VolumeId from = MAIN;
        SnapshotId at = V1;
        for (int i = 0; i < 4; i++) { // a chain, each link cloned from the one before
            VolumeId clone = new VolumeId("c" + i);
            Trees.clone(storage, at, clone, Map.of());
            storage.destroy(at);
            storage.destroy(from);
            from = clone;
            at = new SnapshotId("s" + i);
            storage.snapshot(clone, at, Map.of(), CopyProgress.NONE);
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

    @Test
    void aVolumeThatSomethingTookThePlaceOfReturnsTheSpaceThatItsSnapshotsDoNotNeed() throws Exception {
        mainWithSnapshot();
        byte[] noise = new byte[8 * MIB];
        new Random(7).nextBytes(noise);
        Files.write(storage.directory(MAIN).resolve("noise"), noise);
        pool.lzc().sync(TestPool.POOL);
        try (Draft draft = storage.clone(V1, CLONE, CopyProgress.NONE)) {
            draft.publishInPlaceOf(MAIN, Map.of());
            assertThat(volumes()).containsExactly(CLONE);
        }
        pool.lzc().sync(TestPool.POOL);
        assertThat(used(pool.dataset())).isLessThan(MIB);
        assertThat(pool.mounts().resolve("volumes/main")).doesNotExist();
        storage.destroy(V1);
        assertThat(storage.directory(CLONE).resolve("file")).hasContent("x");
        storage.destroy(CLONE);
        assertThat(pool.everything()).containsExactly(pool.dataset());
    }

    @Test
    void aVolumeThatWasToTakeAPlaceWhenThePowerWentHasOrHasNot() throws Exception {
        mainWithSnapshot();
        Draft draft = storage.clone(V1, CLONE, CopyProgress.NONE);
        draft.publishInPlaceOf(MAIN, Map.of());
        Draft other = storage.clone(V1, new VolumeId("other"), CopyProgress.NONE); // neither is closed
        assertThat(other.directory().resolve("file")).hasContent("x");
        for (VolumeId volume : List.of(CLONE, new VolumeId("other"))) {
            assertThat(pool.mounts().resolve("drafts/" + volume).toFile().exists())
                    .isEqualTo(!volume.equals(CLONE));
        }
        storage.recover(volume -> true);
        assertThat(volumes()).containsExactly(CLONE);
        assertThat(storage.drafts()).containsExactly(new StoredDraft(new VolumeId("other"), false));
        assertThat(pool.mounts().resolve("volumes/main")).doesNotExist();
        other.close();
    }

    @Test
    void aDraftOfWhichSomebodyTookASnapshotIsStillADraft() throws Exception {
        mainWithSnapshot();
        Draft kept = storage.clone(V1, CLONE, CopyProgress.NONE);
        VolumeId thrownAway = new VolumeId("thrown-away");
        Draft lost = storage.clone(V1, thrownAway, CopyProgress.NONE);
        Files.writeString(kept.directory().resolve("file"), "kept");
        Tool.run("zfs", "snapshot", "-r", pool.dataset() + "@hourly");

        assertThat(storage.drafts()).extracting(StoredDraft::id).containsExactly(CLONE, thrownAway);
        assertThat(storage.foreign()).noneMatch(name -> name.endsWith(".zvpg"));
        storage.recover(volume -> true);
        kept.publish(Map.of());
        lost.close();

        assertThat(volumes()).containsExactly(MAIN, CLONE);
        assertThat(storage.directory(CLONE).resolve("file")).hasContent("kept");
        assertThat(storage.drafts()).isEmpty();
        assertThatThrownBy(() -> storage.directory(thrownAway)).isInstanceOf(NotFoundException.class);
        Tool.run("zfs", "destroy", "-r", pool.dataset() + "@hourly");
        storage.recover(volume -> true);
        assertThat(pool.everything()).doesNotContain(dataset(thrownAway));
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
            Trees.create(storage, volume, Map.of());
            Files.writeString(storage.directory(volume).resolve("file"), "x" + i);
            storage.snapshot(volume, snapshot, Map.of(), CopyProgress.NONE);
            storage.destroy(volume);
            assertThat(storage.directory(snapshot).resolve("file")).hasContent("x" + i);
        }
        assertThat(volumes()).isEmpty();
    }

    @Test
    void aSnapshotsIdentityIsTakenWhereverTheSnapshotWasSeen() throws IOException {
        mainWithSnapshot();
        Trees.create(storage, CLONE, Map.of());
        try (Storage other = pool.open()) {
            other.list();
            assertThatThrownBy(() -> other.snapshot(CLONE, V1, Map.of(), CopyProgress.NONE))
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
        assertThat(storage.foreign()).containsExactly(pool.dataset() + "/theirs.zvpg");
    }

    @Test
    void aStorageThatWasSentAndReceivedWithItsPropertiesIsWhole() throws Exception {
        mainWithSnapshot();
        Trees.clone(storage, V1, CLONE, Map.of("name", "trial"));
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
