package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.NotMergedException;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.server.ServerState;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.Storage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What the domain promises of branches of branches, of their names, and of what they hold that no snapshot has. */
public abstract class BranchContract extends DomainGround {

    // --- branches of branches ---

    @Test
    void aBranchOfABranchStartsAsItsHead() {
        put(main(), "a", "1");
        main().snapshot("v1", "");
        put(main(), "a", "not in a snapshot");

        Branch feature = main().branch("feature/new-api");
        put(feature, "b", "2");
        feature.snapshot("f1", "");
        Branch deep = feature.branch("feature/new-api/part/1", o -> o.port(6007));

        assertThat(rows(deep)).isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(deep.info().start()).contains("feature/new-api@f1");
        assertThat(deep.info().port()).isEqualTo(6007);
        assertThat(deep.log()).extracting(SnapshotInfo::ref).containsExactly("feature/new-api@f1", "main@v1");
        assertThat(repo.snapshots()).hasSize(2);
    }

    @Test
    void aBranchOfABranchWithoutASnapshotTakesOne() {
        put(main(), "a", "1");
        Branch feature = main().branch("feature");
        assertThat(rows(feature)).isEqualTo(Map.of("a", "1"));
        assertThat(main().log())
                .singleElement()
                .satisfies(info -> assertThat(info.message()).isEqualTo("where branch feature begins"));
        assertThat(feature.head()).isEqualTo(main().head());
        assertThat(feature.branch("deep").head()).isEqualTo(main().head());
        assertThat(repo.snapshots()).hasSize(1);
    }

