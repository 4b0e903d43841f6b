package dev.zvpg.internal.catalog;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.server.Position;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredSnapshot;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.VolumeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The domain's view of one listing: a pure function of it. Immutable. */
public final class Catalog {

    /** How long what a cut transfer has brought is kept for the next one to go on from. */
    public static final Duration INCOMING_PATIENCE = Duration.ofDays(7);

    /** What a volume is that is about to be a snapshot that was received, and no longer there then. */
    public static final String INCOMING = "incoming";

    private final List<VolumeId> incomingVolumes = new ArrayList<>();
    private final List<CopyRecord> copies = new ArrayList<>();
    private final Map<String, CopyRecord> copiesById = new HashMap<>();
    private final Map<SnapshotId, SnapshotRecord> snapshots = new LinkedHashMap<>();
    private final Map<VolumeId, List<SnapshotRecord>> snapshotsOfVolume = new HashMap<>();
    private final Map<String, List<SnapshotRecord>> snapshotsOfBranch = new HashMap<>();
    private final Lineage lineage = new Lineage(snapshots);
    private final List<Unreadable> unreadable = new ArrayList<>();
    private final List<String> newer = new ArrayList<>();

    public Catalog(Listing listing) {
        listing.volumes().forEach(this::add);
        copies.sort(Comparator.comparing(CopyRecord::name));
        copies.forEach(copy -> copiesById.put(copy.id(), copy));
        listing.snapshots().forEach(this::add);
    }

    private void add(StoredVolume volume) {
        ObjectAttributes attributes = new ObjectAttributes(volume.id(), volume.attributes());
        try {
            if (attributes.isNewer()) {
                addNewer("volume " + volume.id());
                return;
            }
            String word = attributes.require(CopyRecord.KIND);
            Optional<CopyRecord.Kind> kind = CopyRecord.Kind.of(word);
            if (word.equals(INCOMING)) {
                incomingVolumes.add(volume.id());
            } else if (kind.isEmpty()) {
                addNewer(word + " in volume " + volume.id());
            } else {
                copies.add(CopyRecord.of(kind.get(), volume));
            }
        } catch (ObjectAttributes.UnreadableException e) {
            unreadable.add(Unreadable.of(attributes, e));
        }
    }

    private void add(StoredSnapshot stored) {
        ObjectAttributes attributes = new ObjectAttributes(stored.id(), stored.attributes());
        try {
            if (attributes.isNewer()) {
                addNewer("snapshot " + stored.id());
                return;
            }
            SnapshotRecord snapshot = SnapshotRecord.of(stored);
            snapshots.put(snapshot.id(), snapshot);
            snapshotsOfVolume
                    .computeIfAbsent(stored.volume(), v -> new ArrayList<>())
                    .add(snapshot);
            snapshotsOfBranch
                    .computeIfAbsent(snapshot.branchId(), b -> new ArrayList<>())
                    .add(snapshot);
        } catch (ObjectAttributes.UnreadableException e) {
            unreadable.add(Unreadable.of(attributes, e));
        }
    }

    private void addNewer(String object) {
        newer.add(object);
    }

    /** The objects that cannot be read, each with what is wrong with it. */
    public List<Unreadable> unreadable() {
        return List.copyOf(unreadable);
    }

    /** What a later version of this library made: perhaps the repository's, and not this version's to read. */
    public List<String> newer() {
        return List.copyOf(newer);
    }

    public List<CopyRecord> copies(CopyRecord.Kind kind) {
        return copies.stream().filter(copy -> copy.kind() == kind).toList();
    }

    public List<CopyRecord> copies() {
        return List.copyOf(copies);
    }

    public Optional<CopyRecord> copy(CopyRecord.Kind kind, String name) {
        return copies.stream()
                .filter(copy -> copy.kind() == kind && copy.name().equals(name))
                .findFirst();
    }

    public Optional<CopyRecord> copy(String id) {
        return Optional.ofNullable(copiesById.get(id));
    }

    /**
     * Finds what a handle stands for.
     *
     * @throws NotFoundException when it was deleted
     */
    public CopyRecord require(CopyKey key) {
        return copy(key.id()).orElseThrow(() -> Lookup.gone(key.words()));
    }

    /**
     * Finds what a handle stands for.
     *
     * @throws NotFoundException when it was deleted
     */
    public SnapshotRecord require(SnapshotKey key) {
        return snapshot(key.id()).orElseThrow(() -> Lookup.gone("snapshot " + key.ref()));
    }

    public Optional<CopyRecord> cloneOnPort(int port) {
        return copies.stream()
                .filter(copy -> copy.kind() == CopyRecord.Kind.CLONE && copy.port() == port)
                .findFirst();
    }

    public List<SnapshotRecord> snapshots() {
        return List.copyOf(snapshots.values());
    }

    public Optional<SnapshotRecord> snapshot(SnapshotId id) {
        return Optional.ofNullable(snapshots.get(id));
    }

    /** The snapshots that were taken on a branch, oldest first. */
    public List<SnapshotRecord> snapshotsOf(CopyRecord branch) {
        return List.copyOf(snapshotsOfBranch.getOrDefault(branch.id(), List.of()));
    }

