package dev.zvpg.internal.engine;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ServerException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRequest;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.internal.scratch.Endings;
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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
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

    /** What is compared, and told which of its files were written to; those may be many, so they are on disk. */
    static final ScratchOptions COMPARED = ScratchOptions.LEAN.memory(0);

    private static final Duration AT_THE_END = Duration.ofSeconds(5);

    /** How long the port of one that is reset is waited for: another program may have tried it just then. */
    private static final Duration PORT_PATIENCE = Duration.ofSeconds(10);

    private static final long RETRY_NANOS = Duration.ofMillis(20).toNanos();

    private final Context context;
    private final CopyFactory copies;
    private final ScratchPorts ports;
    private final ScratchTrees trees;

    private final Endings endings;

    Scratches(Context context, CopyFactory copies) {
        this.context = context;
        this.copies = copies;
        this.ports = new ScratchPorts(context);
        this.endings = new Endings(context::requireOpen);
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
        endings.add(scratch, () -> {
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
        endings.add(pool, () -> pool.close(endings.isTheJvms() ? AT_THE_END : Pool.CLOSING_PATIENCE));
        return pool;
    }

    void forget(Object ended) {
        endings.remove(ended);
    }

    /** One clone of the snapshot, running. */
    Scratch make(SnapshotKey from, ScratchOptions options) {
        context.launcher().check(options.settings());
        endings.requireLiving();
        ScratchTree tree = tree(from, options);
        boolean running = false;
        try {
            Path data = disarmed(from, tree, options);
            Scratch scratch =
                    new Scratch(from, options, new Scratch.Run(tree, data, start(tree.volume(), data, options)));
            running = true;
            return scratch;
        } finally {
            if (!running) {
                discardQuietly(tree);
            }
        }
    }

    private ScratchTree tree(SnapshotKey from, ScratchOptions options) {
        // an overlay is for servers only, and a password is set before there is one
        ScratchOptions way = from.isForeign() ? options.overlay(false) : options;
        try {
            return trees.make(
                    from.id(), VolumeId.generate(NAME), way, context.progress("scratch clone of " + from.ref()));
        } catch (NotFoundException e) {
            throw new NotFoundException("snapshot " + from.ref() + " was deleted", e);
        }
    }

    private Path disarmed(SnapshotKey from, ScratchTree tree, ScratchOptions options) {
        Path data = Context.dataDirectory(tree.directory());
        context.disarm(from, data, settings(options));
        return data;
    }

    /**
     * Makes it what its snapshot is, with another server on the same port; false when it is that already, and goes on.
     * When it fails the old server may have ended, and it can be tried again.
     */
    public boolean reset(Scratch scratch) {
        return scratch.exclusively(() -> {
            if (!hasChanged(scratch, context.catalog().require(scratch.from()))) {
                return false;
            }
            Scratch.Run before = scratch.run();
            ScratchTree tree = tree(scratch.from(), scratch.options());
            boolean running = false;
            try {
                Path data = disarmed(scratch.from(), tree, scratch.options());
                before.server().stopAtOnce();
                Server server = start(
                        tree.volume(), data, scratch.options(), before.server().port());
                scratch.become(new Scratch.Run(tree, data, server));
                running = true;
            } finally {
                discardQuietly(running ? before.tree() : tree);
            }
            return true;
        });
    }

    /** Tells whether it may have; one that does not answer may. */
    private static boolean hasChanged(Scratch scratch, SnapshotRecord image) {
        try {
            return !scratch.server().isRunning() || !scratch.server().position().isIn(image.position());
        } catch (ServerException e) {
            LOG.debug("{} does not tell how far it is", scratch, e);
            return true;
        }
    }

    private Server start(VolumeId volume, Path data, ScratchOptions options) {
        Map<String, String> settings = settings(options);
        ScratchPorts.Turn turn = ports.turn();
        while (true) {
            try {
                return context.launcher().start(spec(volume, data, turn.next(), settings));
            } catch (PortTakenException e) {
                LOG.debug("The next port, because {}", e.getMessage());
            }
        }
    }

    private Server start(VolumeId volume, Path data, ScratchOptions options, int port) {
        ServerSpec spec = spec(volume, data, port, settings(options));
        long deadline = System.nanoTime() + PORT_PATIENCE.toNanos();
        while (true) {
            try {
                return context.launcher().start(spec);
            } catch (PortTakenException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw new InUseException(
                            "cannot reset a scratch clone: another program listens on its port " + port,
                            "reset it again when that has ended, or close it and make another one",
                            e);
                }
                LockSupport.parkNanos(this, RETRY_NANOS);
            }
        }
    }

    private Map<String, String> settings(ScratchOptions options) {
        return options.lean() ? context.launcher().leanSettings(options.settings()) : options.settings();
    }

    ServerSpec spec(VolumeId volume, Path data, int port, Map<String, String> settings) {
        Path run = context.home().runDirectory(volume.value());
        return new ServerSpec(data, run, port, context.credentials(), settings, Lifetime.ATTACHED);
    }

    /**
     * Stops the server and deletes all there is of the clone, unless the repository is being closed and does that; what
     * fails is done again then.
     */
    @Override
    public void end(Scratch scratch) {
        endings.end(scratch);
    }

    @Override
    public boolean release(Scratch scratch) {
        return endings.remove(scratch) != null;
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
        endings.close();
    }
}
