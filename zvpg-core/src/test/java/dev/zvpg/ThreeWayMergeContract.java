package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.zvpg.error.DivergedException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.MergeConflictException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.Event;
import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.info.Subscription;
import dev.zvpg.merge.Conflict;
import dev.zvpg.merge.MergeReport;
import dev.zvpg.merge.Resolution;
import dev.zvpg.merge.Resolver;
import dev.zvpg.merge.TableMerge;
import dev.zvpg.server.ServerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the domain promises of merges into a branch that has moved. */
public abstract class ThreeWayMergeContract extends CloneContract {

    /** A branch of main, which holds {@code a=1}, {@code b=1} and {@code n=1}, with a snapshot; both have moved. */
    private Branch moved() {
        put(main(), "a", "1");
        put(main(), "b", "1");
        put(main(), "n", "1");
        Branch feature = main().snapshot("v1", "").branch("feature");
        put(feature, "a", "theirs");
        put(feature, "new", "theirs");
        feature.snapshot("f1", "");
        put(main(), "b", "ours");
        main().snapshot("v2", "");
        return feature;
    }

    private static void delete(WorkingCopy copy, String key) {
        Launched.fake(copy.start()).delete(key);
    }

    @Test
    void aMergeMakesInABranchWhatTheOtherHasChanged() {
        Branch feature = moved();
        delete(feature, "n");
        feature.snapshot("f2", "");
        List<Event> events = new ArrayList<>();

        MergeResult result;
        try (Subscription listening = repo.listen(events::add)) {
            result = main().merge(feature);
        }

        assertThat(rows(main())).isEqualTo(Map.of("a", "theirs", "b", "ours", "new", "theirs"));
        assertThat(result.kind()).isEqualTo(MergeResult.Kind.MERGED);
        assertThat(result.before().ref()).isEqualTo("main@v2");
        assertThat(result.saved()).isEmpty();
        assertThat(result.report().tables()).containsExactly(new TableMerge("postgres", "public.rows", 1, 1, 1, 0));
        SnapshotInfo merged = result.snapshot().info();
        assertThat(merged.parents()).containsExactly("main@v2", "feature@f2");
        assertThat(merged.message()).isEqualTo("merge of feature into main");
        assertThat(main().head()).contains(result.snapshot());
        assertThat(main().isDirty()).isFalse();
        assertThat(main().log())
                .extracting(SnapshotInfo::ref)
                .containsExactly(merged.ref(), "main@v2", "feature@f2", "main@v1", "feature@f1");
        assertThat(repo.graph().text()).contains("feature@f2", "main@v2", merged.name());
        assertThat(events.stream().filter(event -> !(event instanceof Event.Progress)))
                .satisfiesExactly(
                        event -> assertThat(event).isInstanceOf(Event.SnapshotTaken.class),
                        event -> assertThat(event).isInstanceOfSatisfying(Event.BranchMerged.class, told -> {
                            assertThat(told.branch().name()).isEqualTo("main");
                            assertThat(told.other().name()).isEqualTo("feature");
                            assertThat(told.to().name()).isEqualTo(merged.ref());
                        }));
        assertThat(openStorageVolumes()).hasSize(2);
    }

    @Test
    void whatIsMergedIsNotMergedAgain() {
        Branch feature = moved();
        Snapshot merged = main().merge(feature).snapshot();
        MergeResult again = main().merge(feature);
        assertThat(again.kind()).isEqualTo(MergeResult.Kind.UP_TO_DATE);
        assertThat(again.snapshot()).isEqualTo(merged);

        put(feature, "a", "later"); // compared with what was merged, not with where they parted
        delete(main(), "new");
        assertThat(main().merge(feature).kind()).isEqualTo(MergeResult.Kind.MERGED);
        assertThat(rows(main())).isEqualTo(Map.of("a", "later", "b", "ours", "n", "1"));
        assertThat(feature.merge(main()).kind()).isEqualTo(MergeResult.Kind.FAST_FORWARD);
        assertThat(rows(feature)).isEqualTo(rows(main()));
    }

