package dev.zvpg.internal.catalog;

import dev.zvpg.storage.SnapshotId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which snapshots are kept: by branches and clones, by the branches of remotes that were fetched, and for a while by what
 * is just coming. Immutable.
 */
public record Reachability(Catalog catalog) {

    /**
     * Snapshots that nobody can reach any more: their branch is deleted, and neither a branch nor a clone descends from
     * them, nor is a branch of a remote at what descends from them. As in git, a deleted branch's history lives on in
     * what grew from it. None as long as there is an object that cannot be read, because it may be what they are reached
     * from.
     *
     * @param now what a transfer has brought that was cut off some days before is not kept any more
     */
    public List<SnapshotRecord> unreachable(Instant now) {
        if (!catalog.unreadable().isEmpty() || !catalog.newer().isEmpty()) {
            return List.of();
        }
        Set<SnapshotId> reachable = reachable(catalog.copies(), now);
        return catalog.snapshots().stream()
                .filter(image -> !reachable.contains(image.id()))
                .toList();
    }

    /** Whether a snapshot can still be reached when a working copy follows another one. */
    public boolean isReachableAfter(CopyRecord moved, SnapshotId to, SnapshotId wanted) {
        List<SnapshotId> starts = starts(others(moved), Instant.MAX);
        starts.add(to);
        catalog.snapshotsOf(moved).forEach(image -> starts.add(image.id()));
        return catalog.lineage().firstParents(starts).containsKey(wanted);
    }

    /** The snapshots that nobody could reach any more without a branch, nearest first. */
    public List<SnapshotRecord> heldOnlyBy(CopyRecord branch) {
        Set<SnapshotId> otherwise = reachable(others(branch), Instant.MAX);
        List<SnapshotId> starts = new ArrayList<>();
        catalog.head(branch).ifPresent(head -> starts.add(head.id()));
        starts.addAll(heldBy(List.of(branch)));
        return catalog.lineage().firstParents(starts).values().stream()
                .filter(image -> !otherwise.contains(image.id()))
                .toList();
    }

    private List<CopyRecord> others(CopyRecord than) {
        return catalog.copies().stream()
                .filter(copy -> !copy.id().equals(than.id()))
                .toList();
    }

    private Set<SnapshotId> reachable(List<CopyRecord> from, Instant now) {
        return catalog.lineage().firstParents(starts(from, now)).keySet();
    }

    /** What working copies hold, and what is kept without one. */
    private List<SnapshotId> starts(List<CopyRecord> from, Instant now) {
        List<SnapshotId> starts = heldBy(from);
        catalog.snapshots().stream()
                .filter(image -> image.provenance().isKept(now))
                .forEach(image -> starts.add(image.id()));
        return starts;
    }

    /**
     * What working copies hold: the snapshots that they began from, those that were taken on them, and what they are
     * just getting by a merge.
     */
    private List<SnapshotId> heldBy(List<CopyRecord> from) {
        List<SnapshotId> starts = new ArrayList<>();
        for (CopyRecord copy : from) {
            copy.base().ifPresent(starts::add);
            copy.merging().map(Merging::theirs).ifPresent(starts::add);
            catalog.snapshotsOf(copy).forEach(image -> starts.add(image.id()));
        }
        return starts;
    }
}
