package dev.zvpg.internal.engine;

import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.scratch.ScratchTree;
import dev.zvpg.option.ScratchOptions;
import dev.zvpg.server.Server;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

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

    /**
     * What a reset replaces.
     *
     * @param tree the files
     * @param dataDirectory the cluster's among them
     * @param server what runs on them
     */
    record Run(ScratchTree tree, Path dataDirectory, Server server) {}

    private final SnapshotKey from;
    private final ScratchOptions options;
    private final ReentrantLock resetting = new ReentrantLock();
    private volatile Run run;
    private volatile boolean ended;

    Scratch(SnapshotKey from, ScratchOptions options, Run run) {
        this.from = from;
        this.options = options;
        this.run = run;
    }

    Run run() {
        return run;
    }

    /** Goes on as another one. */
    void become(Run other) {
        run = other;
    }

    /** Does something while it is neither reset by another thread nor ended. */
    boolean exclusively(BooleanSupplier work) {
        resetting.lock();
        try {
            if (ended) {
                throw new IllegalStateException(this + " has ended");
            }
            return work.getAsBoolean();
        } finally {
            resetting.unlock();
        }
    }

    VolumeId volume() {
        return run.tree().volume();
    }

    public ScratchTree tree() {
        return run.tree();
    }

    public SnapshotKey from() {
        return from;
    }

    /** How its servers run. */
    ScratchOptions options() {
        return options;
    }

    /** The snapshot that it is a clone of, as it was written then. */
    public String ref() {
        return from.ref();
    }

    public Path dataDirectory() {
        return run.dataDirectory();
    }

    public Server server() {
        return run.server();
    }

    public boolean hasEnded() {
        return ended;
    }

    /** Waits for a reset that is going on; none begins afterwards. */
    void markEnded() {
        resetting.lock();
        try {
            ended = true;
        } finally {
            resetting.unlock();
        }
    }

    @Override
    public String toString() {
        return "scratch clone " + volume() + " of " + from.ref();
    }
}
