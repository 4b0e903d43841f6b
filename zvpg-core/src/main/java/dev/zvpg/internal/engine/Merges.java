package dev.zvpg.internal.engine;

import dev.zvpg.error.DivergedException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.catalog.Merging;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.merge.MergeReport;
import dev.zvpg.server.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a branch what another one has. Thread-safe. */
public final class Merges {

    private static final Logger LOG = LoggerFactory.getLogger(Merges.class);

    private final Context context;
    private final Servers servers;
    private final Snapshots snapshots;
    private final DirtyCheck dirtyCheck;
    private final Resets resets;
    private final ThreeWayMerges threeWays;
    private final Settlement settlement;

    Merges(
            Context context,
            Servers servers,
            Snapshots snapshots,
            DirtyCheck dirtyCheck,
            Resets resets,
            ThreeWayMerges threeWays,
            Settlement settlement) {
        this.context = context;
        this.servers = servers;
        this.snapshots = snapshots;
        this.dirtyCheck = dirtyCheck;
        this.resets = resets;
        this.threeWays = threeWays;
        this.settlement = settlement;
    }

    /** How a branch gets what another one has. */
    public enum Way {
        NONE_NEEDED,
        FAST_FORWARD,
        THREE_WAY
    }

    /**
     * What became of it.
     *
     * @param saved the snapshot that the other branch's unsaved work is in
     * @param before what the branch was, in which all of it is
     */
    public record Merged(
            Way way, SnapshotKey head, Optional<SnapshotKey> saved, SnapshotKey before, MergeReport report) {}

    /** Gives a branch what another one has. */
    public Merged merge(CopyKey into, CopyKey from, MergeOptions options) {
        options.message().ifPresent(SnapshotWriter::checkMessage); // before there is something that it belongs to
        try (Locks.Held held = context.workingCopies(into, from)) {
            settle(into, from, options);
            Catalog catalog = context.catalog();
            CopyRecord branch = catalog.require(into);
            CopyRecord other = catalog.require(from);
            if (hasAll(catalog, branch, other)) {
                SnapshotKey head = head(catalog, branch);
                return new Merged(Way.NONE_NEEDED, head, Optional.empty(), head, MergeReport.NOTHING);
            }
            requireCommon(catalog, branch, other);
            return mergeWhatIsNew(catalog, branch, other, options);
        }
    }

    /**
     * Gives a branch what a snapshot of another repository has.
     *
     * @param name what it was fetched as, such as {@code origin/main}
     */
    public Merged merge(CopyKey into, String name, SnapshotKey from, MergeOptions options) {
        options.message().ifPresent(SnapshotWriter::checkMessage);
        try (Locks.Held held = context.workingCopy(into)) {
            settle(into, options);
            Catalog catalog = context.catalog();
            CopyRecord branch = catalog.require(into);
            SnapshotRecord target = catalog.require(from);
            SnapshotKey head = head(catalog, branch);
            if (catalog.history(branch).contains(target)) {
                return new Merged(Way.NONE_NEEDED, head, Optional.empty(), head, MergeReport.NOTHING);
            }
            if (catalog.lineage().mergeBases(head.id(), from.id()).isEmpty()) {
                throw new DivergedException(branch.name(), name);
            }
            if (!dirtyCheck.isUnsaved(catalog, branch) && resets.advance(branch, target, true) == Resets.Advance.DONE) {
                return new Merged(Way.FAST_FORWARD, from, Optional.empty(), head, MergeReport.NOTHING);
            }
            return mergeParted(catalog, branch, name, from, options);
        }
    }

    private Merged mergeParted(Catalog before, CopyRecord branch, String name, SnapshotKey from, MergeOptions options) {
        List<SnapshotKey> taken = new ArrayList<>();
        try {
            save(branch, "before the merge of " + name).ifPresent(taken::add);
            SnapshotKey head = head(context.catalog(), branch);
            long began = System.nanoTime();
            ThreeWayMerges.Done done = threeWays.merge(branch.key(), name, from, options);
            Event.Ref other = new Event.Ref(from.id().value(), name);
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            context.events()
                    .tell(new Event.BranchMerged(
                            Events.ref(branch.key()), other, Events.ref(done.snapshot()), List.of(), took));
            return new Merged(Way.THREE_WAY, done.snapshot(), Optional.empty(), head, done.report());
        } catch (RuntimeException | Error e) {
            if (isStillWhatItWas(before, branch, taken, e)) {
                taken.forEach(snapshot -> snapshots.undo(snapshot, e));
            }
            throw e;
        }
    }

    /** Tells what a merge would do, and does nothing. */
    public MergeReport rehearse(CopyKey into, CopyKey from, MergeOptions options) {
        try (Locks.Held held = context.workingCopies(into, from)) {
            settle(into, from, options);
            Catalog catalog = context.catalog();
            CopyRecord branch = catalog.require(into);
            CopyRecord other = catalog.require(from);
            if (hasAll(catalog, branch, other)) {
                return MergeReport.NOTHING;
            }
            requireCommon(catalog, branch, other);
            List<SnapshotKey> taken = new ArrayList<>();
            try {
                save(other, "for the rehearsal of a merge").ifPresent(taken::add);
                save(branch, "for the rehearsal of a merge").ifPresent(taken::add);
                return threeWays.rehearse(into, from, options);
            } finally {
                taken.forEach(snapshots::drop);
            }
        }
    }

    /** Brings merges to their end that were cut off; one that cannot be now is left for the next snapshot or merge. */
    void settleAll(Catalog found) {
        for (CopyRecord copy : found.copies()) {
            if (copy.merging().isEmpty()) {
                continue;
            }
            try (Locks.Held held = context.workingCopy(copy.key())) {
                settle(copy.key(), MergeOptions.DEFAULT);
            } catch (ZvpgException e) {
                LOG.warn("A merge into {} was cut off; the next one tries again to end it", copy.words(), e);
            }
        }
    }

