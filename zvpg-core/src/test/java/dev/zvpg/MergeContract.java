package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.DivergedException;
import dev.zvpg.error.MergeConflictException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.merge.MergeReport;
import dev.zvpg.server.ServerState;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;

/** What the domain promises of merges, above all of those into a branch that has not moved. */
public abstract class MergeContract extends ThreeWayMergeContract {

    /** A branch with one snapshot more than main, which holds {@code a=1}. */
    private Branch feature() {
        put(main(), "a", "1");
        Branch feature = main().snapshot("v1", "").branch("feature");
        put(feature, "a", "2");
        feature.snapshot("f1", "");
        return feature;
    }

    @Test
    void aMergeGivesABranchTheStateAndTheHistoryOfTheOther() {
        Branch feature = feature();
        int port = main().server().port();
        feature.snapshot("f2", "");

        List<String> events = eventsOf(() -> {
            MergeResult result = main().merge(feature);
            assertThat(result.kind()).isEqualTo(MergeResult.Kind.FAST_FORWARD);
            assertThat(result.snapshot().ref()).isEqualTo("feature@f2");
            assertThat(result.saved()).isEmpty();
            assertThat(result.before().ref()).isEqualTo("main@v1");
            assertThat(result.report()).isEqualTo(MergeReport.NOTHING);
        });

        assertThat(events).containsExactly("ServerStopped", "BranchMerged", "ServerStarted");
        assertThat(rows(main())).isEqualTo(Map.of("a", "2"));
        assertThat(main().server().port()).isEqualTo(port);
        assertThat(main().log()).extracting(SnapshotInfo::ref).containsExactly("feature@f2", "feature@f1", "main@v1");
        assertThat(repo.snapshot("main@latest").ref()).isEqualTo("feature@f2");
        assertThat(main().isDirty()).isFalse();
        assertThat(main().snapshots()).extracting(Snapshot::name).containsExactly("v1");
        assertThat(openStorageVolumes()).hasSize(2);
        put(feature, "b", "3");
        assertThat(rows(main())).isEqualTo(Map.of("a", "2"));
        put(main(), "c", "4");
        assertThat(main().snapshot("v2", "").info().parents()).containsExactly("feature@f2");
        assertThat(rows(feature)).isEqualTo(Map.of("a", "2", "b", "3"));
    }

    @Test
    void aMergeSavesTheUnsavedWorkOfTheOtherFirst() {
        Branch feature = feature();
        put(feature, "b", "not in a snapshot");
        MergeResult result = main().merge(feature);
        Snapshot saved = result.saved().orElseThrow();
        assertThat(result.snapshot()).isEqualTo(saved);
        assertThat(feature.head()).contains(saved);
        assertThat(saved.info().message()).isEqualTo("before the merge into main");
        assertThat(rows(main())).isEqualTo(rows(feature)).hasSize(2);
        assertThat(feature.isDirty()).isFalse();
    }

    @Test
    void aMergeOfAStoppedBranchLeavesItStoppedAndClean() {
        Branch feature = feature();
        main().stop();
        main().merge(feature);
        assertThat(main().state()).isEqualTo(ServerState.STOPPED);
        assertThat(main().isDirty()).isFalse();
        assertThat(rows(main())).isEqualTo(Map.of("a", "2"));
    }

    @Test
    void aMergeOfWhatABranchHasAlreadyDoesNothing() {
        Branch feature = feature();
        main().merge(feature);
        Map<String, Map<String, String>> before = everything();
        assertThat(eventsOf(() -> {
                    MergeResult again = main().merge(feature);
                    assertThat(again.kind()).isEqualTo(MergeResult.Kind.UP_TO_DATE);
                    assertThat(again.snapshot().ref()).isEqualTo("feature@f1");
                    assertThat(again.saved()).isEmpty();
                    assertThat(again.before()).isEqualTo(again.snapshot());
                }))
                .isEmpty();
        assertThat(everything()).isEqualTo(before);
        put(main(), "b", "3");
        assertThat(main().merge(feature).kind()).isEqualTo(MergeResult.Kind.UP_TO_DATE);
        main().snapshot("v2", "");
        assertThat(main().merge(feature).snapshot().ref()).isEqualTo("main@v2");
    }

    @Test
    void twoBranchesMergeToAndFro() {
        Branch feature = feature();
        for (int i = 0; i < 3; i++) {
            assertThat(main().merge(feature).kind()).isEqualTo(MergeResult.Kind.FAST_FORWARD);
            put(main(), "main", "" + i);
            main().snapshot("m" + i, "");
            assertThat(feature.merge(main()).kind()).isEqualTo(MergeResult.Kind.FAST_FORWARD);
            put(feature, "feature", "" + i);
        }
        assertThat(rows(feature)).isEqualTo(Map.of("a", "2", "main", "2", "feature", "2"));
        assertThat(feature.log())
                .extracting(SnapshotInfo::name)
                .startsWith("m2")
                .endsWith("v1")
                .doesNotHaveDuplicates();
        assertThat(openStorageVolumes()).hasSize(2);
    }

