package dev.zvpg.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.zvpg.Effort;
import dev.zvpg.diff.Changes;
import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.ZvpgException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link Storage} promises. A storage is tested by a subclass that says where it lives, and adds what only
 * this storage does. What depends on a feature is tested according to {@link Storage#features()}.
 */
public abstract class StorageContract {

    /** The volume that most tests begin with. */
    protected static final VolumeId MAIN = new VolumeId("main");

    /** Its first snapshot. */
    protected static final SnapshotId V1 = new SnapshotId("v1");

    /** A clone of that. */
    protected static final VolumeId CLONE = new VolumeId("clone");

    /** An empty place for a storage, for one test. */
    public interface Ground extends AutoCloseable {

        /**
         * Opens the storage in this place; the second time, the same storage once more.
         *
         * @return a new instance
         */
        Storage open();

        /**
         * Puts something into the place that is not the storage's own.
         *
         * @return what the storage's listing must call it
         */
        String putForeign();

        /**
         * Looks after it.
         *
         * @return whether it is still as it was
         */
        boolean foreignIsUntouched();

        /** Removes everything, once the storages are closed. */
        @Override
        void close();
    }

    private final List<Storage> opened = new ArrayList<>();
    private Ground ground;
    private Storage storage;

    /** For subclasses. */
    protected StorageContract() {}

    /**
     * Makes an empty place.
     *
     * @return the place, for one test
     */
    protected abstract Ground newGround();

    @BeforeEach
    void openStorage() {
        ground = newGround();
        storage = open();
    }

    @AfterEach
    void closeStorage() {
        try {
            opened.forEach(Storage::close);
        } finally {
            ground.close();
        }
    }

    /**
     * Opens the storage once more.
     *
     * @return a new instance, closed after the test
     */
    protected final Storage open() {
        Storage another = ground.open();
        opened.add(another);
        return another;
    }

    /**
     * The storage under test.
     *
     * @return the instance that was opened before the test
     */
    protected final Storage storage() {
        return storage;
    }

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
    void everyUserMayEnterTheTopOfANewVolumeAndNobodyElseMayList() throws Exception {
        Trees.create(storage, MAIN, Map.of());
        assertThat(Files.getPosixFilePermissions(storage.directory(MAIN)))
                .isEqualTo(PosixFilePermissions.fromString("rwx--x--x"));
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
    void directoriesAndLinksAreKeptAsTheyAre() throws Exception {
        Trees.create(storage, MAIN, Map.of());
        Path tree = storage.directory(MAIN);
        TreeText.write(tree, "base/1/\u00fcml\u00e4ut 'quoted'", "x");
        Files.createDirectories(tree.resolve("empty/deeper"));
        Files.createSymbolicLink(tree.resolve("inside"), tree.getFileSystem().getPath("base"));
        Files.createSymbolicLink(tree.resolve("dangling"), tree.getFileSystem().getPath("nowhere"));
        Map<String, String> before = TreeText.read(tree);

        snapshot(MAIN, V1);
        clone(V1, CLONE);

        assertThat(TreeText.read(storage.directory(V1))).isEqualTo(before);
        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(before);
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

    // ---- drafts

    @Test
    void aDraftIsThereForItsMakerOnlyUntilItIsPublished() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        try (Draft draft = storage.clone(V1, CLONE, CopyProgress.NONE)) {
            TreeText.write(draft.directory(), "file", "changed");
            TreeText.write(draft.directory(), "more", "added");
            assertNothingButMainAnd(V1);
            assertThat(open().foreign()).isEmpty();
            assertThat(storage.directory(CLONE)).isEqualTo(draft.directory());
            assertThat(storage.drafts()).containsExactly(new StoredDraft(CLONE, false));
            assertThat(open().drafts()).isEqualTo(storage.drafts());

            draft.publish(Map.of("a", "1"));

            assertThat(storage.drafts()).isEmpty();
            assertThat(attributes(CLONE)).isEqualTo(Map.of("a", "1"));
            assertThat(storage.directory(CLONE)).isEqualTo(draft.directory());
            assertThatThrownBy(() -> draft.publish(Map.of())).isInstanceOf(IllegalStateException.class);
        }
        assertThat(TreeText.read(open().directory(CLONE))).isEqualTo(Map.of("file", "changed", "more", "added"));
    }

    @Test
    void aDraftThatIsClosedLeavesNothing() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        Draft draft = storage.clone(V1, CLONE, CopyProgress.NONE);
        Path tree = draft.directory();
        draft.close();
        draft.close();
        assertThatThrownBy(() -> draft.publish(Map.of())).isInstanceOf(IllegalStateException.class);
        assertThat(tree).doesNotExist();
        assertThatThrownBy(() -> storage.directory(CLONE)).isInstanceOf(NotFoundException.class);
        assertThat(storage.drafts()).isEmpty();
        assertNothingButMainAnd(V1);
        clone(V1, CLONE);
    }

    @Test
    void recoveringLeavesTheDraftsOfTheLivingAlone() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        try (Draft draft = storage.clone(V1, CLONE, CopyProgress.NONE)) {
            open().recover(volume -> true);
            assertThat(storage.drafts()).containsExactly(new StoredDraft(CLONE, false));
            assertThat(TreeText.read(draft.directory())).isEqualTo(Map.of("file", "x"));
            draft.publish(Map.of());
        }
        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(Map.of("file", "x"));
    }

    @Test
    void aDraftOfWhomeverCanBeDestroyed() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        try (Draft draft = storage.clone(V1, CLONE, CopyProgress.NONE)) {
            open().destroy(CLONE);
            assertThat(storage.drafts()).isEmpty();
            assertThatThrownBy(() -> open().destroy(CLONE)).isInstanceOf(NotFoundException.class);
            assertThat(draft).isNotNull(); // and closing it is fine
        }
        assertNothingButMainAnd(V1);
        clone(V1, CLONE);
    }

    @Test
    void aDraftThatSomebodyElseDestroyedCannotBePublished() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        try (Draft draft = storage.clone(V1, CLONE, CopyProgress.NONE)) {
            open().destroy(CLONE);
            assertThatThrownBy(() -> draft.publish(Map.of())).isInstanceOf(ZvpgException.class);
        }
        assertNothingButMainAnd(V1);
        assertThat(storage.foreign()).isEmpty();
    }

    @Test
    void theIdentityOfADraftIsTaken() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        try (Draft draft = storage.clone(V1, CLONE, CopyProgress.NONE)) {
            assertThatThrownBy(() -> clone(V1, CLONE)).isInstanceOf(AlreadyExistsException.class);
            assertThatThrownBy(() -> open().create(CLONE)).isInstanceOf(AlreadyExistsException.class);
            assertThat(TreeText.read(draft.directory())).isEqualTo(Map.of("file", "x"));
        }
        clone(V1, CLONE);
    }

    @Test
    void aDraftTakesThePlaceOfAVolumeInOneStep() {
        mainWith("file", "old");
        snapshot(MAIN, V1);
        TreeText.write(storage.directory(MAIN), "file", "lost");
        try (Draft draft = storage.clone(V1, CLONE, CopyProgress.NONE)) {
            draft.publishInPlaceOf(MAIN, Map.of("a", "1"));
            assertThat(listed()).containsExactly(CLONE, V1);
        }
        assertThat(open().foreign()).isEmpty();
        assertThat(open().drafts()).isEmpty();
        assertThat(listed()).containsExactly(CLONE, V1);
        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(Map.of("file", "old"));
        assertThat(TreeText.read(storage.directory(V1))).isEqualTo(Map.of("file", "old"));
        assertThat(attributes(CLONE)).isEqualTo(Map.of("a", "1"));
        assertThatThrownBy(() -> storage.directory(MAIN)).isInstanceOf(NotFoundException.class);
    }

    @Test
    void aDraftThatCannotTakeAPlaceIsStillADraft() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        try (Draft draft = storage.clone(V1, CLONE, CopyProgress.NONE)) {
            assertThatThrownBy(() -> draft.publishInPlaceOf(new VolumeId("unknown"), Map.of()))
                    .isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> draft.publish(Map.of("Not A Name", "")))
                    .isInstanceOf(IllegalArgumentException.class);
            assertNothingButMainAnd(V1);
            draft.publish(Map.of());
        }
        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(Map.of("file", "x"));
    }

    @Test
    void aDraftOutlivesTheSnapshotThatItIsACloneOf() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        try (Draft draft = storage.clone(V1, CLONE, CopyProgress.NONE)) {
            storage.destroy(V1);
            draft.publish(Map.of());
        }
        assertThat(listed()).containsExactly(MAIN, CLONE);
        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(Map.of("file", "x"));
    }

    @Test
    void theImageOfAStorageThatIsNotAtomicIsCompletedBeforeItIsPublished() {
        mainWith("file", "old");
        if (storage.features().contains(StorageFeature.ATOMIC_SNAPSHOT)) {
            return;
        }
        try (Draft image = storage.copy(MAIN, V1, CopyProgress.NONE)) {
            TreeText.write(image.directory(), "half", "of it");
        }
        assertNothingButMain();
        try (Draft image = storage.copy(MAIN, V1, CopyProgress.NONE)) {
            assertThat(TreeText.read(image.directory())).isEqualTo(Map.of("file", "old"));
            TreeText.write(image.directory(), "backup_label", "added");
            assertNothingButMain();
            assertThatThrownBy(() -> image.publishInPlaceOf(MAIN, Map.of()))
                    .isInstanceOf(UnsupportedOperationException.class);
            image.publish(Map.of("a", "1"));
        }
        assertThat(TreeText.read(storage.directory(V1))).isEqualTo(Map.of("file", "old", "backup_label", "added"));
        assertThat(attributes(V1)).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void aCopyTellsHowFarItIs() {
        mainWith("file", "x".repeat(100_000));
        List<Long> told = new ArrayList<>();
        Thread verb = Thread.currentThread();
        CopyProgress progress = (doneBytes, totalBytes) -> {
            assertThat(doneBytes).isBetween(0L, totalBytes);
            assertThat(Thread.currentThread()).isSameAs(verb);
            told.add(totalBytes - doneBytes);
        };
        snapshot(MAIN, V1);
        Trees.clone(storage, V1, CLONE, Map.of(), progress);

        if (storage.features().contains(StorageFeature.CONSTANT_TIME_CLONE)) {
            assertThat(told).isEmpty();
        } else {
            assertThat(told).endsWith(0L);
        }
    }

    // ---- attributes

    static List<String> values() {
        return List.of(
                "",
                " ",
                "two\nlines\r\n\tand a tab",
                "\u00e4\u00f6\u00fc \u20ac \u6f22\u5b57 \ud83d\udc18",
                "\"quotes\" 'and' \\backslashes\\ {\"json\": [null]} %s $HOME",
                "\u0001\u001f\u007f\u0085\u2028",
                "x".repeat(Attributes.MAX_VALUE_BYTES),
                "\u20ac".repeat(Attributes.MAX_VALUE_BYTES / 3));
    }

    @ParameterizedTest
    @MethodSource("values")
    void attributesComeBackAsTheyWereGiven(String value) {
        Map<String, String> attributes = Map.of("message", value, "a-2", "x");
        Trees.create(storage, MAIN, attributes);
        storage.snapshot(MAIN, V1, attributes, CopyProgress.NONE);
        Trees.clone(storage, V1, CLONE, attributes);
        VolumeId updated = new VolumeId("updated");
        Trees.create(storage, updated, Map.of());
        storage.update(List.of(AttributeChange.set(updated, attributes)));

        for (Storage each : List.of(storage, open())) {
            assertThat(each.list().volumes())
                    .hasSize(3)
                    .allSatisfy(v -> assertThat(v.attributes()).isEqualTo(attributes));
            assertThat(each.list().snapshots())
                    .hasSize(1)
                    .allSatisfy(s -> assertThat(s.attributes()).isEqualTo(attributes));
        }
    }

    @Test
    void attributesOutOfBoundsAreRefusedAndNothingIsMade() {
        mainWith("file", "x");
        for (Map<String, String> wrong : List.of(
                Map.of("Upper", ""),
                Map.of("", ""),
                Map.of("a:b", ""),
                Map.of("a".repeat(64), ""),
                Map.of("a", "\0"),
                Map.of("a", "\ud83d"),
                Map.of("a", "x".repeat(Attributes.MAX_VALUE_BYTES + 1)))) {
            assertThatThrownBy(() -> Trees.create(storage, CLONE, wrong)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> storage.snapshot(MAIN, V1, wrong, CopyProgress.NONE))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertNothingButMain();
    }

    @Test
    void aCloneDoesNotInheritAttributes() {
        Trees.create(storage, MAIN, Map.of("volume", "1"));
        storage.snapshot(MAIN, V1, Map.of("snapshot", "2"), CopyProgress.NONE);
        Trees.clone(storage, V1, CLONE, Map.of("clone", "3"));

        assertThat(attributes(MAIN)).isEqualTo(Map.of("volume", "1"));
        assertThat(attributes(V1)).isEqualTo(Map.of("snapshot", "2"));
        assertThat(attributes(CLONE)).isEqualTo(Map.of("clone", "3"));
    }

    @Test
    void anUpdateAddsReplacesAndRemoves() {
        Trees.create(storage, MAIN, Map.of("kept", "1", "replaced", "2", "removed", "3"));

        storage.update(List.of(
                new AttributeChange(MAIN, Map.of("replaced", "4", "added", "5"), Set.of("removed", "never-there"))));

        assertThat(attributes(MAIN)).isEqualTo(Map.of("kept", "1", "replaced", "4", "added", "5"));
    }

    @Test
    void anUpdateOfSeveralObjectsChangesAllOfThem() {
        Trees.create(storage, MAIN, Map.of("head", "yes"));
        snapshot(MAIN, V1);
        clone(V1, CLONE);

        storage.update(List.of(
                new AttributeChange(MAIN, Map.of(), Set.of("head")),
                AttributeChange.set(CLONE, Map.of("head", "yes")),
                AttributeChange.set(V1, Map.of("seen", "1"))));

        assertThat(attributes(MAIN)).isEmpty();
        assertThat(attributes(CLONE)).isEqualTo(Map.of("head", "yes"));
        assertThat(attributes(V1)).isEqualTo(Map.of("seen", "1"));
    }

    @Test
    void anUpdateThatNamesAnUnknownObjectChangesNothing() {
        Trees.create(storage, MAIN, Map.of("a", "1"));
        for (StoredId unknown : List.of(new VolumeId("unknown"), new SnapshotId("unknown"), new SnapshotId("main"))) {
            assertThatThrownBy(() -> storage.update(List.of(
                            AttributeChange.set(MAIN, Map.of("a", "2")),
                            AttributeChange.set(unknown, Map.of("a", "2")))))
                    .isInstanceOf(NotFoundException.class);
            assertThat(attributes(MAIN)).isEqualTo(Map.of("a", "1"));
        }
    }

    @Test
    void anUpdateNamesAnObjectOnce() {
        Trees.create(storage, MAIN, Map.of("a", "1"));
        assertThatThrownBy(() -> storage.update(List.of(
                        AttributeChange.set(MAIN, Map.of("a", "2")), AttributeChange.set(MAIN, Map.of("a", "3")))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(attributes(MAIN)).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void aDestructionAndTheChangesOfItsStepAreOne() {
        Trees.create(storage, MAIN, Map.of("head", "yes"));
        snapshot(MAIN, V1);
        clone(V1, CLONE);
        snapshot(CLONE, new SnapshotId("later"));

        storage.destroy(
                V1,
                List.of(
                        new AttributeChange(MAIN, Map.of(), Set.of("head")),
                        AttributeChange.set(new SnapshotId("later"), Map.of("parent", "none"))));
        assertThat(attributes(MAIN)).isEmpty();
        assertThat(attributes(new SnapshotId("later"))).containsEntry("parent", "none");
        assertThat(storage.list().snapshots()).hasSize(1);

        storage.destroy(CLONE, List.of(AttributeChange.set(new SnapshotId("later"), Map.of("parent", "gone"))));
        assertThat(attributes(new SnapshotId("later"))).containsEntry("parent", "gone");
        assertThat(storage.list().volumes()).extracting(StoredVolume::id).containsExactly(MAIN);
    }

    @Test
    void aDestructionWhoseStepNamesAnUnknownObjectDestroysAndChangesNothing() {
        Trees.create(storage, MAIN, Map.of("a", "1"));
        snapshot(MAIN, V1);
        clone(V1, CLONE);
        List<AttributeChange> unknown = List.of(
                AttributeChange.set(MAIN, Map.of("a", "2")),
                AttributeChange.set(new SnapshotId("unknown"), Map.of("a", "2")));
        assertThatThrownBy(() -> storage.destroy(CLONE, unknown))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("unknown");
        assertThatThrownBy(() -> storage.destroy(V1, unknown)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> storage.destroy(CLONE, List.of(AttributeChange.set(CLONE, Map.of("a", "2")))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(attributes(MAIN)).isEqualTo(Map.of("a", "1"));
        assertThat(storage.list().volumes()).extracting(StoredVolume::id).containsExactly(MAIN, CLONE);
        assertThat(storage.list().snapshots()).extracting(StoredSnapshot::id).containsExactly(V1);
        assertThat(storage.directory(CLONE)).isDirectory();
    }

    @Test
    void anUpdateOfNothingIsFine() {
        storage.update(List.of());
        assertThat(storage.list().volumes()).isEmpty();
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

    // ---- foreign things, reopening, closing, recovery

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

    @Test
    void reopeningFindsEverythingAsItWas() {
        mainWith("file", "x");
        storage.snapshot(MAIN, V1, Map.of("a", "1"), CopyProgress.NONE);
        clone(V1, CLONE);
        Listing before = storage.list();
        storage.close();

        Storage again = open();
        again.recover(volume -> true);

        assertThat(again.list()).isEqualTo(before);
        assertThat(again.features()).isEqualTo(storage.features());
        assertThat(TreeText.read(again.directory(CLONE))).isEqualTo(Map.of("file", "x"));
    }

    @Test
    void aClosedStorageSaysSoAndClosingTwiceIsFine() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        storage.close();
        storage.close();

        List<Runnable> verbs = List.of(
                () -> Trees.create(storage, CLONE, Map.of()),
                () -> snapshot(MAIN, new SnapshotId("v2")),
                () -> clone(V1, CLONE),
                () -> storage.update(List.of(AttributeChange.set(MAIN, Map.of("a", "1")))),
                () -> storage.destroy(MAIN),
                () -> storage.destroy(V1),
                () -> storage.list(),
                () -> storage.directory(MAIN),
                () -> storage.directory(V1),
                () -> storage.recover(volume -> true));
        for (Runnable verb : verbs) {
            assertThatThrownBy(verb::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
        Storage again = open();
        assertThat(again.list().volumes()).hasSize(1);
        assertThat(TreeText.read(again.directory(V1))).isEqualTo(Map.of("file", "x"));
    }

    @Test
    void recoveringAHealthyStorageChangesNothing() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        clone(V1, CLONE);
        Listing before = storage.list();
        storage.recover(volume -> true);
        storage.recover(volume -> true);
        assertThat(storage.list()).isEqualTo(before);
        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(Map.of("file", "x"));
    }

    // ---- side by side

    @Test
    void twoInstancesOnOnePlaceSeeEachOther() {
        Storage other = open();
        Trees.create(storage, MAIN, Map.of("a", "1"));
        TreeText.write(other.directory(MAIN), "file", "other's");
        other.snapshot(MAIN, V1, Map.of(), CopyProgress.NONE);
        clone(V1, CLONE);
        other.update(List.of(AttributeChange.set(CLONE, Map.of("b", "2"))));
        storage.destroy(MAIN);

        assertThat(other.list()).isEqualTo(storage.list());
        assertThat(attributes(CLONE)).isEqualTo(Map.of("b", "2"));
        assertThat(TreeText.read(other.directory(CLONE))).isEqualTo(Map.of("file", "other's"));
        assertThatThrownBy(() -> Trees.create(other, CLONE, Map.of())).isInstanceOf(AlreadyExistsException.class);
    }

    @Test
    void manyThreadsWorkSideBySide() throws Exception {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        Storage other = open();
        List<Callable<Void>> workers = new ArrayList<>();
        for (int worker = 0; worker < 6; worker++) {
            Storage mine = worker % 2 == 0 ? storage : other;
            StorageWalk walk = new StorageWalk(ThreadLocalRandom.current().nextLong(), "w" + worker + "-");
            String prefix = "t" + worker + "-";
            workers.add(() -> {
                for (int i = 0; i < 5; i++) {
                    VolumeId scratch = new VolumeId(prefix + i);
                    Trees.clone(mine, V1, scratch, Map.of("a", prefix));
                    assertThat(TreeText.read(mine.directory(scratch))).isEqualTo(Map.of("file", "x"));
                    walk.take(mine, 3);
                    mine.list();
                    mine.destroy(scratch);
                }
                walk.check(mine);
                return null;
            });
        }
        together(workers);
        assertThat(listed()).filteredOn(id -> id.value().startsWith("t")).isEmpty();
        assertThat(TreeText.read(storage.directory(V1))).isEqualTo(Map.of("file", "x"));
    }

    @Test
    void noUpdateIsLostAmongThreads() throws Exception {
        Trees.create(storage, MAIN, Map.of());
        Storage other = open();
        List<Callable<Void>> workers = new ArrayList<>();
        for (int worker = 0; worker < 4; worker++) {
            Storage mine = worker % 2 == 0 ? storage : other;
            String name = "w" + worker + "-";
            workers.add(() -> {
                for (int i = 0; i < 6; i++) {
                    mine.update(List.of(AttributeChange.set(MAIN, Map.of(name + i, "x"))));
                }
                return null;
            });
        }
        together(workers);
        assertThat(attributes(MAIN)).hasSize(24);
    }

    @Test
    void anIdentityIsGivenToOneOfManyWhoWantIt() throws Exception {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        AtomicInteger won = new AtomicInteger();
        List<Callable<Void>> workers = new ArrayList<>();
        for (int worker = 0; worker < 6; worker++) {
            String name = String.valueOf(worker);
            workers.add(() -> {
                try {
                    Trees.clone(storage, V1, CLONE, Map.of("winner", name));
                    won.incrementAndGet();
                } catch (AlreadyExistsException e) {
                    assertThat(e).hasMessageContaining(CLONE.value());
                }
                return null;
            });
        }
        together(workers);
        assertThat(won).hasValue(1);
        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(Map.of("file", "x"));
    }

    @Test
    void aSourceDestroyedWhileItIsCopiedMakesAWholeCopyOrNone() throws Exception {
        for (int round = 0; round < 8; round++) {
            VolumeId source = new VolumeId("source" + round);
            SnapshotId image = new SnapshotId("image" + round);
            Trees.create(storage, source, Map.of());
            for (int i = 0; i < 60; i++) {
                TreeText.write(storage.directory(source), "d" + i % 7 + "/f" + i, "x" + i);
            }
            Map<String, String> whole = TreeText.read(storage.directory(source));
            CountDownLatch begun = new CountDownLatch(1);
            Callable<Void> copier = () -> {
                begun.countDown();
                try {
                    snapshot(source, image);
                } catch (NotFoundException | InUseException e) {
                    assertThat(e).hasMessageContaining(source.value());
                }
                return null;
            };
            Callable<Void> destroyer = () -> {
                begun.await();
                spin(ThreadLocalRandom.current().nextInt(6_000_000));
                try {
                    storage.destroy(source);
                } catch (InUseException e) {
                    assertThat(e).hasMessageContaining(source.value());
                }
                return null;
            };
            together(List.of(copier, destroyer));
            if (listed().contains(image)) {
                assertThat(TreeText.read(storage.directory(image))).isEqualTo(whole);
            }
        }
    }

    private static void spin(long nanos) {
        for (long end = System.nanoTime() + nanos; System.nanoTime() < end; ) {
            Thread.onSpinWait();
        }
    }

    // ---- interruption

    @Test
    void aVerbOfAnInterruptedThreadHappensOrNotAndTheFlagStays() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        List<Runnable> verbs = List.of(
                () -> Trees.create(storage, new VolumeId("created"), Map.of()),
                () -> snapshot(MAIN, new SnapshotId("v2")),
                () -> clone(V1, CLONE),
                () -> storage.update(List.of(AttributeChange.set(MAIN, Map.of("a", "1")))),
                () -> storage.list(),
                () -> storage.directory(V1),
                () -> storage.destroy(V1));
        for (Runnable verb : verbs) {
            Listing before = storage.list();
            Thread.currentThread().interrupt();
            Throwable thrown = catchThrowable(verb::run);
            assertThat(Thread.interrupted()).isTrue();
            if (thrown != null) {
                assertThat(thrown)
                        .isInstanceOf(OperationInterruptedException.class)
                        .hasMessageContaining("interrupt");
                assertThat(storage.list()).isEqualTo(before);
            }
        }
        // and the storage is none the worse for it
        snapshot(MAIN, new SnapshotId("v3"));
        clone(new SnapshotId("v3"), new VolumeId("after"));
        assertThat(TreeText.read(storage.directory(new VolumeId("after")))).isEqualTo(Map.of("file", "x"));
        Listing last = storage.list();
        storage.recover(volume -> true);
        assertThat(open().list()).isEqualTo(last);
    }

    @Test
    void anInterruptAtAnyTimeLeavesNothingHalfMade() throws Exception {
        Trees.create(storage, MAIN, Map.of());
        for (int i = 0; i < 40; i++) {
            TreeText.write(storage.directory(MAIN), "d" + i % 7 + "/f" + i, "x" + i);
        }
        Map<String, String> whole = TreeText.read(storage.directory(MAIN));
        for (int round = 0; round < 10; round++) {
            SnapshotId snapshot = new SnapshotId("s" + round);
            VolumeId volume = new VolumeId("v" + round);
            Thread worker = new Thread(() -> {
                try {
                    snapshot(MAIN, snapshot);
                    clone(snapshot, volume);
                } catch (OperationInterruptedException e) {
                    assertThat(e).hasMessageContaining("interrupt");
                }
            });
            List<Throwable> failures = new ArrayList<>();
            worker.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
            worker.start();
            spin(ThreadLocalRandom.current().nextInt(30_000_000));
            worker.interrupt();
            worker.join();
            assertThat(failures).isEmpty();
        }
        Listing before = storage.list();
        for (StoredId id : listed()) {
            assertThat(TreeText.read(directory(id))).isEqualTo(whole);
        }
        assertThat(storage.foreign()).isEmpty();
        storage.recover(volume -> true);
        assertThat(storage.list()).isEqualTo(before);
    }

    // ---- a random walk

    /**
     * How many steps the random walk takes.
     *
     * @return 500; less for a storage that is slow
     */
    protected int walkSteps() {
        return Effort.of(200, 500);
    }

    @Test
    void aRandomWalkMatchesTheModel() {
        long seed = ThreadLocalRandom.current().nextLong();
        StorageWalk walk = new StorageWalk(seed, "");
        try {
            for (int taken = 0; taken < walkSteps(); taken += 20) {
                walk.take(storage, 20);
                walk.check(taken % 100 == 0 ? open() : storage);
            }
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("the walk with seed " + seed + " went wrong: " + e.getMessage(), e);
        }
    }

    // ---- helpers

    /** Makes {@link #MAIN} with one file. */
    protected final void mainWith(String file, String contents) {
        Trees.create(storage, MAIN, Map.of());
        TreeText.write(storage.directory(MAIN), file, contents);
    }

    /** Takes a snapshot without attributes. */
    protected final void snapshot(VolumeId volume, SnapshotId snapshot) {
        storage.snapshot(volume, snapshot, Map.of(), CopyProgress.NONE);
    }

    /** Makes a clone without attributes. */
    protected final void clone(SnapshotId snapshot, VolumeId volume) {
        Trees.clone(storage, snapshot, volume, Map.of());
    }

    private void destroy(StoredId id) {
        if (id instanceof VolumeId volume) {
            storage.destroy(volume);
        } else if (id instanceof SnapshotId snapshot) {
            storage.destroy(snapshot);
        }
    }

    private Path directory(StoredId id) {
        return id instanceof VolumeId volume ? storage.directory(volume) : storage.directory((SnapshotId) id);
    }

    private List<StoredId> listed() {
        Listing listing = storage.list();
        return Stream.<StoredId>concat(
                        listing.volumes().stream().map(StoredVolume::id),
                        listing.snapshots().stream().map(StoredSnapshot::id))
                .toList();
    }

    private void assertNothingButMainAnd(SnapshotId snapshot) {
        assertThat(listed()).containsExactly(MAIN, snapshot);
    }

    private void assertNothingButMain() {
        assertThat(listed()).containsExactly(MAIN);
    }

    private Map<String, String> attributes(StoredId id) {
        Listing listing = storage.list();
        return Stream.concat(
                        listing.volumes().stream()
                                .filter(v -> v.id().equals(id))
                                .map(StoredVolume::attributes),
                        listing.snapshots().stream()
                                .filter(s -> s.id().equals(id))
                                .map(StoredSnapshot::attributes))
                .findFirst()
                .orElseThrow();
    }

    private static void together(List<Callable<Void>> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(work.size());
        try {
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
