package dev.zvpg;

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
 * Scratch clones of one snapshot that run before they are needed, so that one is at hand in no time:
 *
 * <pre>{@code
 * try (ScratchPool pool = v1.pool(o -> o.size(8))) {
 *     try (ScratchClone pg = pool.lease()) {
 *         test(pg.dataSource());
 *     }
 * }
 * }</pre>
 *
 * <p>It has at most {@link PoolOptions#size()} servers, whether ready, leased, being made or being replaced, and fills itself up in
 * the background. Who finds none ready waits.
 *
 * <p><b>A lease is as good as new.</b> A clone that is given back is replaced, unless it is proven that nothing was changed: no
 * data, no setting, no file, no session left. Only then is it handed out again. The proof knows files, not meanings: where reading
 * leaves traces in them (PostgreSQL notes on each row that it reads for the first time whether the row is valid), the clone is
 * replaced. A snapshot taken after {@code VACUUM} leaves nothing to note. What a reused clone does not forget is what it counted:
 * statistics views, the object ids it would give out next, and its log.
 *
 * <p>Nobody may use a clone after giving it back: a connection pool that is left open reconnects, and meets the next lessee.
 *
 * <p><b>Closing</b> ends the servers of all its clones, the leased ones too: their sessions break, their methods throw
 * {@link IllegalStateException}, and closing them does nothing.
 *
 * <p>Thread-safe.
 */
public final class ScratchPool implements AutoCloseable {

    private final PoolOptions options;
    static final Duration CLOSING_PATIENCE = Duration.ofMinutes(5);

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

    ScratchPool(Scratches scratches, SnapshotKey from, PoolOptions options) {
        this.options = options;
        this.ref = from.ref();
        this.workers = new PoolWorkers(this, scratches, from, options);
        locked(this::fill);
    }

    /**
     * Hands out a running clone; waits at most {@link PoolOptions#patience()}.
     *
     * @return the clone, to be closed: then it goes back
     * @throws InUseException when none became ready in time, or the thread was interrupted
     * @throws NotFoundException when none is left and the snapshot was deleted
     * @throws ServerException when none is left and a new one does not start
     * @throws IllegalStateException when the pool is closed, also while this waits
     */
    public ScratchClone lease() {
        return lease(options.patience());
    }

    /**
     * As {@link #lease()}, with another bound on the wait.
     *
     * @param patience not negative; zero for a clone that is ready, or none
     * @return the clone, to be closed: then it goes back
     */
    public ScratchClone lease(Duration patience) {
        Pooled clone = take(patience);
        while (!clone.scratch().server().isRunning()) { // somebody else ended it
            giveBack(clone);
            clone = take(patience);
        }
        Pooled taken = clone;
        return new ScratchClone(taken.scratch(), scratch -> giveBack(taken));
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

    /**
     * How it stands.
     *
     * @return the facts of this moment
     */
    public PoolInfo info() {
        lock.lock();
        try {
            return new PoolInfo(options.size(), ready.size(), leased.size(), made, reused);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends all its clones, the leased ones too, and returns when they are gone, or after five minutes: what is
     * left then ends with the JVM. Idempotent.
     */
    @Override
    public void close() {
        close(CLOSING_PATIENCE);
    }

    void close(Duration closingPatience) {
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
        return new InUseException("no scratch clone of " + ref + " became ready within " + patience + ": the pool has "
                + servers + " of at most " + options.size() + " servers, " + leased.size()
                + " of them leased; close leases sooner, or open the pool with a greater size()");
    }

    private InUseException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new InUseException("interrupted while waiting for a scratch clone of " + ref, e);
    }

    @Override
    public String toString() {
        return "pool of " + ref;
    }
}
