package dev.zvpg.internal.engine;

import dev.zvpg.error.DivergedException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.storage.SnapshotId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Gives a branch what another one has. Thread-safe. */
public final class Merges {

    private final Context context;
    private final Servers servers;
    private final Snapshots snapshots;
    private final DirtyCheck dirtyCheck;

    Merges(Context context, Servers servers, Snapshots snapshots, DirtyCheck dirtyCheck) {
        this.context = context;
        this.servers = servers;
        this.snapshots = snapshots;
        this.dirtyCheck = dirtyCheck;
    }

    /**
     * What became of it.
     *
     * @param hasMoved whether the branch did not have everything already
     */
    public record Merged(boolean hasMoved, SnapshotKey head, Optional<SnapshotKey> saved) {}

    public Merged merge(CopyKey into, CopyKey from) {
        try (Locks.Held held = context.workingCopies(into, from)) {
            Catalog catalog = context.catalog();
            CopyRecord branch = catalog.require(into);
            CopyRecord other = catalog.require(from);
            boolean unsaved = dirtyCheck.isUnsaved(catalog, other);
            Optional<SnapshotRecord> head = catalog.head(branch);
            if (!unsaved
                    && catalog.history(branch)
                            .containsAll(catalog.head(other).stream().toList())) {
                return new Merged(false, catalog.key(head.orElseThrow()), Optional.empty());
            }
            requireNotMoved(catalog, branch, other);
            if (!unsaved) {
                return fastForward(branch, other, Optional.empty());
            }
            return saveAndFastForward(branch, other);
        }
    }

    private Merged saveAndFastForward(CopyRecord branch, CopyRecord other) {
        SnapshotKey saved = snapshots.commit(other.key(), "before the merge into " + branch.name());
        try {
            return fastForward(branch, other, Optional.of(saved));
        } catch (RuntimeException | Error e) {
            if (isStillWhereItWas(branch, e)) {
                snapshots.undo(saved, e);
            }
            throw e;
        }
    }

    private Merged fastForward(CopyRecord branch, CopyRecord other, Optional<SnapshotKey> saved) {
        Catalog catalog = context.catalog();
        SnapshotRecord target =
                catalog.head(other).orElseThrow(() -> Lookup.gone("the head of branch " + other.name()));
        String what = "merge of " + other.name() + " into " + branch.name();
        try (Replacement replacement = Replacement.begin(context, servers, catalog, branch, target, what)) {
            replacement.stopServer();
            requireNotMoved(context.catalog(), branch, other); // once more, now that no session can write any more
            replacement.commit();
            context.events()
                    .tell(new Event.BranchMerged(
                            Events.ref(branch.key()),
                            Events.ref(other.key()),
                            Events.ref(catalog.key(target)),
                            replacement.findings(),
                            replacement.took()));
            return new Merged(true, catalog.key(target), saved);
        }
    }

    /** Tells whether nothing came of the merge; it may also have failed after the branch was moved. */
    private boolean isStillWhereItWas(CopyRecord branch, Throwable failure) {
        try {
            return context.catalog()
                    .copy(branch.id())
                    .filter(now -> now.volume().id().equals(branch.volume().id()))
                    .isPresent();
        } catch (RuntimeException | Error again) {
            failure.addSuppressed(again);
            return false;
        }
    }

    /** Refuses to take anything away that only the branch has. */
    private void requireNotMoved(Catalog catalog, CopyRecord branch, CopyRecord other) {
        List<SnapshotRecord> mine = catalog.history(branch);
        Set<SnapshotId> theirs =
                catalog.history(other).stream().map(SnapshotRecord::id).collect(Collectors.toSet());
        List<String> moved = mine.stream()
                .filter(image -> !theirs.contains(image.id()))
                .map(catalog::ref)
                .toList();
        boolean unsaved = dirtyCheck.isUnsaved(catalog, branch);
        if (moved.isEmpty() && !unsaved) {
            return;
        }
        Optional<String> fork = mine.stream()
                .filter(image -> theirs.contains(image.id()))
                .findFirst()
                .map(catalog::ref);
        throw diverged(catalog, branch, other, fork, moved, unsaved);
    }

    private static DivergedException diverged(
            Catalog catalog,
            CopyRecord branch,
            CopyRecord other,
            Optional<String> fork,
            List<String> moved,
            boolean unsaved) {
        String name = branch.name();
        String begin = "cannot merge " + other.name() + " into " + name + ": ";
        if (fork.isEmpty()) {
            String advice =
                    "to make " + name + " what " + other.name() + " is, reset it to a snapshot of " + other.name();
            return new DivergedException(begin + "no snapshot is in the history of both", advice, moved, unsaved);
        }
        if (moved.isEmpty()) {
            String advice = "resetting " + name + " to " + fork.get()
                    + " puts them aside in a snapshot, and then the merge can be done";
            return new DivergedException(
                    begin + name + " holds changes that no snapshot has, made since " + fork.get(),
                    advice,
                    moved,
                    unsaved);
        }
        String theirs = catalog.head(other).map(catalog::ref).orElse(other.name());
        return new DivergedException(
                begin + name + " has moved since they parted at " + fork.get() + ", to " + shortened(moved)
                        + (unsaved ? ", and holds changes that no snapshot has" : ""),
                "resetting " + name + " to " + theirs + " gives it " + other.name()
                        + "'s state and leaves its own in its "
                        + "snapshots, and a branch from " + moved.get(0) + " is where " + other.name()
                        + "'s changes can be made again",
                moved,
                unsaved);
    }

    private static String shortened(List<String> refs) {
        int most = 5;
        return refs.stream().limit(most).collect(Collectors.joining(", "))
                + (refs.size() > most ? " and " + (refs.size() - most) + " more" : "");
    }
}
