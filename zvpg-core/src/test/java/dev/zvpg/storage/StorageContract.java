package dev.zvpg.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.diff.Changes;
import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.NotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link Storage} promises, with what stands above this class. A storage is tested by a subclass that says where it lives, and adds what only
 * this storage does. What depends on a feature is tested according to {@link Storage#features()}.
 */
public abstract class StorageContract extends StepContract {

    // ---- volumes, snapshots, clones

    @Test
    void aNewStorageIsEmpty() {
        assertThat(storage.list().volumes()).isEmpty();
        assertThat(storage.list().snapshots()).isEmpty();
    }

    @Test
    void aNewVolumeIsAnEmptyWritableDirectory() {
        Trees.create(storage, MAIN, Map.of());

        Path directory = storage.directory(MAIN);
        assertThat(directory).isAbsolute();
        assertThat(TreeText.read(directory)).isEmpty();
        TreeText.write(directory, "base/1/data", "rows");
        assertThat(storage.directory(MAIN)).isEqualTo(directory);
        assertThat(TreeText.read(directory)).containsEntry("base/1/data", "rows");
    }

    @Test
    void aSnapshotHoldsTheVolumeAsItWas() {
        mainWith("file", "old");
        snapshot(MAIN, V1);

        TreeText.write(storage.directory(MAIN), "file", "new");
        TreeText.write(storage.directory(MAIN), "another", "new");

        assertThat(TreeText.read(storage.directory(V1))).isEqualTo(Map.of("file", "old"));
        assertThat(storage.directory(V1)).isAbsolute();
    }

    @Test
    void aCloneStartsAsTheSnapshotAndGoesItsOwnWay() {
        mainWith("file", "old");
        snapshot(MAIN, V1);
        clone(V1, CLONE);
        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(Map.of("file", "old"));

        TreeText.write(storage.directory(CLONE), "file", "clone's");
        TreeText.write(storage.directory(MAIN), "file", "main's");

        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(Map.of("file", "clone's"));
        assertThat(TreeText.read(storage.directory(V1))).isEqualTo(Map.of("file", "old"));
        assertThat(TreeText.read(storage.directory(MAIN))).isEqualTo(Map.of("file", "main's"));
    }

    @Test
    void snapshotsOfClonesOfSnapshotsWork() {
        mainWith("generation", "0");
        VolumeId volume = MAIN;
        for (int i = 1; i <= 4; i++) {
            SnapshotId snapshot = new SnapshotId("s" + i);
            snapshot(volume, snapshot);
            volume = new VolumeId("c" + i);
            clone(snapshot, volume);
            TreeText.write(storage.directory(volume), "generation", String.valueOf(i));
        }
        for (int i = 1; i <= 4; i++) {
            assertThat(TreeText.read(storage.directory(new SnapshotId("s" + i))))
                    .isEqualTo(Map.of("generation", String.valueOf(i - 1)));
            assertThat(TreeText.read(storage.directory(new VolumeId("c" + i))))
                    .isEqualTo(Map.of("generation", String.valueOf(i)));
        }
    }

    @Test
    void theListingTellsOriginsTimesAndOrder() {
        Instant before = Instant.now().minus(Duration.ofSeconds(2)); // some storages keep whole seconds
        Trees.create(storage, MAIN, Map.of());
        snapshot(MAIN, V1);
        clone(V1, CLONE);
        snapshot(CLONE, new SnapshotId("a-later-one"));
        Instant after = Instant.now().plus(Duration.ofSeconds(1));

        Listing listing = storage.list();
        assertThat(listing.volumes()).extracting(StoredVolume::id).containsExactly(MAIN, CLONE);
        assertThat(listing.snapshots())
                .extracting(StoredSnapshot::id)
                .containsExactly(V1, new SnapshotId("a-later-one"));
        assertThat(listing.volumes().get(0).origin()).isEmpty();
        assertThat(listing.volumes().get(1).origin()).contains(V1);
        assertThat(listing.snapshots().get(0).volume()).isEqualTo(MAIN);
        assertThat(listing.volumes()).extracting(StoredVolume::created).allMatch(t -> isBetween(before, t, after));
        assertThat(listing.snapshots()).extracting(StoredSnapshot::created).allMatch(t -> isBetween(before, t, after));
        assertThat(storage.list()).isEqualTo(listing);
    }

    @Test
    void theListingIsInTheOrderOfPublication() {
        mainWith("file", "x");
        SnapshotId taken = new SnapshotId("taken-first");
        snapshot(MAIN, taken);
        VolumeId two = new VolumeId("c2");
        VolumeId one = new VolumeId("c1");
        clone(taken, two);
        clone(taken, one);
        snapshot(one, V1);
        snapshot(MAIN, new SnapshotId("last"));
        storage.update(List.of(AttributeChange.set(MAIN, Map.of("a", "1")), AttributeChange.set(V1, Map.of("a", "1"))));
        for (Storage each : List.of(storage, open())) {
            assertThat(each.list().volumes()).extracting(StoredVolume::id).containsExactly(MAIN, two, one);
            assertThat(each.list().snapshots())
                    .extracting(StoredSnapshot::id)
                    .containsExactly(taken, V1, new SnapshotId("last"));
        }
        try (Draft draft = storage.clone(taken, CLONE, CopyProgress.NONE)) {
            draft.publishInPlaceOf(two, Map.of());
        }
        assertThat(storage.list().volumes()).extracting(StoredVolume::id).containsExactly(MAIN, one, CLONE);
    }

    private static boolean isBetween(Instant before, Instant time, Instant after) {
        return !time.isBefore(before) && !time.isAfter(after);
    }

    @Test
    void figuresOfSpaceAreThereExactlyWithTheFeature() {
        mainWith("file", "x".repeat(100_000));
        snapshot(MAIN, V1);
        boolean told = storage.features().contains(StorageFeature.SPACE_ACCOUNTING);

        StoredVolume volume = storage.list().volumes().get(0);
        StoredSnapshot snapshot = storage.list().snapshots().get(0);
        assertThat(Stream.of(
                        volume.usedBytes(), volume.referencedBytes(), snapshot.usedBytes(), snapshot.referencedBytes()))
                .allMatch(figure -> figure.isPresent() == told);
    }

    // ---- identities

    @Test
    void aTakenIdentityIsRefusedAndWhatHasItIsUnharmed() {
        mainWith("file", "main's");
        snapshot(MAIN, V1);
        TreeText.write(storage.directory(MAIN), "file", "newer");
        clone(V1, CLONE);
        Listing before = storage.list();

        assertThatThrownBy(() -> Trees.create(storage, MAIN, Map.of())).isInstanceOf(AlreadyExistsException.class);
        assertThatThrownBy(() -> snapshot(MAIN, V1)).isInstanceOf(AlreadyExistsException.class);
        assertThatThrownBy(() -> clone(V1, CLONE)).isInstanceOf(AlreadyExistsException.class);
        assertThatThrownBy(() -> clone(V1, MAIN)).isInstanceOf(AlreadyExistsException.class);

        assertThat(storage.list()).isEqualTo(before);
        assertThat(TreeText.read(storage.directory(MAIN))).isEqualTo(Map.of("file", "newer"));
        assertThat(TreeText.read(storage.directory(V1))).isEqualTo(Map.of("file", "main's"));
    }

    @Test
    void aVolumeAndASnapshotMayHaveTheSameIdentity() {
        SnapshotId main = new SnapshotId(MAIN.value());
        mainWith("file", "x");
        snapshot(MAIN, main);
        storage.destroy(main);
        assertNothingButMain();
    }

    @Test
    void anUnknownIdentityIsNotFoundAndTheMessageNamesIt() {
        mainWith("file", "x");
        VolumeId volume = new VolumeId("no-such-volume");
        SnapshotId snapshot = new SnapshotId("no-such-snapshot");
        List<Runnable> verbs = List.of(
                () -> snapshot(volume, V1),
                () -> clone(snapshot, CLONE),
                () -> storage.destroy(volume),
                () -> storage.destroy(snapshot),
                () -> storage.directory(volume),
                () -> storage.directory(snapshot));
        for (Runnable verb : verbs) {
            assertThatThrownBy(verb::run).isInstanceOf(NotFoundException.class).hasMessageContaining("no-such-");
        }
        assertThatThrownBy(() -> storage.destroy(volume)).hasMessageContaining(MAIN.value());
        assertNothingButMain();
    }

    // ---- lifetimes

    @ParameterizedTest
    @ValueSource(strings = {"vsc", "vcs", "svc", "scv", "cvs", "csv"})
    void volumeSnapshotAndCloneGoInAnyOrder(String order) {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        clone(V1, CLONE);
        List<StoredId> left = new ArrayList<>(List.of(MAIN, V1, CLONE));
        for (int i = 0; i < order.length(); i++) {
            StoredId going = switch (order.charAt(i)) {
                case 'v' -> MAIN;
                case 's' -> V1;
                default -> CLONE;
            };
            destroy(going);
            left.remove(going);

            assertThat(listed()).containsExactlyInAnyOrderElementsOf(left);
            for (StoredId id : left) {
                assertThat(TreeText.read(directory(id))).isEqualTo(Map.of("file", "x"));
            }
            assertThatThrownBy(() -> directory(going)).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> destroy(going)).isInstanceOf(NotFoundException.class);
        }
    }

    @Test
    void whatGrewFromDestroyedThingsCanBeUsedFurther() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        clone(V1, CLONE);
        storage.destroy(V1);
        storage.destroy(MAIN);

        SnapshotId later = new SnapshotId("later");
        snapshot(CLONE, later);
        clone(later, new VolumeId("again"));
        assertThat(TreeText.read(storage.directory(new VolumeId("again")))).isEqualTo(Map.of("file", "x"));
        StoredVolume listed = storage.list().volumes().get(0);
        assertThat(listed.id()).isEqualTo(CLONE);
    }

    @Test
    void severalClonesOfOneSnapshotAreIndependent() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        for (int i = 0; i < 5; i++) {
            clone(V1, new VolumeId("c" + i));
            TreeText.write(storage.directory(new VolumeId("c" + i)), "file", "c" + i);
        }
        storage.destroy(new VolumeId("c2"));
        storage.destroy(V1);
        for (int i : List.of(0, 1, 3, 4)) {
            assertThat(TreeText.read(storage.directory(new VolumeId("c" + i)))).isEqualTo(Map.of("file", "c" + i));
        }
    }

    // ---- what differs

    @Test
    void whereAVolumeDiffersFromAnImageIsToldAndNeverLess() throws Exception {
        long seed = Long.getLong("zvpg.seed", System.nanoTime());
        System.out.println("changes: -Dzvpg.seed=" + seed);
        Random random = new Random(seed);
        Trees.create(storage, MAIN, Map.of());
        TreeEdits.fill(storage.directory(MAIN), random);
        snapshot(MAIN, V1);
        Trees.clone(storage, V1, CLONE, Map.of());
        for (int round = 0; round < 5; round++) {
            for (VolumeId volume : List.of(MAIN, CLONE)) {
                assertCovered(storage.changes(V1, volume), storage.directory(V1), storage.directory(volume));
                TreeEdits.edit(storage.directory(volume), random);
            }
        }
        try (Draft draft = storage.clone(V1, new VolumeId("draft"), CopyProgress.NONE)) {
            TreeEdits.edit(draft.directory(), random);
            assertCovered(storage.changes(V1, new VolumeId("draft")), storage.directory(V1), draft.directory());
        }
    }

    private static void assertCovered(Changes told, Path image, Path volume) throws IOException {
        Changes differences = TreeEdits.differences(image, volume);
        assertThat(told.covers(differences))
                .as("%s covers %s", told, differences)
                .isTrue();
    }

    @Test
    void betweenWhatIsNotThereNothingIsCompared() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        assertThatThrownBy(() -> storage.changes(V1, CLONE)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> storage.changes(new SnapshotId("none"), MAIN)).isInstanceOf(NotFoundException.class);
    }

    // ---- foreign things

    @Test
    void foreignThingsAreListedAndLeftAlone() {
        String foreign = ground.putForeign();
        mainWith("file", "x");
        snapshot(MAIN, V1);
        clone(V1, CLONE);
        storage.destroy(MAIN);
        storage.destroy(V1);
        storage.recover(volume -> true);

        assertThat(storage.foreign()).contains(foreign);
        assertThat(listed()).containsExactly(CLONE);
        assertThat(ground.foreignIsUntouched()).isTrue();
        assertThat(open().foreign()).contains(foreign);
    }
}