    @Test
    void theSnapshotThatAMergeBeginsFromIsNotDeletedInPassing() {
        Branch feature = moved();
        Snapshot base = repo.snapshot("main@v1");
        assertThatThrownBy(base::delete)
                .isInstanceOf(InUseException.class)
                .hasMessageContaining("main@v1")
                .hasMessageContaining("branch feature")
                .hasMessageContaining("branch main")
                .hasMessageContaining("discard()");
        Snapshot merged = repo.snapshot("feature@f1");
        main().merge(feature);
        base.delete(); // they part at what was merged now
        assertThatThrownBy(merged::delete).isInstanceOf(InUseException.class);

        put(main(), "a", "undone");
        put(feature, "c", "3");
        main().merge(feature);
        assertThat(rows(main())).containsEntry("a", "undone").containsEntry("c", "3");
        feature.discard();
        assertThatThrownBy(merged::info).isInstanceOf(NotFoundException.class);
    }

    @Test
    void whoseBaseIsDiscardedCannotBeMerged() {
        Branch feature = moved();
        repo.snapshot("main@v1").discard();
        assertThatThrownBy(() -> main().merge(feature)).isInstanceOf(DivergedException.class);
    }

    @Test
    void aResetUndoesAMergeAndItCanBeDoneAgain() {
        Branch feature = moved();
        put(main(), "c", "unsaved");
        MergeResult result = main().merge(feature);
        assertThat(main().resetTo(result.before())).isEmpty();
        assertThat(rows(main())).isEqualTo(Map.of("a", "1", "b", "ours", "n", "1", "c", "unsaved"));
        assertThat(main().merge(feature).kind()).isEqualTo(MergeResult.Kind.MERGED);
        assertThat(rows(main()))
                .isEqualTo(Map.of("a", "theirs", "b", "ours", "n", "1", "c", "unsaved", "new", "theirs"));
    }

    @Test
    void unsavedWorkOfBothIsSavedFirst() {
        Branch feature = moved();
        put(main(), "ours", "unsaved");
        put(feature, "theirs", "unsaved");
        MergeResult result = main().merge(feature, options -> options.message("Prices with VAT"));
        assertThat(result.before().info().message()).isEqualTo("before the merge of feature");
        assertThat(result.saved().map(saved -> saved.info().message())).contains("before the merge into main");
        assertThat(result.snapshot().info().message()).isEqualTo("Prices with VAT");
        assertThat(result.snapshot().info().parents())
                .containsExactly(
                        result.before().ref(), result.saved().orElseThrow().ref());
        assertThat(rows(main())).containsEntry("ours", "unsaved").containsEntry("theirs", "unsaved");
        assertThat(rows(feature)).doesNotContainKey("ours");
        assertThat(feature.isDirty()).isFalse();
    }

    @Test
    void aStoppedBranchIsStartedForItAndACrashedOneRecovers() {
        Branch feature = moved();
        main().stop();
        main().merge(feature);
        assertThat(main().state()).isEqualTo(ServerState.STOPPED);
        assertThat(main().isDirty()).isFalse();
        put(feature, "a", "later");
        main().start();
        launcher.crash(main().dataDirectory());
        main().merge(feature);
        assertThat(rows(main())).containsEntry("a", "later").containsEntry("b", "ours");
    }

    @Test
    void aConflictChangesNothing() {
        Branch feature = moved();
        put(main(), "a", "ours");
        put(main(), "new", "ours");
        delete(main(), "n");
        put(feature, "n", "theirs");
        Map<String, Map<String, String>> before = everything();
        Map<String, String> rows = rows(main());

        MergeConflictException e = catchThrowableOfType(MergeConflictException.class, () -> main().merge(feature));

        assertThat(e).hasMessageStartingWith("cannot merge feature into main: 3 conflicts in public.rows");
        assertThat(e.conflicts())
                .containsExactly(
                        new Conflict.CellConflict(
                                "postgres", "public.rows", Map.of("key", "a"), "value", "1", "ours", "theirs"),
                        new Conflict.RowConflict(
                                "postgres",
                                "public.rows",
                                Map.of("key", "n"),
                                Map.of("value", "1"),
                                Map.of(),
                                Map.of("value", "theirs")),
                        new Conflict.CellConflict(
                                "postgres", "public.rows", Map.of("key", "new"), "value", null, "ours", "theirs"));
        assertThat(everything()).isEqualTo(before);
        assertThat(rows(main())).isEqualTo(rows);
        assertThat(openStorageVolumes()).hasSize(2);
        assertThat(main().isDirty()).isTrue();
        assertThat(feature.isDirty()).isTrue();
    }

