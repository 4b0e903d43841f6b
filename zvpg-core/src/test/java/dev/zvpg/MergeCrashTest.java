package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.MergeConflictException;
import dev.zvpg.error.Problem;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.merge.Resolver;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.server.FakeServer;
import dev.zvpg.storage.MemoryStorage;
import dev.zvpg.storage.StorageFeature;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cuts a merge off around its commits, in one database and in two. It is in the branch and in its history exactly once,
 * or in neither.
 */
class MergeCrashTest {

    /** Not an exception that anybody handles. */
    private static final class Kill extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** What is in two databases before, and after a merge that adds. */
    private static final Map<String, String> BEFORE = Map.of("one.n", "10", "two.n", "20");

    private static final Map<String, String> MERGED = Map.of("one.n", "11", "two.n", "22");

    @TempDir
    Path directory;

    private final FakeLauncher launcher = new FakeLauncher();
    private final MemoryStorage storage = MemoryStorage.with(StorageFeature.ATOMIC_SNAPSHOT);
    private Repository repo;

    @BeforeEach
    void makeTwoBranches() {
        repo = zvpg(storage.reopen()).init();
        put(main(), "one.n", "0");
        put(main(), "two.n", "0");
        Branch feature = main().snapshot("v1", "").branch("feature");
        put(feature, "one.n", "1");
        put(feature, "two.n", "2");
        feature.snapshot("f1", "");
        put(main(), "one.n", "10");
        put(main(), "two.n", "20");
        main().snapshot("v2", "");
    }

    @AfterEach
    void close() {
        repo.close();
    }

    private Zvpg zvpg(MemoryStorage opened) {
        return Zvpg.at(directory.resolve("home")).storage(() -> opened).postgres(launcher);
    }

    private void reopen() {
        repo.close();
        repo = zvpg(storage.reopen()).open();
    }

    private Branch main() {
        return repo.branch("main");
    }

    private static void put(WorkingCopy copy, String key, String value) {
        Launched.fake(copy.start()).put(key, value);
    }

    private Map<String, String> rows() {
        return FakeServer.rowsOf(main().dataDirectory());
    }

    private boolean isNoted() {
        return storage.list().volumes().stream()
                .anyMatch(volume -> volume.attributes().containsKey(CopyRecord.MERGING));
    }

    private MergeResult merge() {
        return merge(main());
    }

    private MergeResult merge(Branch into) {
        return into.merge(repo.branch("feature"), MergeCrashTest::adding);
    }

    private static MergeOptions adding(MergeOptions options) {
        return options.resolve("*", Resolver.ADD).message("adds");
    }

