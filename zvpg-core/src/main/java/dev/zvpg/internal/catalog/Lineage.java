package dev.zvpg.internal.catalog;

import dev.zvpg.storage.SnapshotId;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How snapshots come from each other: by the history that people have made, where a merge has several parents, and by the
 * images that they are, each of which continues one other. Immutable.
 */
public final class Lineage {

    private final Map<SnapshotId, SnapshotRecord> snapshots;

    Lineage(Map<SnapshotId, SnapshotRecord> snapshots) {
        this.snapshots = snapshots;
    }

    private Optional<SnapshotRecord> snapshot(SnapshotId id) {
        return Optional.ofNullable(snapshots.get(id));
    }

    /** The snapshots whose images a snapshot's own continues, itself first, nearest first, as far as they are known. */
    public List<SnapshotRecord> images(SnapshotId start) {
        Map<SnapshotId, SnapshotRecord> images = new LinkedHashMap<>();
        Optional<SnapshotRecord> next = snapshot(start);
        while (next.isPresent() && images.putIfAbsent(next.get().id(), next.get()) == null) {
            next = next.get().grownFrom().flatMap(this::snapshot);
        }
        return List.copyOf(images.values());
    }

    /**
     * The nearest snapshot whose image two others both continue: every block that it shares with both, they share with
     * each other.
     */
    public Optional<SnapshotRecord> commonImage(SnapshotId one, SnapshotId other) {
        List<SnapshotRecord> theirs = images(other);
        return images(one).stream().filter(theirs::contains).findFirst();
    }

    /** The snapshots that a snapshot follows at once and that are still there, nearest first. */
    public List<SnapshotRecord> parents(SnapshotRecord image) {
        return image.parents().stream()
                .flatMap(parent -> snapshot(parent).stream())
                .toList();
    }

    /** The snapshots that a snapshot follows, itself first, each once, nearest first. */
    public List<SnapshotRecord> history(SnapshotId start) {
        return List.copyOf(history(List.of(start)).values());
    }

    /**
     * The best common ancestors of two snapshots: those that both follow, or are, and that no other such one follows.
     * One, unless histories were merged crosswise; none where they have nothing in common.
     */
    public List<SnapshotRecord> mergeBases(SnapshotId one, SnapshotId other) {
        Map<SnapshotId, SnapshotRecord> common = history(List.of(one));
        common.keySet().retainAll(history(List.of(other)).keySet());
        Set<SnapshotId> followed = history(common.values().stream()
                        .flatMap(image -> image.parents().stream())
                        .toList())
                .keySet();
        return common.values().stream()
                .filter(image -> !followed.contains(image.id()))
                .toList();
    }

    private Map<SnapshotId, SnapshotRecord> history(Collection<SnapshotId> starts) {
        return history(starts, Integer.MAX_VALUE);
    }

    /** What keeps snapshots: a merge keeps what its branch had, and not what came from the other one. */
    Map<SnapshotId, SnapshotRecord> firstParents(Collection<SnapshotId> starts) {
        return history(starts, 1);
    }

    private Map<SnapshotId, SnapshotRecord> history(Collection<SnapshotId> starts, int parents) {
        Map<SnapshotId, SnapshotRecord> seen = new LinkedHashMap<>();
        Deque<SnapshotId> next = new ArrayDeque<>(starts);
        while (!next.isEmpty()) {
            SnapshotRecord image = snapshots.get(next.removeFirst());
            if (image != null && seen.putIfAbsent(image.id(), image) == null) {
                image.parents().stream().limit(parents).forEach(next::add);
            }
        }
        return seen;
    }

    /**
     * Whether what follows the nearest of them now must not show that to others, because one of those that are gone was
     * derived from it.
     */
    public boolean isCutOff(List<SnapshotRecord> earlier) {
        return earlier.stream()
                .takeWhile(image -> !snapshots.containsKey(image.id()))
                .anyMatch(SnapshotRecord::isDerived);
    }

    /** The nearest of some snapshots that were there earlier and still are: what is new follows it if one was deleted. */
    public Optional<SnapshotId> nearest(List<SnapshotRecord> earlier) {
        return earlier.stream()
                .map(SnapshotRecord::id)
                .filter(snapshots::containsKey)
                .findFirst();
    }
}