    @Test
    void optionsResolveConflicts() {
        Branch feature = moved();
        put(main(), "a", "ours");
        put(main(), "n", "3");
        put(feature, "n", "5");
        Resolver added = conflict -> conflict instanceof Conflict.CellConflict cell
                        && "n".equals(cell.key().get("key"))
                ? Resolver.ADD.resolve(conflict)
                : Resolution.UNRESOLVED;
        assertThatThrownBy(() -> main().merge(feature, o -> o.resolve("*.value", added)))
                .isInstanceOfSatisfying(
                        MergeConflictException.class,
                        e -> assertThat(e.conflicts()).hasSize(1));
        main().merge(feature, o -> o.resolve("*.value", added).ours());
        assertThat(rows(main())).isEqualTo(Map.of("a", "ours", "b", "ours", "n", "7", "new", "theirs"));
        put(main(), "a", "ours again");
        put(feature, "a", "theirs again");
        main().merge(feature, o -> o.theirs("public.rows"));
        assertThat(rows(main())).containsEntry("a", "theirs again").containsEntry("n", "7");
    }

    @Test
    void aRehearsalTellsWhatAMergeWouldDoAndChangesNothing() {
        Branch feature = moved();
        put(main(), "ours", "unsaved");
        put(feature, "theirs", "unsaved");
        Map<String, Map<String, String>> before = everything();
        Map<String, String> rows = rows(main());

        MergeReport report = main().rehearseMerge(feature);
        assertThat(report.tables()).containsExactly(new TableMerge("postgres", "public.rows", 2, 1, 0, 0));
        assertThat(report.conflictCount()).isZero();
        put(main(), "a", "ours");
        assertThat(main().rehearseMerge(feature).conflictCount()).isOne();
        MergeReport resolved = main().rehearseMerge(feature, o -> o.theirs());
        assertThat(resolved.conflictCount()).isZero();
        assertThat(resolved.rows()).isEqualTo(3);

        assertThat(everything()).isEqualTo(before);
        assertThat(rows(main()))
                .containsAllEntriesOf(rows.entrySet().stream()
                        .filter(row -> !row.getKey().equals("a"))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        assertThat(openStorageVolumes()).hasSize(2);
        main().merge(feature, o -> o.theirs());
        assertThat(main().rehearseMerge(feature)).isEqualTo(MergeReport.NOTHING);
        Branch behind = repo.snapshot("main@v1").branch("behind");
        assertThat(behind.rehearseMerge(feature).rows()).as("of a fast-forward").isEqualTo(3);
    }

    @Test
    void branchesThatWereMergedCrosswiseAreMergedWhereBothBasesAgree() {
        Branch feature = moved();
        Snapshot v2 = repo.snapshot("main@v2");
        Snapshot f1 = repo.snapshot("feature@f1");
        Branch ours = v2.branch("ours");
        ours.merge(feature);
        Branch theirs = f1.branch("theirs");
        theirs.merge(main());
        put(ours, "ours", "x");
        put(theirs, "theirs", "y");
        ours.merge(theirs);
        assertThat(rows(ours))
                .isEqualTo(Map.of("a", "theirs", "b", "ours", "n", "1", "new", "theirs", "ours", "x", "theirs", "y"));

        // a is 1 at one base and theirs at the other one; each side has gone back to one of the two
        Branch one = v2.branch("one");
        one.merge(feature);
        Branch other = f1.branch("other");
        other.merge(main());
        put(other, "a", "1");
        assertThatThrownBy(() -> one.merge(other)).isInstanceOf(MergeConflictException.class);
        one.merge(other, o -> o.theirs());
        assertThat(rows(one)).containsEntry("a", "1");
    }

    @Test
    void aMergeThatCannotBeTriedChangesNothing() {
        Branch feature = moved();
        put(main(), "ours", "unsaved");
        put(feature, "theirs", "unsaved");
        Map<String, Map<String, String>> before = everything();
        launcher.failNextStart(new ServerException("no memory"));
        assertThatThrownBy(() -> main().merge(feature)).hasMessage("no memory");
        assertThat(everything()).isEqualTo(before);
        assertThat(openStorageVolumes()).hasSize(2);
    }

    @Test
    void whatWasMergedStaysWhenTheOtherBranchGoes() {
        Branch feature = moved();
        MergeResult result = main().merge(feature);
        feature.discard();
        assertThat(repo.findSnapshot("feature@f1")).isEmpty();
        assertThat(repo.doctor()).isEmpty();
        assertThat(reopen().branch("main").log())
                .extracting(SnapshotInfo::ref)
                .containsExactly(result.snapshot().ref(), "main@v2", "main@v1");
        assertThat(rows(main())).containsEntry("a", "theirs");
    }
}