    private void failAt(String moment, Throwable failure) {
        launcher.onCommit(now -> {
            if (now.equals(moment)) {
                launcher.onCommit(later -> {});
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) failure;
            }
        });
    }

    private void killAt(String moment) {
        failAt(moment, new Kill());
        assertThatThrownBy(this::merge).isInstanceOf(Kill.class);
        assertThat(isNoted()).isTrue();
    }

    private void assertMergedOnce() {
        assertThat(rows()).isEqualTo(MERGED);
        assertThat(isNoted()).isFalse();
        assertThat(main().log())
                .extracting(SnapshotInfo::ref)
                .endsWith("main@v2", "feature@f1", "main@v1")
                .hasSize(4);
        assertThat(merge().kind()).isEqualTo(MergeResult.Kind.UP_TO_DATE);
        assertThat(main().isDirty()).isFalse();
    }

    @Test
    void whatWasUndoneIsForgottenAndCanBeDoneAgain() {
        killAt("before one");
        reopen();
        assertThat(isNoted()).isFalse();
        assertThat(rows()).isEqualTo(BEFORE);
        assertThat(main().head()).map(Snapshot::name).contains("v2");
        assertThat(merge().kind()).isEqualTo(MergeResult.Kind.MERGED);
        assertMergedOnce();
    }

    @Test
    void whatWasCommittedGetsItsSnapshotWhenTheRepositoryIsOpened() {
        killAt("after two");
        assertThat(rows()).isEqualTo(MERGED);
        main().stop();
        reopen();
        assertMergedOnce();
        assertThat(main().findServer()).as("stopped, as it was found").isEmpty();
        assertThat(main().head().orElseThrow().info().message()).isEqualTo("merge of feature into main");
    }

    @Test
    void whatWasCommittedInOneDatabaseOnlyIsDoneInTheOtherWhereNobodyMinds() {
        launcher.onCommit(now -> {}); // nothing of theirs is in conflict in database two
        main().resetTo(repo.snapshot("main@v1"));
        put(main(), "three.n", "30");
        main().snapshot("v3", "");
        killAt("before two");
        assertThat(rows()).isEqualTo(Map.of("one.n", "1", "two.n", "0", "three.n", "30"));
        reopen();
        assertThat(rows()).isEqualTo(Map.of("one.n", "1", "two.n", "2", "three.n", "30"));
        assertThat(isNoted()).isFalse();
        assertThat(merge().kind()).isEqualTo(MergeResult.Kind.UP_TO_DATE);
    }

    @Test
    void whatOnlyTheCallerCanResolveWaitsForTheNextMerge() {
        killAt("after one");
        reopen();
        assertThat(isNoted()).isTrue();
        assertThat(repo.doctor())
                .extracting(Problem::what)
                .containsExactly(
                        "a merge into branch main is not at its end: it goes on at this moment, or was cut off");
        assertThat(rows()).isEqualTo(Map.of("one.n", "11", "two.n", "20"));

        Snapshot half = main().snapshot("half", ""); // what it holds can be saved all the same
        assertThat(half.info().parents()).containsExactly("main@v2");
        assertThatThrownBy(() -> repo.snapshot("feature@f1").delete())
                .isInstanceOf(InUseException.class)
                .hasMessageContaining("it is being merged into branch main");
        assertThatThrownBy(() -> main().merge(repo.branch("feature"))).isInstanceOf(MergeConflictException.class);
        assertThat(isNoted()).isTrue();

        assertThat(merge().kind()).isEqualTo(MergeResult.Kind.UP_TO_DATE);
        assertThat(rows()).isEqualTo(MERGED);
        assertThat(isNoted()).isFalse();
        SnapshotInfo head = main().head().orElseThrow().info();
        assertThat(head.parents()).containsExactly("main@half", "feature@f1");
        assertThat(head.message()).isEqualTo("adds");
    }

    @Test
    void whatIsTakenUpAgainAndCutOffAgainIsDoneOnceInEachDatabase() {
        killAt("after one");
        killAt("before two");
        assertThat(merge().kind()).isEqualTo(MergeResult.Kind.UP_TO_DATE);
        assertMergedOnce();
    }

    @Test
    void whatWasUndoneAtFirstAndCommittedThenIsAtItsEnd() {
        killAt("after one");
        killAt("after two");
        Snapshot v3 = main().snapshot("v3", "");
        assertThat(isNoted()).isFalse();
        assertThat(v3.parents().get(0).info().parents()).containsExactly("main@v2", "feature@f1");
    }

    @Test
    void theNextSnapshotFollowsTheMerge() {
        killAt("after two");
        Snapshot v3 = main().snapshot("v3", "");
        assertThat(isNoted()).isFalse();
        assertThat(v3.parents().get(0).info().parents()).containsExactly("main@v2", "feature@f1");
    }

    @Test
    void aResetTakesTheMergeAway() {
        killAt("after two");
        main().resetTo(repo.snapshot("main@v2"), options -> options.save(false));
        assertThat(isNoted()).isFalse();
        reopen();
        assertThat(rows()).isEqualTo(BEFORE);
        assertThat(main().log()).extracting(SnapshotInfo::ref).containsExactly("main@v2", "main@v1");
        merge();
        assertMergedOnce();
    }

    @Test
    void whatABranchIsJustGettingOutlivesTheBranchThatItComesFrom() {
        killAt("after two");
        repo.branch("feature").discard();
        assertThat(repo.findSnapshot("feature@f1")).isPresent();
        main().snapshot("v3", "");
        repo.snapshot("main@v3").delete();
        assertThat(repo.findSnapshot("feature@f1")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"after one", "before two", "after two"})
    void aCommitThatFailsHalfwayIsBroughtToItsEnd(String moment) {
        failAt(moment, new ServerException("the connection was lost"));
        MergeResult result = merge();
        assertThat(result.kind()).isEqualTo(MergeResult.Kind.MERGED);
        assertThat(result.snapshot().info().message()).isEqualTo("adds");
        assertMergedOnce();
    }

    @Test
    void aCommitThatFailsChangesNothing() {
        put(main(), "three.n", "unsaved");
        failAt("before one", new ServerException("the connection was lost"));
        assertThatThrownBy(this::merge).hasMessage("the connection was lost");
        assertThat(isNoted()).isFalse();
        assertThat(rows()).containsAllEntriesOf(BEFORE);
        assertThat(repo.snapshots()).hasSize(3);
        assertThat(main().isDirty()).isTrue();
    }

    @Test
    void aPowerCutAtAnyPointMergesOnceOrNotAtAll() {
        int point = 0;
        boolean finished = false;
        while (!finished) {
            reopen();
            Branch into = repo.snapshot("main@v2").branch("into-" + point);
            into.start();
            repo.close();
            MemoryStorage opened = storage.reopen();
            repo = zvpg(opened).open();
            into = repo.branch("into-" + point);
            AtomicInteger points = new AtomicInteger();
            int last = point++;
            opened.hook((verb, target, moment) -> {
                if (points.getAndIncrement() >= last) {
                    throw new Kill();
                }
            });
            try {
                merge(into);
                finished = true;
            } catch (Kill e) {
                // as it is meant
            }
            opened.hook((verb, target, moment) -> {});
            reopen();
            into = repo.branch(into.name());
            merge(into);
            assertThat(FakeServer.rowsOf(into.dataDirectory()))
                    .as("point %d", last)
                    .isEqualTo(MERGED);
            assertThat(into.log()).as("point %d", last).hasSize(4);
            assertThat(into.isDirty()).isFalse();
        }
        assertThat(point).isGreaterThan(10);
    }
}