    public Optional<SnapshotRecord> snapshot(CopyRecord branch, String name) {
        if (name.equals(RefName.LATEST)) {
            return head(branch);
        }
        return snapshotsOfBranch.getOrDefault(branch.id(), List.of()).stream()
                .filter(image -> image.name().equals(name))
                .findFirst();
    }

    /**
     * The snapshot that a working copy's state follows: the newest one of its volume, else the one the volume began
     * from. So taking a snapshot moves the head by itself, and no crash can come between the two.
     */
    public Optional<SnapshotRecord> head(CopyRecord copy) {
        return newest(copy).or(() -> copy.base().flatMap(this::snapshot));
    }

    /** The same for other repositories: what a branch was derived from stays here, also while nothing was taken on it. */
    public Optional<SnapshotRecord> headForOthers(CopyRecord branch) {
        return branch.isDerived() ? newest(branch) : head(branch);
    }

    /** How far a working copy was when all that it held was in a snapshot, its head. */
    public Position saved(CopyRecord copy, SnapshotRecord head) {
        return copy.start()
                .filter(start -> start.of().equals(head.id()))
                .map(Start::position)
                .orElse(head.position());
    }

    private Optional<SnapshotRecord> newest(CopyRecord copy) {
        return snapshotsOfVolume.getOrDefault(copy.volume().id(), List.of()).stream()
                .max(Comparator.comparingLong(SnapshotRecord::sequence));
    }

    /** The snapshot whose image a working copy continues: the newest one of its volume, else what that began as. */
    public Optional<SnapshotId> grownFrom(CopyRecord copy) {
        return newest(copy).map(SnapshotRecord::id).or(copy::grownFrom);
    }

    public long nextSequence(CopyRecord copy) {
        return snapshotsOfVolume.getOrDefault(copy.volume().id(), List.of()).stream()
                        .mapToLong(SnapshotRecord::sequence)
                        .max()
                        .orElse(0)
                + 1;
    }

    /** How the snapshots come from each other. */
    public Lineage lineage() {
        return lineage;
    }

    /** The snapshots that a working copy follows, nearest first; none where it has no snapshot. */
    public List<SnapshotRecord> history(CopyRecord copy) {
        return head(copy).map(head -> lineage.history(head.id())).orElse(List.of());
    }

    /** Two branches that parted at a snapshot, so that a merge of them begins from it; none where there are not two. */
    public List<CopyRecord> partedAt(SnapshotRecord image) {
        Map<CopyRecord, Set<SnapshotId>> ways = new LinkedHashMap<>();
        for (CopyRecord branch : copies) {
            List<SnapshotRecord> history = branch.kind() == CopyRecord.Kind.BRANCH ? history(branch) : List.of();
            if (history.contains(image)) {
                Set<SnapshotId> way = history.stream()
                        .filter(next -> next.parents().contains(image.id()))
                        .map(SnapshotRecord::id)
                        .collect(Collectors.toSet());
                for (Map.Entry<CopyRecord, Set<SnapshotId>> other : ways.entrySet()) {
                    if (Collections.disjoint(other.getValue(), way)) {
                        return List.of(other.getKey(), branch);
                    }
                }
                ways.put(branch, way);
            }
        }
        return List.of();
    }

    /**
     * The name of a snapshot's branch: today's if it lives, else the last one that it had, behind its remote's where it
     * is the branch of another repository.
     */
    String branchName(SnapshotRecord image) {
        return copy(image.branchId())
                .map(CopyRecord::name)
                .orElseGet(() -> image.provenance()
                        .remote()
                        .map(remote -> remote + "/" + image.branchName())
                        .orElse(image.branchName()));
    }

    /** The snapshots that branches of remotes were at when they were asked last, by names such as {@code origin/main}. */
    public SortedMap<String, SnapshotRecord> tracked() {
        SortedMap<String, SnapshotRecord> tracked = new TreeMap<>();
        snapshots.values().forEach(image -> image.provenance().refs().forEach(ref -> tracked.put(ref, image)));
        return tracked;
    }

    /** The volumes that are about to be snapshots, or were when somebody was killed. */
    public List<VolumeId> incomingVolumes() {
        return List.copyOf(incomingVolumes);
    }

    /** The snapshots of which a transfer has not brought all that belongs to them. */
    public List<SnapshotRecord> incoming() {
        return snapshots.values().stream()
                .filter(image -> image.provenance().incoming().isPresent())
                .toList();
    }

    /** The branch that a snapshot was taken on, which may be deleted since. */
    public CopyKey branchOf(SnapshotRecord image) {
        return new CopyKey(CopyRecord.Kind.BRANCH, image.branchId(), branchName(image));
    }

    public SnapshotKey key(SnapshotRecord snapshot) {
        return new SnapshotKey(
                snapshot.id(),
                snapshot.name(),
                ref(snapshot),
                snapshot.provenance().isForeign());
    }

    public String ref(SnapshotRecord image) {
        return branchName(image) + "@" + image.name();
    }

    /** Which snapshots are kept, and by what. */
    public Reachability reachability() {
        return new Reachability(this);
    }
}
