package dev.zvpg;

import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.VolumeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The domain's view of one listing: a pure function of it. Immutable. */
final class Catalog {

    private final List<CopyRecord> copies = new ArrayList<>();
    private final Map<String, CopyRecord> copiesById = new HashMap<>();
    private final Map<SnapshotId, SnapshotRecord> images = new LinkedHashMap<>();
    private final Map<VolumeId, List<SnapshotRecord>> imagesOfVolume = new HashMap<>();
    private final Map<String, List<SnapshotRecord>> imagesOfBranch = new HashMap<>();
    private final List<StoredVolume> unreferenced = new ArrayList<>();
    private final List<StoredVolume> scratches = new ArrayList<>();
    private final List<String> foreign;

    Catalog(Listing listing) {
        for (StoredVolume volume : listing.volumes()) {
            if (Scratch.is(volume)) {
                scratches.add(volume);
                continue;
            }
            CopyRecord.of(volume).ifPresentOrElse(copies::add, () -> unreferenced.add(volume));
        }
        copies.sort(Comparator.comparing(CopyRecord::name));
        copies.forEach(copy -> copiesById.put(copy.id(), copy));
        listing.snapshots().forEach(stored -> {
            SnapshotRecord image = SnapshotRecord.of(stored);
            images.put(image.id(), image);
            imagesOfVolume
                    .computeIfAbsent(stored.volume(), v -> new ArrayList<>())
                    .add(image);
            imagesOfBranch
                    .computeIfAbsent(image.branchId(), b -> new ArrayList<>())
                    .add(image);
        });
        foreign = listing.foreign();
    }

    List<CopyRecord> copies(CopyRecord.Kind kind) {
        return copies.stream().filter(copy -> copy.kind() == kind).toList();
    }

    List<CopyRecord> copies() {
        return List.copyOf(copies);
    }

    Optional<CopyRecord> copy(CopyRecord.Kind kind, String name) {
        return copies.stream()
                .filter(copy -> copy.kind() == kind && copy.name().equals(name))
                .findFirst();
    }

    Optional<CopyRecord> copy(String id) {
        return Optional.ofNullable(copiesById.get(id));
    }

    Optional<CopyRecord> cloneOnPort(int port) {
        return copies.stream()
                .filter(copy -> copy.kind() == CopyRecord.Kind.CLONE && copy.port() == port)
                .findFirst();
    }

    List<SnapshotRecord> snapshots() {
        return List.copyOf(images.values());
    }

    Optional<SnapshotRecord> snapshot(SnapshotId id) {
        return Optional.ofNullable(images.get(id));
    }

    /** The snapshots that were taken on a branch, oldest first. */
    List<SnapshotRecord> snapshotsOf(CopyRecord branch) {
        return List.copyOf(imagesOfBranch.getOrDefault(branch.id(), List.of()));
    }

    Optional<SnapshotRecord> snapshot(CopyRecord branch, String name) {
        if (name.equals(RefName.LATEST)) {
            return head(branch);
        }
        return imagesOfBranch.getOrDefault(branch.id(), List.of()).stream()
                .filter(image -> image.name().equals(name))
                .findFirst();
    }

    /**
     * The snapshot that a working copy's state follows: the newest one of its volume, else the one the volume began from. So
     * taking a snapshot moves the head by itself, and no crash can come between the two.
     */
    Optional<SnapshotRecord> head(CopyRecord copy) {
        return imagesOfVolume.getOrDefault(copy.volume().id(), List.of()).stream()
                .max(Comparator.comparingLong(SnapshotRecord::sequence))
                .or(() -> copy.base().flatMap(this::snapshot));
    }

    long nextSequence(CopyRecord copy) {
        return imagesOfVolume.getOrDefault(copy.volume().id(), List.of()).stream()
                        .mapToLong(SnapshotRecord::sequence)
                        .max()
                        .orElse(0)
                + 1;
    }

    /** The snapshots that a snapshot follows, itself first, each once, nearest first. */
    List<SnapshotRecord> history(SnapshotId start) {
        return List.copyOf(history(List.of(start)).values());
    }

    /** The same for a working copy; nothing where it has no snapshot. */
    List<SnapshotRecord> history(CopyRecord copy) {
        return head(copy).map(head -> history(head.id())).orElse(List.of());
    }

    private Map<SnapshotId, SnapshotRecord> history(Collection<SnapshotId> starts) {
        Map<SnapshotId, SnapshotRecord> seen = new LinkedHashMap<>();
        Deque<SnapshotId> next = new ArrayDeque<>(starts);
        while (!next.isEmpty()) {
            SnapshotRecord image = images.get(next.removeFirst());
            if (image != null && seen.putIfAbsent(image.id(), image) == null) {
                next.addAll(image.parents());
            }
        }
        return seen;
    }

    /** The nearest snapshot of a history seen earlier that is still there: what a new object follows if one was deleted. */
    Optional<SnapshotId> survivor(SnapshotId start, Catalog earlier) {
        return earlier.history(start).stream()
                .map(SnapshotRecord::id)
                .filter(images::containsKey)
                .findFirst();
    }

    /** The name of a snapshot's branch: today's if it lives, else the last one that it had. */
    String branchName(SnapshotRecord image) {
        return copy(image.branchId()).map(CopyRecord::name).orElse(image.branchName());
    }

    String ref(SnapshotRecord image) {
        return branchName(image) + "@" + image.name();
    }

    /** Volumes that nothing refers to: left over, unless somebody is making them right now. */
    List<StoredVolume> unreferenced() {
        return List.copyOf(unreferenced);
    }

    /** The volumes of scratch clones, of whichever owner, dead or alive. */
    List<StoredVolume> scratches() {
        return List.copyOf(scratches);
    }

    /**
     * Snapshots that nobody can reach any more: their branch is deleted, and neither a branch nor a clone descends from them.
     * As in git, a deleted branch's history lives on in what grew from it.
     */
    List<SnapshotRecord> unreachable() {
        Set<SnapshotId> reachable =
                reachable(copies.stream().flatMap(copy -> copy.base().stream()).toList());
        return images.values().stream()
                .filter(image -> !reachable.contains(image.id()))
                .toList();
    }

    /** Whether a snapshot can still be reached when a working copy follows another one. */
    boolean isReachableAfter(CopyRecord moved, SnapshotId to, SnapshotId wanted) {
        List<SnapshotId> bases = new ArrayList<>(List.of(to));
        copies.stream()
                .filter(copy -> !copy.id().equals(moved.id()))
                .forEach(copy -> copy.base().ifPresent(bases::add));
        return reachable(bases).contains(wanted);
    }

    private Set<SnapshotId> reachable(List<SnapshotId> bases) {
        List<SnapshotId> starts = new ArrayList<>(bases);
        imagesOfBranch.forEach((branch, taken) -> {
            if (copiesById.containsKey(branch)) {
                taken.forEach(image -> starts.add(image.id()));
            }
        });
        return history(starts).keySet();
    }

    List<String> foreign() {
        return foreign;
    }
}
