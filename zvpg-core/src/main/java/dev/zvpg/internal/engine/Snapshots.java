package dev.zvpg.internal.engine;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.RefName;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.option.SnapshotOptions;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes and deletes snapshots. Thread-safe. */
public final class Snapshots {

    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    private final Context context;
    private final SnapshotWriter writer;
    private final Settlement settlement;

    Snapshots(Context context, SnapshotWriter writer, Settlement settlement) {
        this.context = context;
        this.writer = writer;
        this.settlement = settlement;
    }

    /** Takes a snapshot under a generated name. */
    SnapshotKey commit(CopyKey branch, String message) {
        return take(branch, Optional.empty(), message, SnapshotOptions.DEFAULT);
    }

    /**
     * Takes a snapshot of a branch.
     *
     * @param name its name, or empty for a generated one
     */
    public SnapshotKey take(CopyKey key, Optional<String> name, String message, SnapshotOptions options) {
        name.ifPresent(RefName::snapshot);
        SnapshotWriter.checkMessage(message);
        try (Locks.Held held = context.workingCopy(key)) {
            context.home().requireLiving(); // whoever destroys it waits for those that begin before, and for no others
            Catalog catalog = context.catalog();
            if (catalog.require(key).merging().isPresent()) { // what it brought belongs to its own snapshot
                settlement.settle(key, Optional.empty());
                catalog = context.catalog();
            }
            return writer.take(catalog, catalog.require(key), name, message, options, Optional.empty());
        }
    }

    /** Deletes a snapshot that no merge will begin from. */
    public void delete(SnapshotKey key) {
        remove(key, false);
    }

    /** Deletes a snapshot; what grew from it stays, and follows the snapshot's parents from now on. */
    public void discard(SnapshotKey key) {
        remove(key, true);
    }

    private void remove(SnapshotKey key, boolean alsoMergeBase) {
        Catalog catalog;
        SnapshotRecord image;
        try (Locks.Held held = context.locks().repository()) {
            catalog = context.catalog();
            image = catalog.require(key);
            requireNotBeingMerged(catalog, image);
            if (!alsoMergeBase) {
                requireNoMergeBase(catalog, image);
                requireNotTracked(catalog, image);
            }
            context.storage().destroy(key.id(), relink(catalog, image));
        }
        collectGarbage(); // a deleted branch's snapshots may have lived on in this one only
        tellDeleted(catalog, image);
    }

    /** From an older one, a merge does not see what one of the two has undone since, and brings it back. */
    private static void requireNoMergeBase(Catalog catalog, SnapshotRecord image) {
        List<CopyRecord> branches = catalog.partedAt(image);
        if (!branches.isEmpty()) {
            throw new InUseException(
                    "cannot delete snapshot " + catalog.ref(image) + ": "
                            + branches.stream().map(CopyRecord::words).collect(Collectors.joining(" and "))
                            + " parted there, and a merge of them begins from it",
                    "merge them, delete one of them, or call discard() when they are never to be merged");
        }
    }

    /** What is fetched or pushed next follows it, and is not known to when it is gone. */
    private static void requireNotTracked(Catalog catalog, SnapshotRecord image) {
        Set<String> refs = image.provenance().refs();
        if (!refs.isEmpty()) {
            throw new InUseException(
                    "cannot delete snapshot " + catalog.ref(image) + ": "
                            + refs.stream().sorted().collect(Collectors.joining(" and "))
                            + " is there, and what is fetched or pushed next begins from it",
                    "fetch or push a newer one first, or call discard()");
        }
    }

    /** The snapshot of a merge will follow it. */
    private static void requireNotBeingMerged(Catalog catalog, SnapshotRecord image) {
        catalog.copies().stream()
                .filter(copy -> copy.merging()
                        .filter(merging -> merging.theirs().equals(image.id()))
                        .isPresent())
                .findFirst()
                .ifPresent(copy -> {
                    throw new InUseException(
                            "cannot delete snapshot " + catalog.ref(image) + ": it is being merged into "
                                    + copy.words(),
                            "if that was cut off, the next snapshot of " + copy.words() + " brings it to its end");
                });
    }

    private void tellDeleted(Catalog catalog, SnapshotRecord image) {
        context.events()
                .tell(new Event.SnapshotDeleted(Events.ref(catalog.key(image)), Events.ref(catalog.branchOf(image))));
    }

