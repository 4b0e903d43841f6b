package dev.zvpg.internal.engine;

import dev.zvpg.diff.Changes;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.comparison.AllOrNone;
import dev.zvpg.internal.comparison.OpenDiff;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.internal.scratch.ScratchTree;
import dev.zvpg.option.SnapshotOptions;
import dev.zvpg.storage.SnapshotId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Compares what two revisions hold. What is compared is read in scratch clones of snapshots, in which nobody else works;
 * what no snapshot has yet is taken in one that is gone when the comparison is made.
 *
 * <p>Thread-safe.
 */
public final class Diffs {

    private final Context context;
    private final Snapshots snapshots;
    private final Scratches scratches;
    private final DirtyCheck dirtyCheck;

    Diffs(Context context, Snapshots snapshots, Scratches scratches, DirtyCheck dirtyCheck) {
        this.context = context;
        this.snapshots = snapshots;
        this.scratches = scratches;
        this.dirtyCheck = dirtyCheck;
    }

    /** What is read: a scratch clone that there is, or one of a snapshot otherwise. */
    private record Found(SnapshotKey image, Optional<Scratch> scratch) {
        boolean is(SnapshotId snapshot) {
            return scratch.isEmpty() && image.id().equals(snapshot);
        }
    }

    /** Compares one with a later one, and keeps both open. */
    public OpenDiff compare(Revision before, Revision after) {
        List<SnapshotKey> taken = new ArrayList<>();
        try {
            Found one = find(before, taken);
            boolean isGoing = !taken.isEmpty();
            OpenDiff open = open(one, find(after, taken));
            if (isGoing) {
                open.keepCopy();
            }
            return open;
        } finally {
            taken.forEach(snapshots::drop);
        }
    }

    private OpenDiff open(Found one, Found other) {
        Catalog catalog = context.catalog();
        Optional<SnapshotRecord> image =
                catalog.lineage().commonImage(one.image().id(), other.image().id());
        Optional<SnapshotId> common = image.map(SnapshotRecord::id);
        List<Callable<OpenDiff.Side>> openings = new ArrayList<>();
        openings.add(() -> open(one, common));
        openings.add(() -> open(other, common));
        if (common.stream().anyMatch(id -> !one.is(id) && !other.is(id))) {
            SnapshotKey third = catalog.key(image.orElseThrow());
            openings.add(() -> open(new Found(third, Optional.empty()), Optional.empty()));
        }
        List<OpenDiff.Side> sides = AllOrNone.open(openings);
        try {
            return new OpenDiff(
                    sides,
                    common.map(id -> new OpenDiff.Common(
                            Context.dataDirectory(context.storage().directory(id)), one.is(id) ? 0 : sides.size() - 1)),
                    () -> copy(one.image(), common));
        } catch (RuntimeException | Error e) {
            AllOrNone.end(sides).ifPresent(e::addSuppressed);
            throw e;
        }
    }

    private Found find(Revision revision, List<SnapshotKey> taken) {
        if (revision instanceof Revision.OfSnapshot snapshot) {
            context.catalog().require(snapshot.key());
            return new Found(snapshot.key(), Optional.empty());
        }
        if (revision instanceof Revision.OfScratch scratch) {
            return new Found(scratch.scratch().from(), Optional.of(scratch.scratch()));
        }
        CopyKey key = ((Revision.OfCopy) revision).key();
        try (Locks.Held held = context.workingCopy(key)) {
            Catalog catalog = context.catalog();
            CopyRecord copy = catalog.require(key);
            Optional<SnapshotRecord> head = catalog.head(copy);
            if (head.isPresent() && !dirtyCheck.isUnsaved(catalog, copy)) {
                return new Found(catalog.key(head.get()), Optional.empty());
            }
            SnapshotKey now = snapshots.take(key, Optional.empty(), "for a comparison", SnapshotOptions.DEFAULT);
            taken.add(now);
            return new Found(now, Optional.empty());
        }
    }

    private OpenDiff.Side open(Found found, Optional<SnapshotId> common) {
        return OpenDiff.Side.open(found.scratch()
                .map(scratch -> copy(scratch, common, () -> {}))
                .orElseGet(() -> copy(found.image(), common)));
    }

    private OpenDiff.Copy copy(SnapshotKey image, Optional<SnapshotId> common) {
        Scratch scratch = scratches.scratch(image, Scratches.COMPARED);
        return copy(scratch, common, () -> scratches.end(scratch));
    }

    private OpenDiff.Copy copy(Scratch scratch, Optional<SnapshotId> common, Runnable end) {
        return new OpenDiff.Copy(
                scratch.server(),
                () -> common.map(image -> changes(image, scratch.tree())).orElse(Changes.NONE),
                end);
    }

    private Changes changes(SnapshotId image, ScratchTree tree) {
        Path top = tree.directory();
        return tree.changes(context.storage(), image).below(top.relativize(Context.dataDirectory(top)));
    }
}