    @Test
    void aBranchOfABranchThatCannotBeMadeLeavesNoSnapshotBehind() {
        assertThatThrownBy(() -> main().branch("main")).isInstanceOf(AlreadyExistsException.class);
        assertThatThrownBy(() -> main().branch("a b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> main().branch("feature", o -> o.setting("port", "1")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> main().branch("feature", o -> o.port(5432)))
                .isInstanceOf(ConfigurationException.class);
        launcher.failNext(new ServerException("provoked"));
        assertThatThrownBy(() -> main().branch("feature")).hasMessage("provoked");
        assertThat(repo.snapshots()).isEmpty();
        assertThat(openStorageVolumes()).hasSize(1);
    }

    // --- names ---

    @Test
    void aRenamedBranchIsTheSameBranchByAnotherName() {
        Branch feature = main().snapshot("v1", "").branch("feature");
        Snapshot f1 = feature.snapshot("f1", "");
        f1.branch("topic");
        RunningServer server = feature.start();
        put(feature, "a", "1");

        List<String> events = eventsOf(() -> {
            Branch renamed = feature.rename("release/2.0");
            assertThat(renamed).isEqualTo(feature);
            assertThat(renamed.name()).isEqualTo("release/2.0");
        });

        assertThat(events).containsExactly("BranchRenamed");
        assertThat(server.isRunning()).isTrue();
        assertThat(reopen().branches()).extracting(Branch::name).containsExactly("main", "release/2.0", "topic");
        Branch renamed = repo.branch("release/2.0");
        assertThat(renamed.server().port()).isEqualTo(server.port());
        assertThat(rows(renamed)).containsEntry("a", "1");
        assertThat(repo.findBranch("feature")).isEmpty();
        assertThat(repo.snapshot("release/2.0@f1")).isEqualTo(f1);
        assertThat(repo.snapshot("f1").ref()).isEqualTo("release/2.0@f1");
        assertThat(repo.snapshot("release/2.0@latest").ref()).isEqualTo("release/2.0@f1");
        assertThat(repo.findSnapshot("feature@f1")).isEmpty();
        assertThat(repo.branch("topic").log())
                .extracting(SnapshotInfo::ref)
                .containsExactly("release/2.0@f1", "main@v1");
        assertThat(repo.branch("topic").info().start()).contains("release/2.0@f1");
        assertThat(renamed.snapshot("f2", "").info().parents()).containsExactly("release/2.0@f1");
    }

    @Test
    void anOlderHandleOfARenamedBranchGoesOnWorking() {
        Branch before = main();
        before.rename("trunk");
        assertThat(before.name()).isEqualTo("main");
        assertThat(before.info().name()).isEqualTo("trunk");
        assertThat(before.snapshot("v1", "").ref()).isEqualTo("trunk@v1");
        assertThat(before.rename("main").info().name()).isEqualTo("main");
    }

    @Test
    void aBranchIsDeletedWhenNothingIsLostByThat() {
        Snapshot v1 = main().snapshot("v1", "");
        v1.branch("untouched").delete();
        Branch merged = v1.branch("merged");
        put(merged, "a", "1");
        main().merge(merged);
        merged.delete();
        Branch cloned = v1.branch("cloned");
        put(cloned, "a", "2");
        cloned.snapshot("c1", "").clone("holds-it");
        cloned.delete();
        assertThat(repo.branches()).containsExactly(main());
        assertThat(repo.findSnapshot("cloned@c1")).isPresent();
    }

    @Test
    void ofTwoBranchesThatHoldOneSnapshotTogetherOneStays() throws Exception {
        for (int round = 0; round < 10; round++) {
            Branch begin = main().branch("begin-" + round);
            Snapshot shared = begin.snapshot("shared", "");
            List<Branch> two = List.of(shared.branch("one-" + round), shared.branch("two-" + round));
            begin.delete();
            ExecutorService threads = Executors.newFixedThreadPool(2);
            try {
                List<Callable<Boolean>> deletions = two.stream()
                        .map(branch -> (Callable<Boolean>) () -> {
                            try {
                                branch.delete();
                                return true;
                            } catch (NotMergedException e) {
                                return false;
                            }
                        })
                        .toList();
                int deleted = 0;
                for (Future<Boolean> one : threads.invokeAll(deletions)) {
                    deleted += one.get() ? 1 : 0;
                }
                assertThat(deleted).as("round %d", round).isEqualTo(1);
                assertThat(repo.findSnapshot("begin-" + round + "@shared")).isPresent();
            } finally {
                threads.shutdownNow();
            }
            two.stream()
                    .filter(branch -> repo.findBranch(branch.name()).isPresent())
                    .forEach(Branch::discard);
        }
    }

    @Test
    void aBranchThatHoldsWhatNothingElseDoesIsNotDeletedAndGoesOn() {
        Snapshot v1 = main().snapshot("v1", "");
        Branch feature = v1.branch("feature");
        put(feature, "a", "1");
        assertThatThrownBy(feature::delete).isInstanceOfSatisfying(NotMergedException.class, e -> {
            assertThat(e).hasMessageContaining("branch feature").hasMessageContaining("work that no snapshot has");
            assertThat(e.hasUnsavedWork()).isTrue();
            assertThat(e.snapshots()).isEmpty();
            assertThat(e.advice().orElseThrow()).contains("discard()");
        });
        feature.snapshot("f1", "");
        feature.snapshot("f2", "");
        assertThatThrownBy(feature::delete).isInstanceOfSatisfying(NotMergedException.class, e -> {
            assertThat(e).hasMessageContaining("nothing else descends from feature@f2, feature@f1");
            assertThat(e.hasUnsavedWork()).isFalse();
            assertThat(e.snapshots()).containsExactly("feature@f2", "feature@f1");
        });
        put(feature, "a", "2");
        assertThatThrownBy(feature::delete).hasMessageContaining("has, and nothing else descends from feature@f2");
        assertThat(rows(feature)).containsEntry("a", "2");
        assertThat(feature.state()).isEqualTo(ServerState.RUNNING);
        assertThat(eventsOf(feature::discard)).last().isEqualTo("BranchDeleted");
        assertThat(repo.snapshots()).containsExactly(v1);
    }

    @Test
    void theSnapshotsOfARenamedBranchKeepItsLastNameWhenItIsDeleted() {
        Branch feature = main().snapshot("v1", "").branch("feature");
        feature.snapshot("f1", "").branch("topic");
        feature.rename("release").discard();
        assertThat(repo.branch("topic").log()).extracting(SnapshotInfo::ref).containsExactly("release@f1", "main@v1");
        assertThat(repo.findSnapshot("release@f1")).isPresent();
        assertThat(repo.findSnapshot("feature@f1")).isEmpty();
    }

    @Test
    void aNameThatIsTakenOrNoneIsRefusedAndNothingIsRenamed() {
        Branch feature = main().branch("feature");
        Map<String, Map<String, String>> before = everything();
        assertThatThrownBy(() -> feature.rename("main"))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("cannot rename branch feature to main");
        assertThatThrownBy(() -> feature.rename("a..b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> feature.rename("")).isInstanceOf(IllegalArgumentException.class);
        assertThat(eventsOf(() -> feature.rename("feature"))).isEmpty();
        assertThat(everything()).isEqualTo(before);
        feature.discard();
        assertThatThrownBy(() -> feature.rename("other"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("branch feature was deleted");
    }

    @Test
    void theNameThatARenamedBranchHadIsFree() {
        main().branch("feature").rename("release");
        Branch feature = main().branch("feature");
        feature.rename("release-2");
        assertThat(repo.branches()).extracting(Branch::name).containsExactly("main", "release", "release-2");
    }

    // --- what no snapshot has ---

    @Test
    void aBranchIsDirtyFromItsFirstWriteToItsNextSnapshot() {
        assertThat(main().isDirty()).isTrue(); // nothing of it is saved
        main().snapshot("v1", "");
        assertThat(main().isDirty()).isFalse();
        main().start();
        assertThat(main().isDirty()).isFalse();
        put(main(), "a", "1");
        assertThat(main().isDirty()).isTrue();
        main().stop();
        assertThat(main().isDirty()).isTrue();
        Snapshot v2 = main().snapshot("v2", "");
        assertThat(main().isDirty()).isFalse();
        main().restart();
        assertThat(main().isDirty()).isFalse();
        put(main(), "a", "2");
        main().resetTo(v2);
        assertThat(main().isDirty()).isFalse();
        main().stop();
        assertThat(main().isDirty()).isFalse();
        v2.delete(); // what it had is in no snapshot any more
        assertThat(main().isDirty()).isTrue();
    }

    @Test
    void anImageOfARunningServerIsCleanUntilItIsStartedAndCrashes() {
        put(main(), "a", "1");
        Branch feature = main().snapshot("v1", "").branch("feature");
        assertThat(feature.isDirty()).isFalse();
        assertThat(feature.snapshot("f1", "").branch("topic").isDirty()).isFalse();
        assertThat(feature.isDirty()).isFalse();
        feature.start();
        assertThat(feature.isDirty()).isFalse();
        launcher.crash(feature.dataDirectory());
        assertThat(feature.isDirty()).isTrue();
    }

    @Test
    void anImageOfARunningServerWhoseSnapshotIsDeletedIsDirty() {
        main().snapshot("v0", "");
        put(main(), "a", "1");
        Snapshot v1 = main().snapshot("v1", "");
        Branch feature = v1.branch("feature");
        v1.discard();
        assertThat(feature.head()).map(Snapshot::ref).contains("main@v0");
        assertThat(feature.isDirty()).isTrue();
    }

    @Test
    void aResetOfABranchThatWasNeverStartedHasNothingToSave() {
        put(main(), "a", "1");
        Snapshot v1 = main().snapshot("v1", "");
        put(main(), "a", "2");
        Branch feature = main().snapshot("v2", "").branch("feature");
        assertThat(feature.resetTo(v1)).isEmpty();
        assertThat(feature.isDirty()).isFalse();
        assertThat(feature.resetTo(v1)).isEmpty();
        assertThat(rows(feature)).containsEntry("a", "1");
    }

    @Test
    void aResetSavesWhatOnlyADeletedBranchHadInASnapshot() {
        put(main(), "a", "1");
        Snapshot v1 = main().snapshot("v1", "");
        Branch feature = v1.branch("feature");
        put(feature, "a", "2");
        Snapshot f1 = feature.snapshot("f1", "");
        main().resetTo(f1);
        assertThat(main().resetTo(v1)).isEmpty(); // f1 is there to go back to
        main().resetTo(f1);
        feature.discard();

        Snapshot saved = main().resetTo(v1).orElseThrow();

        assertThat(rows(saved.clone("saved"))).containsEntry("a", "2");
        assertThat(saved.info().parents()).containsExactly("feature@f1");
        saved.delete();
        repo.clone("saved").delete();
        assertThat(repo.snapshots()).extracting(Snapshot::ref).containsExactly("main@v1");
    }

    @Test
    void aResetThatThrowsAwayWhatOnlyADeletedBranchHadLeavesNothingOfIt() {
        Snapshot v1 = main().snapshot("v1", "");
        Branch feature = v1.branch("feature");
        main().resetTo(feature.snapshot("f1", ""));
        feature.discard();
        assertThat(repo.snapshots()).hasSize(2);
        main().resetTo(v1, o -> o.save(false));
        assertThat(repo.snapshots()).containsExactly(v1);
    }

    @Test
    void aBranchMadeByAnEarlierVersionReadsWell() {
        put(main(), "a", "1");
        Branch feature = main().snapshot("v1", "").branch("feature");
        try (Storage storage = openStorage()) { // that version knew no such attribute
            storage.update(
                    List.of(new AttributeChange(feature.copy().volume().id(), Map.of(), Set.of(CopyRecord.UNTOUCHED))));
        }
        assertThat(feature.isDirty()).isTrue(); // nobody can tell, so it might be
        feature.start();
        assertThat(feature.isDirty()).isFalse();
        assertThat(feature.info().name()).isEqualTo("feature");
    }

    // --- history ---

    @Test
    void theLatestSnapshotFollowsResetsAndDeletions() {
        Snapshot v1 = main().snapshot("v1", "");
        Snapshot v2 = main().snapshot("v2", "");
        v1.branch("feature");
        assertThat(repo.snapshot("feature@latest")).isEqualTo(v1);
        main().resetTo(v1);
        assertThat(repo.snapshot("main@latest")).isEqualTo(v1);
        Snapshot v3 = main().snapshot("v3", "");
        assertThat(repo.snapshot("main@latest")).isEqualTo(v3);
        assertThat(v3.info().parents()).containsExactly("main@v1");
        assertThat(main().snapshots()).containsExactly(v1, v2, v3);
        v3.delete();
        assertThat(repo.snapshot("main@latest")).isEqualTo(v1);
        v1.discard();
        assertThat(repo.findSnapshot("main@latest")).isEmpty();
        assertThat(repo.findSnapshot("feature@latest")).isEmpty();
        assertThat(repo.findSnapshot("main@v2")).contains(v2);
        assertThat(main().log()).isEmpty();
    }

    @Test
    void everyFactOfASnapshotIsRecorded() {
        reopen(zvpg().author("Ada"));
        put(main(), "a", "1");
        Snapshot v1 = main().snapshot("v1", "first");
        put(main(), "a", "2");
        SnapshotInfo info = main().commit("second").info();
        assertThat(info.name()).matches("\\d{8}-\\d{6}-\\d{3}");
        assertThat(info.branch()).isEqualTo("main");
        assertThat(info.message()).isEqualTo("second");
        assertThat(info.author()).isEqualTo("Ada");
        assertThat(info.created()).isAfterOrEqualTo(v1.info().created());
        assertThat(info.parents()).containsExactly("main@v1");
        assertThat(info.version()).isEqualTo("99.1");
        assertThat(info.wal()).isEqualTo("0/3");
        assertThat(info.nextTransactionId()).isEqualTo(3);
    }
}
