package dev.zvpg.internal.engine;

import dev.zvpg.diff.Changes;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.internal.scratch.ScratchTree;
import dev.zvpg.option.SnapshotOptions;
import dev.zvpg.server.ServerContent;
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

    /**
     * Two revisions that are held open for a comparison.
     *
     * @param comparison what is different
     * @param ends lets go of what it reads from
     */
    public record Opened(ServerContent.Comparison comparison, List<Runnable> ends) implements AutoCloseable {

        /** Lets go of everything, whatever of it refuses. */
        @Override
        public void close() {
            Optional<RuntimeException> failure = AllOrNone.end(ends);
            if (failure.isPresent()) {
                throw failure.get();
            }
        }
    }

    /** A server that is read from, where it may differ from the common image, and how it is let go of. */
    private record Side(ServerContent content, Changes changes, Runnable end) implements Runnable {
        @Override
        public void run() {
            try (content) {
                // its sessions end before its server does
            } finally {
                end.run();
            }
        }
    }

    /** What is read: a scratch clone that there is, or one of a snapshot otherwise. */
    private record Found(SnapshotKey image, Optional<Scratch> scratch) {
        boolean is(SnapshotId snapshot) {
            return scratch.isEmpty() && image.id().equals(snapshot);
        }
    }

    /** Compares one with a later one, and keeps both open. */
    public Opened compare(Revision before, Revision after) {
        List<SnapshotKey> taken = new ArrayList<>();
        try {
            return compare(find(before, taken), find(after, taken));
        } finally {
            taken.forEach(snapshots::drop);
        }
    }

    private Opened compare(Found one, Found other) {
        Catalog catalog = context.catalog();
        Optional<SnapshotRecord> image =
                catalog.lineage().commonImage(one.image().id(), other.image().id());
        Optional<SnapshotId> common = image.map(SnapshotRecord::id);
        List<Callable<Side>> openings = new ArrayList<>();
        openings.add(() -> open(one, common));
        openings.add(() -> open(other, common));
        if (common.stream().anyMatch(id -> !one.is(id) && !other.is(id))) {
            SnapshotKey third = catalog.key(image.orElseThrow());
            openings.add(() -> open(new Found(third, Optional.empty()), Optional.empty()));
        }
        List<Side> sides = AllOrNone.open(openings);
        try {
            Side last = sides.get(sides.size() - 1);
            Optional<ServerContent.CommonImage> shared = common.map(id -> new ServerContent.CommonImage(
                    (one.is(id) ? sides.get(0) : last).content(),
                    Context.dataDirectory(context.storage().directory(id)),
                    sides.get(0).changes().and(sides.get(1).changes())));
            ServerContent.Comparison comparison =
                    sides.get(0).content().compareWith(sides.get(1).content(), shared);
            return new Opened(comparison, List.copyOf(sides));
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

    private Side open(Found found, Optional<SnapshotId> common) {
        if (found.scratch().isPresent()) {
            return side(found.scratch().get(), common, () -> {});
        }
        Scratch scratch = scratches.scratch(found.image(), Scratches.COMPARED);
        return side(scratch, common, () -> scratches.end(scratch));
    }

    private Side side(Scratch scratch, Optional<SnapshotId> common, Runnable end) {
        ServerContent content = null;
        boolean opened = false;
        try {
            content = scratch.server().content();
            Changes changes =
                    common.map(image -> changes(image, scratch.tree())).orElse(Changes.NONE);
            Side side = new Side(content, changes, end);
            opened = true;
            return side;
        } finally {
            if (!opened) {
                try (ServerContent begun = content) {
                    // let go of, whatever becomes of the server
                } finally {
                    end.run();
                }
            }
        }
    }

    private Changes changes(SnapshotId image, ScratchTree tree) {
        Path top = tree.directory();
        return tree.changes(context.storage(), image).below(top.relativize(Context.dataDirectory(top)));
    }
}
