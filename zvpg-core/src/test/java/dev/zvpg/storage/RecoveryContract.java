package dev.zvpg.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.NotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every storage promises of what the dead have left, and after it was closed. */
public abstract class RecoveryContract extends StoredFilesContract {

    /** Waits until another process has written a line that begins with something. */
    static List<String> linesUntil(OtherProcess other, String beginning) throws IOException {
        List<String> lines = new ArrayList<>();
        while (true) {
            List<String> line = other.lines(1);
            lines.addAll(line);
            assertThat(line).as("another line than %s", lines).isNotEmpty();
            if (line.get(0).startsWith(beginning)) {
                return lines;
            }
        }
    }

    /** Kills another process when it has made what it should. */
    private void killed(List<String> work, Runnable whileItLives) throws IOException, InterruptedException {
        try (OtherProcess other = ground.start(work)) {
            linesUntil(other, StorageWork.WAITING);
            whileItLives.run();
            other.kill();
        }
    }

    // ---- recovering

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
    void theDraftsOfTheDeadAreAbandonedAndThoseOfTheLivingAreNot() throws Exception {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        killed(StorageWork.drafts(MAIN, V1, CLONE), () -> {
            assertDrafts(false);
            storage.recover(volume -> true);
            open().recover(volume -> true);
            assertDrafts(false);
            assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(Map.of("file", "x", "half", "made"));
        });
        assertDrafts(true);
        assertNothingButMainAnd(V1);
        assertThat(storage.foreign()).isEmpty();
        assertThat(TreeText.read(open().directory(CLONE))).isEqualTo(Map.of("file", "x", "half", "made"));
        assertThatThrownBy(() -> clone(V1, CLONE)).isInstanceOf(AlreadyExistsException.class);

        storage.recover(volume -> true);

        assertThat(storage.drafts()).isEmpty();
        assertNothingButMainAnd(V1);
        assertThatThrownBy(() -> storage.directory(CLONE)).isInstanceOf(NotFoundException.class);
        clone(V1, CLONE);
        Trees.create(storage, StorageWork.CREATED, Map.of());
        snapshot(MAIN, StorageWork.IMAGE);
        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(Map.of("file", "x"));
        destroyEverything();
    }

    private void assertDrafts(boolean abandoned) {
        for (Storage each : List.of(storage, open())) {
            assertThat(each.drafts())
                    .containsExactlyInAnyOrder(
                            new StoredDraft(CLONE, abandoned), new StoredDraft(StorageWork.CREATED, abandoned));
        }
    }

    @Test
    void anAbandonedDraftGoesOnlyWhenItMay() throws Exception {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        killed(StorageWork.drafts(MAIN, V1, CLONE), () -> {});
        List<VolumeId> asked = new ArrayList<>();
        storage.recover(volume -> {
            asked.add(volume);
            return volume.equals(StorageWork.CREATED);
        });
        assertThat(asked).containsExactlyInAnyOrder(CLONE, StorageWork.CREATED);
        assertThat(storage.drafts()).containsExactly(new StoredDraft(CLONE, true));
        assertThatThrownBy(() -> storage.recover(volume -> {
                    throw new ArithmeticException("it may not");
                }))
                .isInstanceOf(ArithmeticException.class);
        assertThat(storage.drafts()).containsExactly(new StoredDraft(CLONE, true));
        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(Map.of("file", "x", "half", "made"));
        storage.recover(volume -> true);
        assertThat(storage.drafts()).isEmpty();
        destroyEverything();
    }

    @Test
    void whoIsAskedWhetherADraftMayGoMayAskTheStorage() throws Exception {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        killed(StorageWork.drafts(MAIN, V1, CLONE), () -> {});
        Storage other = open();
        storage.recover(volume -> {
            assertThat(storage.directory(volume)).isDirectory();
            CompletableFuture.runAsync(() -> {
                        assertThat(other.list().volumes()).hasSize(1);
                        other.update(List.of(AttributeChange.set(MAIN, Map.of(volume.value(), "asked"))));
                    })
                    .orTimeout(2, TimeUnit.MINUTES)
                    .join();
            return true;
        });
        assertThat(attributes(MAIN)).hasSize(2);
        assertThat(storage.drafts()).isEmpty();
    }

    @Test
    void theDraftsOfTheDeadCanBeDestroyed() throws Exception {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        killed(StorageWork.drafts(MAIN, V1, CLONE), () -> storage.destroy(StorageWork.CREATED));
        storage.destroy(CLONE);
        assertThat(storage.drafts()).isEmpty();
        assertThatThrownBy(() -> storage.destroy(CLONE)).isInstanceOf(NotFoundException.class);
        storage.recover(volume -> true); // where there is an image
        destroyEverything();
    }

    @Test
    void whatTheDeadHaveTakenThePlaceOfIsGone() throws Exception {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        killed(StorageWork.replace(MAIN, V1, CLONE), () -> assertThat(listed()).containsExactly(CLONE, V1));
        assertThat(listed()).containsExactly(CLONE, V1);
        assertThat(storage.foreign()).isEmpty();
        storage.recover(volume -> true);
        assertThat(listed()).containsExactly(CLONE, V1);
        assertThat(storage.drafts()).isEmpty();
        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(Map.of("file", "x"));
        assertThat(TreeText.read(storage.directory(V1))).isEqualTo(Map.of("file", "x"));
        destroyEverything();
    }

    @Test
    void whatIsHalfCopiedWhenItsMakerDiesIsNothing() throws Exception {
        mainWith("dir/file", "x".repeat(100_000));
        snapshot(MAIN, V1);
        SnapshotId image = new SnapshotId("half");
        killed(StorageWork.cloneHalf(V1, CLONE), () -> assertNothingButMainAnd(V1));
        if (!storage.features().contains(StorageFeature.ATOMIC_SNAPSHOT)) { // else it is made at once
            killed(StorageWork.snapshotHalf(MAIN, image), () -> assertNothingButMainAnd(V1));
        }
        assertNothingButMainAnd(V1);
        assertThat(storage.foreign()).isEmpty();
        storage.recover(volume -> true);
        assertNothingButMainAnd(V1);
        assertThat(storage.drafts()).isEmpty();
        clone(V1, CLONE);
        snapshot(MAIN, image);
        for (StoredId id : listed()) {
            assertThat(TreeText.read(directory(id))).containsEntry("dir/file", "x".repeat(100_000));
        }
        destroyEverything();
    }

    // ---- closing and reopening

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

        List<Runnable> verbs = new ArrayList<>(List.of(
                () -> Trees.create(storage, CLONE, Map.of()),
                () -> snapshot(MAIN, new SnapshotId("v2")),
                () -> clone(V1, CLONE),
                () -> storage.update(List.of(AttributeChange.set(MAIN, Map.of("a", "1")))),
                () -> storage.destroy(MAIN),
                () -> storage.destroy(V1),
                () -> storage.list(),
                () -> storage.foreign(),
                () -> storage.drafts(),
                () -> storage.location(MAIN),
                () -> storage.directory(MAIN),
                () -> storage.directory(V1),
                () -> storage.changes(V1, MAIN),
                () -> storage.recover(volume -> true)));
        if (!storage.features().contains(StorageFeature.ATOMIC_SNAPSHOT)) {
            verbs.add(() -> storage.copy(MAIN, new SnapshotId("v2"), CopyProgress.NONE));
        }
        for (Runnable verb : verbs) {
            assertThatThrownBy(verb::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
        Storage again = open();
        assertThat(again.list().volumes()).hasSize(1);
        assertThat(TreeText.read(again.directory(V1))).isEqualTo(Map.of("file", "x"));
    }
}
