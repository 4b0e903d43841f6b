package dev.zvpg;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.PoolInfo;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.internal.engine.Pool;
import dev.zvpg.internal.engine.Pooled;
import dev.zvpg.option.PoolOptions;
import java.time.Duration;

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
 * <p>It has at most {@link PoolOptions#size()} servers, whether ready, leased, being made or being replaced, and fills
 * itself up in the background. Who finds none ready waits.
 *
 * <p><b>A lease is as good as new.</b> A clone that is given back is replaced, unless it is proven that nothing was
 * changed: no data, no setting, no file, no session left. Only then is it handed out again. The proof knows files, not
 * meanings: where reading leaves traces in them (PostgreSQL notes on each row that it reads for the first time whether
 * the row is valid), the clone is replaced. A snapshot taken after {@code VACUUM} leaves nothing to note. What a reused
 * clone does not forget is what it counted: statistics views, the object ids it would give out next, and its log.
 *
 * <p>Nobody may use a clone after giving it back: a connection pool that is left open reconnects, and meets the next
 * lessee.
 *
 * <p><b>Closing</b> ends the servers of all its clones, the leased ones too: their sessions break, their methods throw
 * {@link IllegalStateException}, and closing them does nothing.
 *
 * <p>Thread-safe.
 */
public final class ScratchPool implements AutoCloseable {

    private final Operations operations;
    private final Pool pool;

    ScratchPool(Operations operations, Pool pool) {
        this.operations = operations;
        this.pool = pool;
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
        return lease(pool.patience());
    }

    /**
     * Hands out a running clone as {@link #lease()} does, with another bound on the wait.
     *
     * @param patience not negative; zero for a clone that is ready, or none
     * @return the clone, to be closed: then it goes back
     */
    public ScratchClone lease(Duration patience) {
        Pooled taken = pool.lease(patience);
        return new ScratchClone(operations, taken.scratch(), pool.keeper(taken));
    }

    /**
     * Tells how many clones it has ready and leased, and how many it has made.
     *
     * @return the facts of this moment
     */
    public PoolInfo info() {
        return pool.info();
    }

    /**
     * Ends all its clones, the leased ones too, and returns when they are gone, or after five minutes: what is
     * left then ends with the JVM. Idempotent.
     */
    @Override
    public void close() {
        close(Pool.CLOSING_PATIENCE);
    }

    void close(Duration patience) {
        pool.close(patience);
    }

    @Override
    public String toString() {
        return pool.toString();
    }
}
