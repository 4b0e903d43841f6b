package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.diff.DiffStat;
import dev.zvpg.diff.TableDiff;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.ServerException;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.storage.MemoryStorage;
import dev.zvpg.storage.StorageFeature;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What a comparison works on, and that nothing is left of it. */
@Execution(ExecutionMode.SAME_THREAD) // they count what is held
class DiffsTest {

    @TempDir
    Path directory;

    private final FakeLauncher launcher = new FakeLauncher();
    private final MemoryStorage storage = MemoryStorage.with(StorageFeature.ATOMIC_SNAPSHOT);
    private Repository repo;
    private Branch main;
    private Snapshot v1;

    @BeforeEach
    void makeRepository() {
        repo = Zvpg.at(directory.resolve("home"))
                .storage(storage::reopen)
                .postgres(launcher)
                .init();
        main = repo.branch("main");
        put(main, "kept", "1");
        put(main, "changed", "1");
        v1 = main.snapshot("v1", "");
    }

    @AfterEach
    void closeRepository() {
        assertThat(storage.drafts()).as("scratch clones left").isEmpty();
        assertThat(launcher.contentsHeld()).isZero();
        repo.close();
    }

    private static void put(WorkingCopy copy, String key, String value) {
        Launched.fake(copy.start()).put(key, value);
    }

    @Test
    void comparesSnapshotsOfOneLineAndOfTwo() {
        put(main, "changed", "2");
        Snapshot v2 = main.snapshot("v2", "");
        Branch feature = v1.branch("feature");
        put(feature, "new", "3");
        Snapshot f1 = feature.commit("");
        try (Diff diff = v1.diff(v2)) {
            assertThat(diff.stat()).isEqualTo(new DiffStat(1, 0, 1, 0, 0, 0));
            assertThat(diff.table("public.rows").method()).isEqualTo(TableDiff.Method.TOUCHED_PAGES);
        }
        try (Diff diff = v2.diff(f1)) {
            assertThat(diff.stat()).isEqualTo(new DiffStat(1, 1, 1, 0, 0, 0));
        }
        try (Diff diff = v2.diff(v2)) {
            assertThat(diff.tables()).isEmpty();
        }
    }

    @Test
    void takesUnsavedWorkInASnapshotThatIsGoneAfterwards() {
        put(main, "unsaved", "x");
        Clone clone = v1.clone("trial");
        try (Diff diff = clone.diff(main)) {
            assertThat(diff.stat()).isEqualTo(new DiffStat(1, 1, 0, 0, 0, 0));
            assertThat(repo.snapshots()).containsExactly(v1);
        }
        assertThat(clone.findServer()).as("a clone that nobody wrote to").isEmpty();
        assertThat(main.findServer()).as("goes on").isPresent();
        main.stop();
        put(clone, "unsaved", "y");
        try (Diff diff = clone.diff(main)) {
            assertThat(diff.stat()).isEqualTo(new DiffStat(1, 0, 1, 0, 0, 0));
        }
        assertThat(main.findServer()).isEmpty();
        assertThat(repo.snapshots()).containsExactly(v1);
        launcher.failNextStart(new ServerException("no memory"));
        assertThatThrownBy(() -> clone.diff(main)).isInstanceOf(ServerException.class);
        assertThat(repo.snapshots()).containsExactly(v1);
    }

    @Test
    void letsGoOfEverythingWhenOneSideDoesNotStart() {
        put(main, "changed", "2");
        Snapshot v2 = main.snapshot("v2", "");
        launcher.failNextStart(new ServerException("no memory"));
        assertThatThrownBy(() -> v1.diff(v2))
                .isInstanceOf(ServerException.class)
                .hasMessage("no memory");
    }

    @Test
    void refusesWhatIsDeletedOrOfAnotherRepository() {
        Snapshot v2 = main.snapshot("v2", "");
        v2.delete();
        assertThatThrownBy(() -> v1.diff(v2)).isInstanceOf(NotFoundException.class);
        try (Repository other = Zvpg.at(directory.resolve("other"))
                .storage(() -> MemoryStorage.with(StorageFeature.ATOMIC_SNAPSHOT))
                .postgres(launcher)
                .init()) {
            assertThatThrownBy(() -> v1.diff(other.branch("main")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("one repository");
        }
    }

    @Test
    void endsWithItsThreadsInterrupt() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> v1.diff(v1)).isInstanceOf(OperationInterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void closingTheRepositoryEndsIt() {
        put(main, "changed", "2");
        Diff diff = v1.diff(main.snapshot("v2", ""));
        repo.close();
        assertThat(storage.drafts()).isEmpty();
        diff.close();
    }
}
