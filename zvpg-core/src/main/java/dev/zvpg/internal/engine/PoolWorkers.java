package dev.zvpg.internal.engine;

import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.option.PoolOptions;
import dev.zvpg.server.Baseline;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a pool does in the background, on as many threads as there are processors: makes clones, looks whether those
 * that came back changed, and ends them.
 *
 * <p>Thread-safe.
 */
final class PoolWorkers {

    private static final Logger LOG = LoggerFactory.getLogger(PoolWorkers.class);
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final Pool pool;
    private final Scratches scratches;
    private final SnapshotKey from;
    private final PoolOptions options;
    private final ExecutorService threads;

    PoolWorkers(Pool pool, Scratches scratches, SnapshotKey from, PoolOptions options) {
        this.pool = pool;
        this.scratches = scratches;
        this.from = from;
        this.options = options;
        int most = Math.min(options.size(), Runtime.getRuntime().availableProcessors());
        this.threads = Executors.newFixedThreadPool(most, work -> {
            Thread thread = new Thread(work, "zvpg-pool-" + NUMBERS.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Makes one more clone, and offers it. */
    void make() {
        try {
            threads.execute(this::makeOne);
        } catch (Error e) { // no thread can be had: the server that was counted on does not come
            pool.gone(e);
        }
    }

    private void makeOne() {
        if (pool.isClosed()) {
            pool.gone(null);
            return;
        }
        Scratch scratch;
        try {
            scratch = scratches.make(from, options.scratch());
        } catch (RuntimeException | Error e) { // an Error too: a pool that lost count would lease nothing for ever
            LOG.debug("No new clone for the {}", pool, e);
            pool.gone(e);
            return;
        }
        try {
            if (!pool.offer(new Pooled(scratch, baseline(scratch)), true)) {
                finish(scratch);
            }
        } catch (RuntimeException | Error e) {
            LOG.debug("{} does not answer", scratch, e);
            stop(scratch);
            pool.gone(e);
            scratches.discardQuietly(scratch);
        }
    }

    /** The clone answers; that is found out in any case, before somebody waits for it. */
    private Baseline baseline(Scratch scratch) {
        if (options.reuse()) {
            return scratch.server().baseline();
        }
        scratch.server().position();
        return () -> false;
    }

    /** Offers a clone that came back once more, if nothing changed; else ends it. */
    void check(Pooled clone) {
        execute(() -> {
            clone.markUsed();
            if (pool.isClosed() || !holds(clone) || !pool.offer(clone, false)) {
                finish(clone.scratch());
            }
        });
    }

    private static boolean holds(Pooled clone) {
        try {
            return clone.baseline().stillHolds();
        } catch (RuntimeException | Error e) {
            LOG.debug("{} cannot be proven unchanged", clone.scratch(), e);
            return false;
        }
    }

    /** Ends a clone. */
    void end(Scratch scratch) {
        execute(() -> finish(scratch));
    }

    /** Does it in the background, or here and now where no thread can be had. */
    private void execute(Runnable work) {
        try {
            threads.execute(work);
        } catch (Error e) {
            LOG.warn("No thread can be had for the {}; its caller does the work", pool, e);
            work.run();
        }
    }

    /** The next one is made as soon as the server is gone; its files take their time. */
    private void finish(Scratch scratch) {
        boolean stopped = stop(scratch);
        pool.gone(null);
        if (stopped) {
            scratches.discardQuietly(scratch);
        }
    }

    private boolean stop(Scratch scratch) {
        try {
            scratches.stop(scratch);
            return true;
        } catch (RuntimeException | Error e) {
            LOG.warn("The server of {} cannot be stopped; the next open() tries again", scratch, e);
            return false;
        }
    }

    /** Takes no more work; what was begun or ordered is done. */
    void finish() {
        threads.shutdown();
    }

    /**
     * Waits until all is done; an interrupt has to wait too, because what is not ended now only the next open() would
     * end.
     */
    void await(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        Uninterrupted.call(() -> {
            boolean ended = threads.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (ended) {
                scratches.forget(pool);
            } else {
                LOG.warn("The {} is not ended after {}; the next open() removes what is left", pool, patience);
            }
            return ended;
        });
    }
}
