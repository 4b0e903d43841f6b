package dev.zvpg.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ZvpgException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every storage promises of drafts. */
public abstract class DraftContract extends StorageFixture {

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
    void aDraftOutlivesTheStorageObjectThatMadeIt() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        VolumeId lost = new VolumeId("lost");
        Storage theirs = open();
        try (Draft kept = theirs.clone(V1, CLONE, CopyProgress.NONE);
                Draft thrownAway = theirs.clone(V1, lost, CopyProgress.NONE)) {
            theirs.close();
            storage.recover(volume -> true);
            assertThat(storage.drafts())
                    .containsExactlyInAnyOrder(new StoredDraft(CLONE, false), new StoredDraft(lost, false));
            TreeText.write(kept.directory(), "file", "changed");
            kept.publish(Map.of("a", "1"));
            thrownAway.close();
        }
        assertThat(listed()).containsExactly(MAIN, CLONE, V1);
        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(Map.of("file", "changed"));
        assertThat(storage.drafts()).isEmpty();
        destroyEverything();
    }

    @Test
    void noOtherVerbFindsADraft() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        AttributeChange ofMain = AttributeChange.set(MAIN, Map.of("a", "1"));
        AttributeChange ofDraft = AttributeChange.set(CLONE, Map.of("a", "1"));
        SnapshotId image = new SnapshotId("image");
        try (Draft draft = storage.clone(V1, CLONE, CopyProgress.NONE);
                Draft another = storage.clone(V1, new VolumeId("another"), CopyProgress.NONE)) {
            List<Runnable> verbs = new ArrayList<>(List.of(
                    () -> snapshot(CLONE, image),
                    () -> storage.update(List.of(ofMain, ofDraft)),
                    () -> storage.destroy(CLONE, List.of(ofMain)),
                    () -> storage.destroy(V1, List.of(ofMain, ofDraft)),
                    () -> another.publishInPlaceOf(CLONE, Map.of())));
            if (!storage.features().contains(StorageFeature.ATOMIC_SNAPSHOT)) {
                verbs.add(() -> storage.copy(CLONE, image, CopyProgress.NONE));
            }
            for (Runnable verb : verbs) {
                assertThatThrownBy(verb::run)
                        .isInstanceOf(NotFoundException.class)
                        .hasMessageContaining(CLONE.value());
            }
            assertNothingButMainAnd(V1);
            assertThat(attributes(MAIN)).isEmpty();
            assertThat(TreeText.read(draft.directory())).isEqualTo(Map.of("file", "x"));
            draft.publish(Map.of());
            another.publish(Map.of());
        }
        assertThat(storage.list().volumes()).hasSize(3);
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
            assertThatThrownBy(() -> clone(V1, CLONE)).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> snapshot(MAIN, V1)).isInstanceOf(AlreadyExistsException.class);
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
}
