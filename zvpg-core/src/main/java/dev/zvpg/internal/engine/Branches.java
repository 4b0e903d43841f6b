package dev.zvpg.internal.engine;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.CopyRequest;
import dev.zvpg.internal.catalog.Provenance;
import dev.zvpg.internal.catalog.RefName;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.storage.AttributeChange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Branches of branches, their names, and what others have pushed to them. Thread-safe. */
public final class Branches {

    private static final Logger LOG = LoggerFactory.getLogger(Branches.class);

    private static final int TAIL = 4;

    private final Context context;
    private final Snapshots snapshots;
    private final CopyFactory copies;

    Branches(Context context, Snapshots snapshots, CopyFactory copies) {
        this.context = context;
        this.snapshots = snapshots;
        this.copies = copies;
    }

    /** Makes a branch from another one's head, and takes a snapshot of it where there is none. */
    public CopyKey branch(CopyKey key, CopyRequest wanted) {
        Catalog catalog = context.catalog();
        CopyRecord parent = catalog.require(key);
        Optional<SnapshotRecord> head = catalog.head(parent);
        if (head.isPresent()) {
            return copies.create(wanted, catalog.key(head.get()));
        }
        copies.requirePossible(catalog, wanted);
        SnapshotKey first = snapshots.commit(parent.key(), "where branch " + wanted.name() + " begins");
        try {
            return copies.create(wanted, first);
        } catch (RuntimeException | Error e) {
            snapshots.undo(first, e);
            throw e;
        }
    }

    /**
     * Gives a branch another name. Its snapshots are written with it from then on, because they only name its identity.
     */
    public void rename(CopyKey key, String newName) {
        RefName.branch(newName);
        try (Locks.Held held = context.workingCopy(key);
                Locks.Held repository = context.locks().repository()) {
            Catalog catalog = context.catalog();
            CopyRecord branch = catalog.require(key);
            String before = branch.name();
            if (before.equals(newName)) {
                return;
            }
            if (catalog.copy(CopyRecord.Kind.BRANCH, newName).isPresent()) {
                throw new AlreadyExistsException(
                        "cannot rename branch " + before + " to " + newName + ": a branch of that name exists",
                        "choose another name, or rename or delete that one first");
            }
            context.storage()
                    .update(List.of(AttributeChange.set(branch.volume().id(), Map.of(CopyRecord.NAME, newName))));
            context.events().tell(new Event.BranchRenamed(new Event.Ref(branch.id(), newName), before));
        }
    }

    /** Takes in what was pushed where somebody had moved a branch to it who was killed then. */
    void takeInAll(Catalog before) {
        Set<SnapshotRecord> pushed = before.incoming().stream()
                .filter(image -> image.provenance().isPushed())
                .collect(Collectors.toSet());
        if (!pushed.isEmpty()) {
            before.copies(CopyRecord.Kind.BRANCH).stream()
                    .filter(branch ->
                            before.head(branch).filter(pushed::contains).isPresent())
                    .forEach(branch -> takeInQuietly(branch.name()));
        }
    }

    private void takeInQuietly(String name) {
        try {
            takeIn(name);
        } catch (ZvpgException e) {
            LOG.warn("What was pushed to branch {} cannot be made its own now; the next open() tries again", name, e);
        }
    }

    /** What was pushed with a branch's head: what leads to it without a gap. */
    private static Set<SnapshotRecord> pushedWith(Catalog catalog, CopyRecord branch) {
        Set<SnapshotRecord> pushed = new HashSet<>();
        Deque<SnapshotRecord> next =
                new ArrayDeque<>(catalog.head(branch).stream().toList());
        while (!next.isEmpty()) {
            SnapshotRecord image = next.removeFirst();
            if (image.provenance().isPushed() && pushed.add(image)) {
                catalog.lineage().parents(image).forEach(next::add);
            }
        }
        return pushed;
    }

    /**
     * Makes what was pushed the branch's own, by this push or by one that was cut off, as if it had been taken on it,
     * under names that it does not have yet; what it follows is reached from it now, and not marked any more.
     */
    public void takeIn(String name) {
        try (Locks.Held held = context.locks().repository()) {
            Catalog catalog = context.catalog();
            Optional<CopyRecord> branch = catalog.copy(CopyRecord.Kind.BRANCH, name);
            if (branch.isEmpty()) {
                return; // it is deleted already
            }
            Set<String> taken = new HashSet<>();
            catalog.snapshotsOf(branch.get()).forEach(image -> taken.add(image.name()));
            List<AttributeChange> changes = new ArrayList<>();
            Set<SnapshotRecord> pushed = pushedWith(catalog, branch.get());
            for (SnapshotRecord image : catalog.history(branch.get())) {
                Map<String, String> set = new TreeMap<>();
                boolean isOthers = image.provenance().isPushed() && !pushed.contains(image);
                if (pushed.contains(image)) {
                    String tail = image.id()
                            .value()
                            .substring(Math.max(0, image.id().value().length() - TAIL));
                    String free = taken.add(image.name()) ? image.name() : image.name() + "-" + tail;
                    taken.add(free);
                    set.put(SnapshotRecord.NAME, free);
                    set.put(SnapshotRecord.BRANCH, branch.get().id());
                    set.put(SnapshotRecord.BRANCH_NAME, name);
                }
                Set<String> marks = isOthers ? Set.of() : Provenance.marksOf(image);
                if (!marks.isEmpty()) {
                    changes.add(new AttributeChange(image.id(), set, marks));
                }
            }
            if (!changes.isEmpty()) {
                context.storage().update(changes);
            }
        }
    }
}
