package dev.zvpg.internal.engine;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.PoolInfo;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.option.PoolOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The servers of a {@link dev.zvpg.ScratchPool}: which are ready, which are leased, and how many there are.
 *
 * <p>Thread-safe.
 */
public final class Pool {

    public static final Duration CLOSING_PATIENCE = Duration.ofMinutes(5);

    private final PoolOptions options;
    private final String ref;
    private final PoolWorkers workers;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Pooled> ready = new ArrayDeque<>();
    private final Set<Pooled> leased = new HashSet<>();

    /** The servers that there are, or that are being made. */
    private int servers;

    private long made;
    private long reused;
    private long failures;
    private @Nullable RuntimeException failure;
    private boolean closed;

    Pool(Scratches scratches, SnapshotKey from, PoolOptions options) {
        this.options = options;
        this.ref = from.ref();
        this.workers = new PoolWorkers(this, scratches, from, options);
        locked(this::fill);
    }

    /** Takes a clone whose server runs; waits as long as it takes for one to become ready, but not longer than told. */
    public Pooled lease(Duration patience) {
        Pooled clone = take(patience);
        while (!clone.scratch().server().isRunning()) { // somebody else ended it
            giveBack(clone);
            clone = take(patience);
        }
        return clone;
    }

    public Duration patience() {
        return options.patience();
    }

    /** Returns where a leased clone goes back to. */
    public Scratch.Keeper keeper(Pooled clone) {
        return new Scratch.Keeper() {
            @Override
            public void end(Scratch scratch) {
                giveBack(clone);
            }

            @Override
            public boolean release(Scratch scratch) {
                return letGo(clone);
            }
        };
    }

    /** Forgets a leased clone, and makes another one instead; false when the pool has ended it. */
    private boolean letGo(Pooled clone) {
        lock.lock();
        try {
            boolean leased = this.leased.remove(clone);
            if (leased) {
                gone(null);
            }
            return leased;
        } finally {
            lock.unlock();
        }
    }

    private Pooled take(Duration patience) {
        long nanos = patience.toNanos();
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        try {
            requireOpen();
            fill(); // in case the last attempt failed
            long seen = failures;
            while (ready.isEmpty()) {
                if (nanos <= 0) {
                    throw exhausted(patience);
                }
                nanos = changed.awaitNanos(nanos);
                requireOpen();
                if (failures != seen && failure != null && ready.isEmpty()) {
                    throw failure;
                }
            }
            Pooled clone = ready.removeFirst();
            leased.add(clone);
            if (clone.isUsed()) {
                reused++;
            }
            return clone;
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    private void giveBack(Pooled clone) {
        locked(() -> {
            if (leased.remove(clone)) { // else the pool was closed, and has ended it
                workers.check(clone);
            }
        });
    }

    /** Takes a clone that may be leased; false when the pool is closed, and does not want it any more. */
    boolean offer(Pooled clone, boolean isNew) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            made += isNew ? 1 : 0;
            ready.addFirst(clone); // the one that was used last has its data in memory
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** A server has ended, or never came to be. */
    void gone(@Nullable Throwable why) {
        locked(() -> {
            servers--;
            if (why == null) {
                fill();
            } else { // tried again by the next lease
                failures++;
                failure = why instanceof RuntimeException known
                        ? known
                        : new ServerException("the " + this + " cannot make a clone: " + why, why);
                changed.signalAll();
            }
        });
    }

    private void fill() {
        while (!closed && servers < options.size()) {
            servers++;
            workers.make();
        }
    }

    public PoolInfo info() {
        lock.lock();
        try {
            return new PoolInfo(options.size(), ready.size(), leased.size(), made, reused);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends all its clones, the leased ones too, and waits until they are gone, but not longer than told. Idempotent.
     */
    public void close(Duration closingPatience) {
        locked(() -> {
            if (!closed) {
                closed = true;
                List<Pooled> all = new ArrayList<>(leased);
                all.addAll(ready);
                leased.clear();
                ready.clear();
                all.forEach(clone -> clone.scratch().markEnded());
                all.forEach(clone -> workers.end(clone.scratch()));
                workers.finish();
                changed.signalAll();
            }
        });
        workers.await(closingPatience);
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(this + " is closed; open another one");
        }
    }

    private InUseException exhausted(Duration patience) {
        return new InUseException(
                "no scratch clone of " + ref + " became ready within " + patience + ": the pool has "
                        + servers + " of at most " + options.size() + " servers, " + leased.size()
                        + " of them leased",
                "close leases sooner, or open the pool with a greater size()");
    }

    private OperationInterruptedException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new OperationInterruptedException("interrupted while waiting for a scratch clone of " + ref, e);
    }

    @Override
    public String toString() {
        return "pool of " + ref;
    }
}
