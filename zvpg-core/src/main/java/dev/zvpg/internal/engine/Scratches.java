package dev.zvpg.internal.engine;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRequest;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.internal.scratch.ScratchTree;
import dev.zvpg.internal.scratch.ScratchTrees;
import dev.zvpg.option.PoolOptions;
import dev.zvpg.option.ScratchOptions;
import dev.zvpg.server.Lifetime;
import dev.zvpg.server.PortTakenException;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerSpec;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes scratch clones, and ends them with the repository or with the JVM; for those of others see
 * {@link OthersScratches}. Nothing here asks the storage for more than the clone itself, or waits for a lock that
 * somebody holds for long.
 *
 * <p>Thread-safe.
 */
public final class Scratches implements Scratch.Keeper, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Scratches.class);

    /** What their volumes are called. */
    private static final String NAME = "scratch";

    /** Of what all is read, or which the storage compares. */
    static final ScratchOptions WITH_A_VOLUME = ScratchOptions.LEAN.overlay(false);

    private static final String HOOK = "zvpg-scratch-clones";
    private static final Duration AT_THE_END = Duration.ofSeconds(5);

    private final Context context;
    private final CopyFactory copies;
    private final ScratchPorts ports;
    private final ScratchTrees trees;

    /** What has to end before the repository is closed, oldest first, and how: pools, and the clones of no pool. */
    private final Map<Object, Runnable> open = new LinkedHashMap<>();

    private @Nullable Thread hook;
    private boolean closed;

    Scratches(Context context, CopyFactory copies) {
        this.context = context;
        this.copies = copies;
        this.ports = new ScratchPorts(context);
        this.trees = new ScratchTrees(
                context.storage(), context.launcher(), context.home().root(), this::tellRefusal);
    }

    private void tellRefusal(String reason) {
        LOG.warn("Scratch clones are copied, which takes longer: {}", reason);
        context.events().tell(new Event.OverlayRefused(reason));
    }

    /** Why scratch clones are copied here, if one had to be. */
    Optional<String> overlayRefusal() {
        return trees.refusal();
    }

    /** Makes a running clone, which ends with {@link #end}. */
    public Scratch scratch(SnapshotKey from, ScratchOptions options) {
        Scratch scratch = make(from, options);
        register(scratch, () -> {
            stop(scratch);
            delete(scratch);
        });
        return scratch;
    }

    /** Makes a pool of them, which is filled in the background. */
    public Pool pool(SnapshotKey from, PoolOptions options) {
        context.launcher().check(options.scratch().settings());
        context.catalog().require(from);
        Pool pool = new Pool(this, from, options);
        register(pool, () -> pool.close(isEnding() ? AT_THE_END : Pool.CLOSING_PATIENCE));
        return pool;
    }

    /** Tells whether the JVM is on its way out: nothing may hold that up, and the servers end with it in any case. */
    private boolean isEnding() {
        return Thread.currentThread().getName().equals(HOOK);
    }

    private void register(Object made, Runnable ending) {
        synchronized (this) {
            if (!closed) {
                open.put(made, ending);
                return;
            }
        }
        ending.run();
        throw ended();
    }

    private IllegalStateException ended() {
        context.requireOpen();
        return new IllegalStateException("no scratch clone can be made: the JVM is on its way out");
    }

    synchronized void forget(Object ended) {
        open.remove(ended);
    }

    /** One clone of the snapshot, running. */
    Scratch make(SnapshotKey from, ScratchOptions options) {
        context.launcher().check(options.settings());
        requireLiving();
        VolumeId volume = VolumeId.generate(NAME);
        ScratchTree tree;
        try {
            // an overlay is for servers only, and a password is set before there is one
            ScratchOptions way = from.isForeign() ? options.overlay(false) : options;
            tree = trees.make(from.id(), volume, way, context.progress("scratch clone of " + from.ref()));
        } catch (NotFoundException e) {
            throw new NotFoundException("snapshot " + from.ref() + " was deleted", e);
        }
        boolean running = false;
        try {
            Path data = Context.dataDirectory(tree.directory());
            context.disarm(from, data, options.settings());
            Scratch scratch = new Scratch(tree, from, data, start(volume, data, options));
            running = true;
            return scratch;
        } finally {
            if (!running) {
                discardQuietly(tree);
            }
        }
    }

    private Server start(VolumeId volume, Path data, ScratchOptions options) {
        Map<String, String> settings = new HashMap<>();
        if (options.lean()) {
            settings.putAll(context.launcher().leanSettings());
        }
        settings.putAll(options.settings());
        ScratchPorts.Turn turn = ports.turn();
        while (true) {
            try {
                return context.launcher().start(spec(volume, data, turn.next(), settings));
            } catch (PortTakenException e) {
                LOG.debug("The next port, because {}", e.getMessage());
            }
        }
    }

    ServerSpec spec(VolumeId volume, Path data, int port, Map<String, String> settings) {
        Path run = context.home().runDirectory(volume.value());
        return new ServerSpec(data, run, port, context.credentials(), settings, Lifetime.ATTACHED);
    }

    private synchronized void requireLiving() {
        if (closed) {
            throw ended();
        }
        if (hook == null) {
            // the servers end with the JVM in any case; this is for the volumes
            hook = new Thread(this::close, HOOK);
            try {
                Runtime.getRuntime().addShutdownHook(hook);
            } catch (IllegalStateException e) {
                LOG.debug("The JVM is on its way out", e);
            }
        }
    }

    /**
     * Stops the server and deletes all there is of the clone, unless the repository is being closed and does that; what
     * fails is done again then.
     */
    @Override
    public void end(Scratch scratch) {
        Runnable ending;
        synchronized (this) {
            ending = open.remove(scratch);
        }
        if (ending == null) {
            return;
        }
        boolean done = false;
        try {
            ending.run();
            done = true;
        } finally {
            if (!done) {
                putBack(scratch, ending);
            }
        }
    }

    @Override
    public synchronized boolean release(Scratch scratch) {
        return open.remove(scratch) != null;
    }

    /** Makes a branch or a clone of one. Nothing is left of it when that fails in the middle. */
    public CopyKey keep(Scratch scratch, Scratch.Keeper keeper, CopyRequest request) {
        copies.requirePossible(context.catalog(), request);
        if (!keeper.release(scratch)) {
            throw new IllegalStateException(scratch + " has ended");
        }
        boolean kept = false;
        try {
            scratch.markEnded();
            scratch.server().stop();
            scratch.tree().makeWhole(context.progress(request.words()));
            CopyKey key = copies.keep(scratch, request);
            kept = true;
            return key;
        } finally {
            if (!kept) {
                scratch.server().stopAtOnce();
                discardQuietly(scratch);
            }
        }
    }

    private synchronized void putBack(Scratch scratch, Runnable ending) {
        if (!closed) {
            open.put(scratch, ending);
        }
    }

    void stop(Scratch scratch) {
        scratch.markEnded();
        scratch.server().stopAtOnce();
    }

    private void delete(Scratch scratch) {
        delete(scratch.tree());
    }

    /** What goes last is the volume, because it is what a crash in between is found by. */
    private void delete(ScratchTree tree) {
        try {
            // the flag must not keep us from cleaning up
            Uninterrupted.call(() -> {
                OpenDirectory.deleteTree(
                        context.home().runDirectory(tree.volume().value()));
                tree.close();
                return tree;
            });
        } catch (IOException e) {
            throw IoFailure.of(
                    "delete", context.home().runDirectory(tree.volume().value()), e);
        }
    }

    void discardQuietly(Scratch scratch) {
        discardQuietly(scratch.tree());
    }

    private void discardQuietly(ScratchTree tree) {
        try {
            delete(tree);
        } catch (ZvpgException | IllegalStateException e) {
            LOG.warn("Volume {} cannot be removed now; the next open() tries again", tree, e);
        }
    }

    /** Ends them all, newest first, and goes on when one does not want to. Idempotent. */
    @Override
    public void close() {
        List<Map.Entry<Object, Runnable>> last;
        synchronized (this) {
            closed = true;
            last = new ArrayList<>(open.entrySet());
            open.clear();
            removeHook();
        }
        Collections.reverse(last);
        for (Map.Entry<Object, Runnable> one : last) {
            try {
                one.getValue().run();
            } catch (RuntimeException e) {
                LOG.warn("{} could not be ended; what is left of it is removed by the next open()", one.getKey(), e);
            }
        }
    }

    private void removeHook() {
        Thread registered = hook;
        hook = null;
        if (registered == null || registered == Thread.currentThread()) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(registered);
        } catch (IllegalStateException e) {
            LOG.debug("The JVM is on its way out", e);
        }
    }
}