    @Test
    void whatWasMergedOutlivesTheBranchThatItCameFrom() {
        Branch feature = feature();
        main().merge(feature);
        feature.discard();
        assertThat(reopen().branches()).hasSize(1);
        assertThat(rows(main())).isEqualTo(Map.of("a", "2"));
        assertThat(main().log()).extracting(SnapshotInfo::ref).containsExactly("feature@f1", "main@v1");
        Snapshot saved = main().resetTo(repo.snapshot("main@v1")).orElseThrow();
        assertThat(rows(saved.clone("merged"))).isEqualTo(Map.of("a", "2"));
    }

    @Test
    void branchesWithoutACommonSnapshotAreNotMerged() {
        Branch feature = feature();
        main().snapshot("v2", "");
        repo.snapshot("main@v1").discard();
        assertDiverged(feature);
        repo.snapshot("main@v2").delete();
        assertDiverged(feature);
        put(feature, "b", "unsaved");
        repo.snapshot("feature@f1").delete();
        assertDiverged(feature);
    }

    private void assertDiverged(Branch other) {
        Map<String, Map<String, String>> before = everything();
        ServerState state = main().state();
        for (ThrowableAssert.ThrowingCallable verb : List.<ThrowableAssert.ThrowingCallable>of(
                () -> main().merge(other), () -> main().rehearseMerge(other))) {
            assertThatThrownBy(verb)
                    .isInstanceOf(DivergedException.class)
                    .hasMessage("cannot merge feature into main: no snapshot is in the history of both; to make main "
                            + "what feature is, reset it to a snapshot of feature");
        }
        assertThat(everything()).isEqualTo(before);
        assertThat(main().state()).isEqualTo(state);
    }

    @Test
    void whatIsWrittenAtTheLastMomentIsSeen() {
        Branch feature = feature();
        put(feature, "b", "unsaved");
        Map<String, Map<String, String>> before = everything();
        launcher.afterNextDisarm( // while main still runs
                () -> Launched.fake(main().server()).put("a", "a session's last words"));
        assertThatThrownBy(() -> main().merge(feature)).isInstanceOf(MergeConflictException.class);
        assertThat(everything()).isEqualTo(before);
        assertThat(main().state()).isEqualTo(ServerState.RUNNING);
        assertThat(rows(main())).isEqualTo(Map.of("a", "a session's last words"));
        main().resetTo(repo.snapshot("main@v1"));
        launcher.afterNextDisarm(() -> Launched.fake(main().server()).put("c", "last words"));
        assertThat(main().merge(feature).kind()).isEqualTo(MergeResult.Kind.MERGED);
        assertThat(rows(main())).isEqualTo(Map.of("a", "2", "b", "unsaved", "c", "last words"));
    }

    @Test
    void aMergeThatFailsChangesNothing() {
        Branch feature = feature();
        put(feature, "b", "unsaved");
        Map<String, Map<String, String>> before = everything();
        launcher.failNext(new ServerException("provoked"));
        assertThatThrownBy(() -> main().merge(feature)).hasMessage("provoked");
        assertThat(everything()).isEqualTo(before);
        assertThat(main().state()).isEqualTo(ServerState.RUNNING);
        assertThat(rows(main())).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void aServerThatDoesNotStartAfterAMergeLeavesTheBranchMerged() {
        Branch feature = feature();
        put(feature, "b", "unsaved");
        launcher.failNextStart(new ServerException("provoked"));
        assertThatThrownBy(() -> main().merge(feature)).hasMessage("provoked");
        assertThat(main().state()).isEqualTo(ServerState.STOPPED);
        assertThat(rows(main())).isEqualTo(rows(feature)).containsEntry("b", "unsaved");
        assertThat(main().head()).isEqualTo(feature.head());
        assertThat(openStorageVolumes()).hasSize(2);
    }

    @Test
    void aBranchIsNotMergedWithItselfOrWithAStrangerOrWithADeletedOne() {
        Branch feature = feature();
        assertThatThrownBy(() -> main().merge(main()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot merge branch main with itself");
        try (Repository other =
                Zvpg.at(directory.resolve("other")).postgres(launcher).init()) {
            assertThatThrownBy(() -> main().merge(other.branch("main")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another repository");
        }
        feature.discard();
        assertThatThrownBy(() -> main().merge(feature))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("branch feature was deleted");
    }

    @Test
    void mergesInBothDirectionsAtOnceWaitForEachOther() throws Exception {
        Branch feature = feature();
        Branch main = main();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> there = threads.submit(() -> {
                for (int i = 0; i < 10; i++) {
                    main.merge(feature);
                }
            });
            Future<?> back = threads.submit(() -> {
                for (int i = 0; i < 10; i++) {
                    feature.merge(main);
                }
            });
            there.get();
            back.get();
        } finally {
            threads.shutdownNow();
        }
        assertThat(rows(main)).isEqualTo(rows(feature)).isEqualTo(Map.of("a", "2"));
        assertThat(openStorageVolumes()).hasSize(2);
    }
}