    private void settle(CopyKey into, CopyKey from, MergeOptions options) {
        Catalog catalog = context.catalog();
        List<SnapshotRecord> theirs = catalog.history(catalog.require(from));
        Optional<Merging> merging = catalog.require(into).merging();
        if (merging.isPresent()) {
            boolean isTheSame = theirs.stream()
                    .anyMatch(image -> image.id().equals(merging.get().theirs()));
            settle(into, isTheSame ? options : MergeOptions.DEFAULT);
        }
        if (catalog.require(from).merging().isPresent()) {
            settle(from, MergeOptions.DEFAULT);
        }
    }

    private void settle(CopyKey key, MergeOptions options) {
        Settlement.Settled settled = settlement.settle(key, options.message());
        if (settled.isHalf()) {
            threeWays.finish(key, settled.done(), options);
        }
    }

    private boolean hasAll(Catalog catalog, CopyRecord branch, CopyRecord other) {
        return !dirtyCheck.isUnsaved(catalog, other)
                && catalog.history(branch)
                        .containsAll(catalog.head(other).stream().toList());
    }

    private static SnapshotKey head(Catalog catalog, CopyRecord branch) {
        return catalog.head(branch)
                .map(catalog::key)
                .orElseThrow(() -> Lookup.gone("the head of branch " + branch.name()));
    }

    /** Refuses what cannot be merged before anything is done for it. */
    private static void requireCommon(Catalog catalog, CopyRecord branch, CopyRecord other) {
        List<SnapshotRecord> theirs = catalog.history(other);
        if (catalog.history(branch).stream().noneMatch(theirs::contains)) {
            throw new DivergedException(branch.name(), other.name());
        }
    }

    private Optional<SnapshotKey> save(CopyRecord branch, String why) {
        return dirtyCheck.isUnsaved(context.catalog(), branch)
                ? Optional.of(snapshots.commit(branch.key(), why))
                : Optional.empty();
    }

    private Merged mergeWhatIsNew(Catalog before, CopyRecord branch, CopyRecord other, MergeOptions options) {
        List<SnapshotKey> taken = new ArrayList<>();
        try {
            Optional<SnapshotKey> saved = save(other, "before the merge into " + branch.name());
            saved.ifPresent(taken::add);
            if (hasNotMoved(context.catalog(), branch, other)) {
                SnapshotKey head = head(before, branch);
                Optional<SnapshotKey> moved = fastForward(branch, other);
                if (moved.isPresent()) {
                    snapshots.collectGarbage(); // a deleted branch's snapshots may have lived on in this one only
                    return new Merged(Way.FAST_FORWARD, moved.get(), saved, head, MergeReport.NOTHING);
                }
            }
            long began = System.nanoTime();
            save(branch, "before the merge of " + other.name()).ifPresent(taken::add);
            SnapshotKey head = head(context.catalog(), branch);
            ThreeWayMerges.Done done = threeWays.merge(branch.key(), other.key(), options);
            tell(branch, other, done.snapshot(), List.of(), Duration.ofNanos(System.nanoTime() - began));
            return new Merged(Way.THREE_WAY, done.snapshot(), saved, head, done.report());
        } catch (RuntimeException | Error e) {
            if (isStillWhatItWas(before, branch, taken, e)) {
                taken.forEach(snapshot -> snapshots.undo(snapshot, e));
            }
            throw e;
        }
    }

    private void tell(CopyRecord branch, CopyRecord other, SnapshotKey to, List<Finding> findings, Duration took) {
        context.events()
                .tell(new Event.BranchMerged(
                        Events.ref(branch.key()), Events.ref(other.key()), Events.ref(to), findings, took));
    }

    /** Whether nothing is taken away when the branch becomes what the other one is. */
    private boolean hasNotMoved(Catalog catalog, CopyRecord branch, CopyRecord other) {
        return catalog.history(other).containsAll(catalog.history(branch)) && !dirtyCheck.isUnsaved(catalog, branch);
    }

    /** Returns what the branch is now; empty when a session wrote to it at the last moment, and nothing has changed. */
    private Optional<SnapshotKey> fastForward(CopyRecord branch, CopyRecord other) {
        Catalog catalog = context.catalog();
        SnapshotRecord target =
                catalog.head(other).orElseThrow(() -> Lookup.gone("the head of branch " + other.name()));
        String what = Settlement.message(other.name(), branch.name());
        try (Replacement replacement = Replacement.begin(context, servers, catalog, branch, target, what)) {
            replacement.stopServer();
            if (!hasNotMoved(context.catalog(), branch, other)) { // once more, now that no session can write any more
                return Optional.empty();
            }
            replacement.commit();
            tell(branch, other, catalog.key(target), replacement.findings(), replacement.took());
            return Optional.of(catalog.key(target));
        }
    }

    /** Tells whether nothing came of the merge; it may also have failed after the branch had got something of it. */
    private boolean isStillWhatItWas(Catalog before, CopyRecord branch, List<SnapshotKey> taken, Throwable failure) {
        try {
            Catalog now = context.catalog();
            return now.copy(branch.id())
                    .filter(copy -> copy.volume().id().equals(branch.volume().id()))
                    .filter(copy -> copy.merging().isEmpty())
                    .flatMap(now::head)
                    .map(SnapshotRecord::id)
                    .filter(head -> before.head(branch).stream()
                                    .anyMatch(image -> image.id().equals(head))
                            || taken.stream().anyMatch(snapshot -> snapshot.id().equals(head)))
                    .isPresent();
        } catch (RuntimeException | Error again) {
            failure.addSuppressed(again);
            return false;
        }
    }
}