    /** Takes a snapshot back that was only needed for a while. */
    void drop(SnapshotKey taken) {
        try {
            discard(taken);
        } catch (ZvpgException e) {
            LOG.warn("Snapshot {} was only needed for a while and cannot be deleted; delete it", taken.ref(), e);
        }
    }

    /** Takes a snapshot back that was taken for something that failed. */
    void undo(SnapshotKey taken, Throwable failure) {
        try {
            discard(taken);
        } catch (RuntimeException | Error again) {
            failure.addSuppressed(again); // one snapshot more than there was, which harms nobody
        }
    }

    /**
     * Puts a snapshot's ancestors in its place, in what grew from it and in the branches that began from it; where it was
     * derived from them, so is now what grew from it. A clone keeps naming it: a clone is a copy of that snapshot and of no
     * other.
     */
    private static List<AttributeChange> relink(Catalog catalog, SnapshotRecord gone) {
        List<AttributeChange> changes = new ArrayList<>();
        Optional<SnapshotId> from = Optional.of(gone.id());
        for (SnapshotRecord child : catalog.snapshots()) {
            boolean follows = child.parents().contains(gone.id());
            boolean continues = child.grownFrom().equals(from);
            if (follows || continues) {
                Map<String, String> set = new TreeMap<>(derived(gone));
                Set<String> remove = new HashSet<>();
                if (follows) {
                    Set<SnapshotId> parents = new LinkedHashSet<>();
                    child.parents().forEach(p -> parents.addAll(p.equals(gone.id()) ? gone.parents() : List.of(p)));
                    parents.removeIf(parent -> catalog.snapshot(parent).isEmpty()); // what was merged, and is gone
                    set.put(SnapshotRecord.PARENTS, SnapshotRecord.parents(List.copyOf(parents)));
                }
                if (continues) {
                    SnapshotWriter.say(SnapshotRecord.GROWN_FROM, gone.grownFrom(), set, remove);
                }
                changes.add(new AttributeChange(child.id(), set, remove));
            }
        }
        for (CopyRecord copy : catalog.copies()) {
            boolean began = copy.kind() == CopyRecord.Kind.BRANCH && copy.base().equals(from);
            boolean continues = copy.grownFrom().equals(from);
            if (began || continues) {
                Map<String, String> set = new TreeMap<>(began ? derived(gone) : Map.of());
                Set<String> remove = new HashSet<>();
                if (began) {
                    Optional<SnapshotId> base = catalog.lineage().parents(gone).stream()
                            .map(SnapshotRecord::id)
                            .findFirst();
                    SnapshotWriter.say(CopyRecord.BASE, base, set, remove);
                }
                if (continues) {
                    SnapshotWriter.say(CopyRecord.GROWN_FROM, gone.grownFrom(), set, remove);
                }
                changes.add(new AttributeChange(copy.volume().id(), set, remove));
            }
        }
        return changes;
    }

    private static Map<String, String> derived(SnapshotRecord gone) {
        return gone.isDerived() ? Map.of(SnapshotRecord.DERIVED, Boolean.toString(true)) : Map.of();
    }

    /** Destroys the snapshots that nobody can reach any more; one that refuses is left for the next time. */
    void collectGarbage() {
        Catalog catalog;
        List<SnapshotRecord> gone;
        try (Locks.Held held = context.locks().repository()) {
            catalog = context.catalog();
            gone = catalog.reachability().unreachable(context.clock().instant()).stream()
                    .filter(this::discard)
                    .toList();
        }
        gone.forEach(image -> tellDeleted(catalog, image));
    }

    /** The same, with a look at what there was a moment ago, which costs nothing where there is none. */
    void collectGarbage(Catalog before) {
        if (!before.reachability().unreachable(context.clock().instant()).isEmpty()) {
            collectGarbage(); // a branch may have been made from it meanwhile
        }
    }

    /** Destroys a snapshot if that is possible now; tells whether it did. */
    boolean discard(SnapshotRecord image) {
        try {
            context.storage().destroy(image.id());
            return true;
        } catch (NotFoundException e) {
            LOG.debug("Snapshot {} is gone already", image.id());
        } catch (ZvpgException e) {
            LOG.warn("Snapshot {} cannot be removed now; the next open() tries again", image.id(), e);
        }
        return false;
    }
}
