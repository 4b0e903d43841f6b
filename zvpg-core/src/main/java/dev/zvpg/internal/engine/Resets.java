package dev.zvpg.internal.engine;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.option.ResetOptions;
import dev.zvpg.server.ServerState;
import dev.zvpg.storage.SnapshotId;
import java.util.List;
import java.util.Optional;

/** Brings branches and clones back to a snapshot. Thread-safe. */
public final class Resets {

    private final Context context;
    private final Servers servers;
    private final Snapshots snapshots;
    private final DirtyCheck dirtyCheck;

    Resets(Context context, Servers servers, Snapshots snapshots, DirtyCheck dirtyCheck) {
        this.context = context;
        this.servers = servers;
        this.snapshots = snapshots;
        this.dirtyCheck = dirtyCheck;
    }

    /** Makes a branch what a snapshot is; returns the safety snapshot, if one was needed. */
    public Optional<SnapshotKey> branch(CopyKey key, SnapshotKey target, ResetOptions options) {
        try (Locks.Held held = context.workingCopy(key)) {
            Catalog catalog = context.catalog();
            CopyRecord branch = catalog.require(key);
            SnapshotRecord snapshot = catalog.require(target);
            Optional<SnapshotKey> saved = Optional.empty();
            if (options.save()) { // what cannot be saved is refused while its server still runs
                context.launcher()
                        .requireSelfContained(
                                context.dataDirectory(branch.volume().id()));
            }
            try (Replacement replacement = begin(catalog, branch, snapshot)) {
                if (options.save()) {
                    replacement.stopServer(); // only now is it certain that nothing more is written
                    saved = saveWhatWouldBeLost(branch, target);
                } else {
                    replacement.stopServerAtOnce();
                }
                replacement.commit();
                context.events()
                        .tell(new Event.BranchReset(
                                Events.ref(branch.key()),
                                Events.ref(catalog.key(snapshot)),
                                replacement.findings(),
                                replacement.took()));
            }
            snapshots.collectGarbage(); // a deleted branch's snapshots may have lived on in this one only
            return saved;
        }
    }

    /** What became of a branch that was to move. */
    public enum Advance {
        DONE,
        NOT_NEEDED,
        STALE,
        RUNNING,
        DIRTY,
        DIVERGED
    }

    /**
     * Makes a branch what a snapshot is, if nobody loses anything by that: its server does not run, it holds nothing that
     * no snapshot has, and it is where it was.
     *
     * @param expected the head that it must have
     * @param force whether its head may be one that the snapshot does not follow
     */
    public Advance advance(CopyKey key, SnapshotKey target, Optional<SnapshotId> expected, boolean force) {
        try (Locks.Held held = context.workingCopy(key)) {
            Catalog catalog = context.catalog();
            CopyRecord branch = catalog.require(key);
            SnapshotRecord snapshot = catalog.require(target);
            Optional<SnapshotId> head = catalog.head(branch).map(SnapshotRecord::id);
            if (head.equals(Optional.of(target.id()))) {
                return Advance.NOT_NEEDED;
            }
            if (!head.equals(expected)) {
                return Advance.STALE;
            }
            if (!force && !catalog.lineage().history(target.id()).containsAll(catalog.history(branch))) {
                return Advance.DIVERGED;
            }
            if (servers.state(branch) == ServerState.RUNNING) {
                return Advance.RUNNING;
            }
            if (branch.merging().isPresent() || dirtyCheck.isUnsaved(catalog, branch)) {
                return Advance.DIRTY;
            }
            return advance(branch, snapshot, !force);
        }
    }

    /**
     * Gives a branch a new volume that starts as a snapshot, once it is certain that nothing more is written to the old
     * one. Called under the branch's lock.
     *
     * @param forward whether the snapshot must follow all that the branch follows
     */
    Advance advance(CopyRecord branch, SnapshotRecord target, boolean forward) {
        Catalog catalog = context.catalog();
        List<SnapshotRecord> history = catalog.lineage().history(target.id());
        if (forward && !history.containsAll(catalog.history(branch))) {
            return Advance.DIVERGED;
        }
        try (Replacement replacement = begin(catalog, branch, target)) {
            replacement.stopServer();
            if (dirtyCheck.isUnsaved(context.catalog(), branch)) { // once more, now that no session can write any more
                return Advance.DIRTY;
            }
            replacement.commit();
            context.events()
                    .tell(new Event.BranchReset(
                            Events.ref(branch.key()),
                            Events.ref(catalog.key(target)),
                            replacement.findings(),
                            replacement.took()));
            return Advance.DONE;
        }
    }

    /** Brings a clone back to the snapshot that it is a copy of. */
    public void clone(CopyKey key) {
        try (Locks.Held held = context.workingCopy(key)) {
            Catalog catalog = context.catalog();
            CopyRecord clone = catalog.require(key);
            SnapshotRecord snapshot = clone.base()
                    .flatMap(catalog::snapshot)
                    .orElseThrow(() -> new NotFoundException(
                            "cannot reset clone " + clone.name() + ": the snapshot that it is a copy of was deleted",
                            "delete the clone and make one of another snapshot"));
            try (Replacement replacement = begin(catalog, clone, snapshot)) {
                replacement.stopServerAtOnce();
                replacement.commit();
                context.events()
                        .tell(new Event.CloneReset(
                                Events.ref(clone.key()),
                                Events.ref(catalog.key(snapshot)),
                                replacement.findings(),
                                replacement.took()));
            }
        }
    }

    private Replacement begin(Catalog catalog, CopyRecord copy, SnapshotRecord target) {
        return Replacement.begin(context, servers, catalog, copy, target, "reset of " + copy.words());
    }

    private Optional<SnapshotKey> saveWhatWouldBeLost(CopyRecord branch, SnapshotKey target) {
        return wouldBeLost(branch, target.id())
                ? Optional.of(snapshots.commit(branch.key(), "before the reset to " + target.ref()))
                : Optional.empty();
    }

    /** Tells whether the branch's state is in no snapshot, or in one that goes when the branch no longer follows it. */
    private boolean wouldBeLost(CopyRecord branch, SnapshotId target) {
        Catalog catalog = context.catalog();
        return dirtyCheck.isUnsaved(catalog, branch)
                || catalog.head(branch)
                        .filter(head -> !catalog.reachability().isReachableAfter(branch, target, head.id()))
                        .isPresent();
    }
}
