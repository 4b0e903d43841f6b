package dev.zvpg.internal.engine;

import dev.zvpg.diff.Changes;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.option.ScratchOptions;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerContent;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Compares what two revisions hold. A snapshot is read in a scratch clone of it; a branch or clone with unsaved work,
 * and a scratch clone, in the server that runs on it. Nothing is written but what a start writes.
 *
 * <p>Thread-safe.
 */
public final class Diffs {

    private final Context context;
    private final Servers servers;
    private final Scratches scratches;
    private final DirtyCheck dirtyCheck;

    Diffs(Context context, Servers servers, Scratches scratches, DirtyCheck dirtyCheck) {
        this.context = context;
        this.servers = servers;
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
            RuntimeException failure = null;
            for (Runnable end : ends) {
                try {
                    end.run();
                } catch (RuntimeException e) {
                    if (failure == null) {
                        failure = e;
                    } else {
                        failure.addSuppressed(e);
                    }
                }
            }
            if (failure != null) {
                throw failure;
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

    /** Where a revision is read: the snapshot that it is or continues, and what to read when it is no snapshot. */
    private record Found(Optional<SnapshotId> image, Revision revision) {
        boolean is(SnapshotId snapshot) {
            return revision instanceof Revision.OfSnapshot of && of.key().id().equals(snapshot);
        }
    }

    /** Compares one with a later one, and keeps both open. */
    public Opened compare(Revision before, Revision after) {
        Found one = find(before);
        Found other = find(after);
        Catalog catalog = context.catalog();
        Optional<SnapshotRecord> image =
                one.image().flatMap(mine -> other.image().flatMap(theirs -> catalog.commonImage(mine, theirs)));
        Optional<SnapshotId> common = image.map(SnapshotRecord::id);
        List<Callable<Side>> openings = new ArrayList<>();
        openings.add(() -> open(one.revision(), common));
        openings.add(() -> open(other.revision(), common));
        boolean isOneOfThem = common.stream().anyMatch(id -> one.is(id) || other.is(id));
        if (common.isPresent() && !isOneOfThem) {
            openings.add(() -> open(new Revision.OfSnapshot(catalog.key(image.orElseThrow())), Optional.empty()));
        }
        List<Side> sides = AllOrNone.open(openings);
        boolean compared = false;
        try {
            Side last = sides.get(sides.size() - 1);
            Optional<ServerContent.CommonImage> shared = common.map(id -> new ServerContent.CommonImage(
                    (one.is(id) ? sides.get(0) : last).content(),
                    Context.dataDirectory(context.storage().directory(id)),
                    sides.get(0).changes().and(sides.get(1).changes())));
            ServerContent.Comparison comparison =
                    sides.get(0).content().compareWith(sides.get(1).content(), shared);
            compared = true;
            return new Opened(comparison, List.copyOf(sides));
        } finally {
            if (!compared) {
                new Opened(new ServerContent.Comparison(List.of(), List.of()), List.copyOf(sides)).close();
            }
        }
    }

    private Found find(Revision revision) {
        if (revision instanceof Revision.OfSnapshot snapshot) {
            context.catalog().require(snapshot.key());
            return new Found(Optional.of(snapshot.key().id()), revision);
        }
        if (revision instanceof Revision.OfScratch scratch) {
            return new Found(Optional.of(scratch.scratch().from().id()), revision);
        }
        CopyKey key = ((Revision.OfCopy) revision).key();
        try (Locks.Held held = context.workingCopy(key)) {
            Catalog catalog = context.catalog();
            CopyRecord copy = catalog.require(key);
            Optional<SnapshotRecord> head = catalog.head(copy);
            return head.isPresent() && !dirtyCheck.isUnsaved(catalog, copy)
                    ? new Found(Optional.of(head.get().id()), new Revision.OfSnapshot(catalog.key(head.get())))
                    : new Found(catalog.grownFrom(copy), revision);
        }
    }

    private Side open(Revision revision, Optional<SnapshotId> common) {
        if (revision instanceof Revision.OfSnapshot snapshot) {
            return ofSnapshot(snapshot.key(), common);
        }
        if (revision instanceof Revision.OfScratch running) {
            Scratch scratch = running.scratch();
            return side(scratch.server(), scratch.volume(), common, () -> {});
        }
        return ofCopy(((Revision.OfCopy) revision).key(), common);
    }

    private Side ofSnapshot(SnapshotKey key, Optional<SnapshotId> common) {
        Scratch scratch = scratches.scratch(key, ScratchOptions.LEAN);
        return side(scratch.server(), scratch.volume(), common, () -> scratches.end(scratch));
    }

    /** Its server is started where it does not run, and stopped again at the end. */
    private Side ofCopy(CopyKey key, Optional<SnapshotId> common) {
        CopyRecord copy;
        Servers.Running running;
        Server server;
        try (Locks.Held held = context.workingCopy(key)) {
            copy = context.catalog().require(key);
            running = servers.borrow(copy);
            server = servers.find(context.catalog().require(key)).orElseThrow();
        }
        return side(server, copy.volume().id(), common, () -> {
            if (!context.closed().get()) { // else it goes on, as all of them do
                try (Locks.Held held = context.workingCopy(key)) {
                    running.close();
                }
            }
        });
    }

    private Side side(Server server, VolumeId volume, Optional<SnapshotId> common, Runnable end) {
        ServerContent content = null;
        boolean opened = false;
        try {
            content = server.content();
            Changes changes = common.map(image -> changes(image, volume)).orElse(Changes.NONE);
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

    private Changes changes(SnapshotId image, VolumeId volume) {
        Path top = context.storage().location(volume);
        return context.storage().changes(image, volume).below(top.relativize(Context.dataDirectory(top)));
    }
}
