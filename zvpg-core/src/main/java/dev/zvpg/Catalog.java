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

    private final List<Copy> copies = new ArrayList<>();
    private final Map<String, Copy> copiesById = new HashMap<>();
    private final Map<SnapshotId, Image> images = new LinkedHashMap<>();
    private final Map<VolumeId, List<Image>> imagesOfVolume = new HashMap<>();
    private final Map<String, List<Image>> imagesOfBranch = new HashMap<>();
    private final List<StoredVolume> unreferenced = new ArrayList<>();
    private final List<StoredVolume> scratches = new ArrayList<>();
    private final List<String> foreign;

    Catalog(Listing listing) {
        for (StoredVolume volume : listing.volumes()) {
            if (Scratch.is(volume)) {
                scratches.add(volume);
                continue;
            }
            Copy.of(volume).ifPresentOrElse(copies::add, () -> unreferenced.add(volume));
        }
        copies.sort(Comparator.comparing(Copy::name));
        copies.forEach(copy -> copiesById.put(copy.id(), copy));
        listing.snapshots().forEach(stored -> {
            Image image = Image.of(stored);
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

    List<Copy> copies(Copy.Kind kind) {
        return copies.stream().filter(copy -> copy.kind() == kind).toList();
    }

    List<Copy> copies() {
        return List.copyOf(copies);
    }

    Optional<Copy> copy(Copy.Kind kind, String name) {
        return copies.stream()
                .filter(copy -> copy.kind() == kind && copy.name().equals(name))
                .findFirst();
    }

    Optional<Copy> copy(String id) {
        return Optional.ofNullable(copiesById.get(id));
    }

    Optional<Copy> cloneOnPort(int port) {
        return copies.stream()
                .filter(copy -> copy.kind() == Copy.Kind.CLONE && copy.port() == port)
                .findFirst();
    }

    List<Image> images() {
        return List.copyOf(images.values());
    }

    Optional<Image> image(SnapshotId id) {
        return Optional.ofNullable(images.get(id));
    }

    /** The snapshots that were taken on a branch, oldest first. */
    List<Image> imagesOf(Copy branch) {
        return List.copyOf(imagesOfBranch.getOrDefault(branch.id(), List.of()));
    }

    Optional<Image> image(Copy branch, String name) {
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
    Optional<Image> head(Copy copy) {
        return imagesOfVolume.getOrDefault(copy.volume().id(), List.of()).stream()
                .max(Comparator.comparingLong(Image::sequence))
                .or(() -> copy.base().flatMap(this::image));
    }

    long nextSequence(Copy copy) {
        return imagesOfVolume.getOrDefault(copy.volume().id(), List.of()).stream()
                        .mapToLong(Image::sequence)
                        .max()
                        .orElse(0)
                + 1;
    }

    /** The snapshots that a snapshot follows, itself first, each once, nearest first. */
    List<Image> history(SnapshotId start) {
        return List.copyOf(history(List.of(start)).values());
    }

    /** The same for a working copy; nothing where it has no snapshot. */
    List<Image> history(Copy copy) {
        return head(copy).map(head -> history(head.id())).orElse(List.of());
    }

    private Map<SnapshotId, Image> history(Collection<SnapshotId> starts) {
        Map<SnapshotId, Image> seen = new LinkedHashMap<>();
        Deque<SnapshotId> next = new ArrayDeque<>(starts);
        while (!next.isEmpty()) {
            Image image = images.get(next.removeFirst());
            if (image != null && seen.putIfAbsent(image.id(), image) == null) {
                next.addAll(image.parents());
            }
        }
        return seen;
    }

    /** The nearest snapshot of a history seen earlier that is still there: what a new object follows if one was deleted. */
    Optional<SnapshotId> survivor(SnapshotId start, Catalog earlier) {
        return earlier.history(start).stream()
                .map(Image::id)
                .filter(images::containsKey)
                .findFirst();
    }

    /** The name of a snapshot's branch: today's if it lives, else the last one that it had. */
    String branchName(Image image) {
        return copy(image.branchId()).map(Copy::name).orElse(image.branchName());
    }

    String ref(Image image) {
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
    List<Image> unreachable() {
        Set<SnapshotId> reachable =
                reachable(copies.stream().flatMap(copy -> copy.base().stream()).toList());
        return images.values().stream()
                .filter(image -> !reachable.contains(image.id()))
                .toList();
    }

    /** Whether a snapshot can still be reached when a working copy follows another one. */
    boolean isReachableAfter(Copy moved, SnapshotId to, SnapshotId wanted) {
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
