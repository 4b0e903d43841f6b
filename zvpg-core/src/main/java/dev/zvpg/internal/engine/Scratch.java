package dev.zvpg.internal.engine;

import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.scratch.ScratchTree;
import dev.zvpg.server.Server;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;

/**
 * A draft that nobody publishes, unless it is kept, and the server on it.
 *
 * <p>Thread-safe.
 */
public final class Scratch {

    /** Where a scratch clone comes from, and what is responsible for its end. */
    public interface Keeper {

        /** Ends it. */
        void end(Scratch scratch);

        /** Lets it go, so that it is somebody else's to end; false when it is ended already. */
        boolean release(Scratch scratch);
    }

    private final ScratchTree tree;
    private final SnapshotKey from;
    private final Path dataDirectory;
    private final Server server;
    private volatile boolean ended;

    Scratch(ScratchTree tree, SnapshotKey from, Path dataDirectory, Server server) {
        this.tree = tree;
        this.from = from;
        this.dataDirectory = dataDirectory;
        this.server = server;
    }

    VolumeId volume() {
        return tree.volume();
    }

    public ScratchTree tree() {
        return tree;
    }

    public SnapshotKey from() {
        return from;
    }

    /** The snapshot that it is a clone of, as it was written then. */
    public String ref() {
        return from.ref();
    }

    public Path dataDirectory() {
        return dataDirectory;
    }

    public Server server() {
        return server;
    }

    public boolean hasEnded() {
        return ended;
    }

    void markEnded() {
        ended = true;
    }

    @Override
    public String toString() {
        return "scratch clone " + volume() + " of " + from.ref();
    }
}
