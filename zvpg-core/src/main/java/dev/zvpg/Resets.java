package dev.zvpg;

import dev.zvpg.storage.SnapshotId;
import java.util.Optional;

/** Brings branches and clones back to a snapshot. Thread-safe. */
final class Resets {

    private final Context context;
    private final Snapshots snapshots;
    private final DirtyCheck work;
    private final Moves moves;

    Resets(Context context, Snapshots snapshots, DirtyCheck work, Moves moves) {
        this.context = context;
        this.snapshots = snapshots;
        this.work = work;
        this.moves = moves;
    }

    /** Returns the safety snapshot, if one was needed. */
    Optional<Snapshots.Taken> branch(String id, String name, SnapshotId target, String ref, ResetOptions options) {
        try (Locks.Held held = context.locks().workingCopy(id)) {
            Catalog catalog = context.catalog();
            CopyRecord branch = catalog.copy(id).orElseThrow(() -> Lookup.gone("branch", name));
            SnapshotRecord image = catalog.snapshot(target).orElseThrow(() -> Lookup.gone("snapshot", ref));
            String what = "reset of branch " + branch.name();
            Moves.Told told = (findings, took) -> new Event.BranchReset(branch.name(), ref, findings, took);
            Optional<Snapshots.Taken> saved = Optional.empty();
            if (options.save()) {
                // what cannot be saved is refused while its server still runs
                context.launcher()
                        .requireSelfContained(
                                context.dataDirectory(branch.volume().id()));
                saved = moves.move(catalog, branch, image, what, () -> saveWhatWouldBeLost(branch, target, ref), told);
            } else {
                moves.discard(catalog, branch, image, what, told);
            }
            snapshots.collectGarbage(); // a deleted branch's snapshots may have lived on in this one only
            return saved;
        }
    }

    /** Brings a clone back to the snapshot that it is a copy of. */
    void clone(String id, String name) {
        try (Locks.Held held = context.locks().workingCopy(id)) {
            Catalog catalog = context.catalog();
            CopyRecord clone = catalog.copy(id).orElseThrow(() -> Lookup.gone("clone", name));
            SnapshotRecord image = clone.base()
                    .flatMap(catalog::snapshot)
                    .orElseThrow(() -> new NotFoundException("cannot reset clone " + clone.name()
                            + ": the snapshot that it is a copy of was deleted; delete the clone and make one of another"
                            + " snapshot"));
            moves.discard(
                    catalog,
                    clone,
                    image,
                    "reset of clone " + clone.name(),
                    (findings, took) -> new Event.CloneReset(clone.name(), catalog.ref(image), findings, took));
        }
    }

    private Optional<Snapshots.Taken> saveWhatWouldBeLost(CopyRecord branch, SnapshotId target, String ref) {
        return wouldBeLost(branch, target)
                ? Optional.of(snapshots.take(
                        branch.id(),
                        branch.name(),
                        Optional.empty(),
                        "before the reset to " + ref,
                        SnapshotOptions.DEFAULT))
                : Optional.empty();
    }

    /** Whether the branch's state is in no snapshot, or in one that goes when the branch no longer follows it. */
    private boolean wouldBeLost(CopyRecord branch, SnapshotId target) {
        Catalog catalog = context.catalog();
        return work.isUnsaved(catalog, branch)
                || catalog.head(branch)
                        .filter(head -> !catalog.isReachableAfter(branch, target, head.id()))
                        .isPresent();
    }
}
