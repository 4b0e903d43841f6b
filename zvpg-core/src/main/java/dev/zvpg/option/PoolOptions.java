package dev.zvpg.option;

import dev.zvpg.ScratchPool;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * How a pool of scratch clones works. Handed to a lambda that returns a changed copy: {@code v1.pool(o -> o.size(8))}.
 *
 * <p>Immutable.
 */
public final class PoolOptions {

    /** The most servers that one pool may have. */
    public static final int MAX_SIZE = 1_000;

    /** Four servers, half a minute of patience, reuse, and lean settings. */
    public static final PoolOptions DEFAULT = new PoolOptions(4, Duration.ofSeconds(30), true, ScratchOptions.LEAN);

    private final int size;
    private final Duration patience;
    private final boolean reuse;
    private final ScratchOptions scratch;

    private PoolOptions(int size, Duration patience, boolean reuse, ScratchOptions scratch) {
        if (size < 1 || size > MAX_SIZE) {
            throw new IllegalArgumentException("a pool has 1 to " + MAX_SIZE + " servers, not " + size);
        }
        if (patience.isNegative()) {
            throw new IllegalArgumentException("nobody can wait for " + patience + "; the least is zero");
        }
        this.size = size;
        this.patience = patience;
        this.reuse = reuse;
        this.scratch = scratch;
    }

    /**
     * Returns the most servers that the pool has at once, leased ones included, 1 to {@value #MAX_SIZE}.
     *
     * @return the choice, or its default
     */
    public int size() {
        return size;
    }

    /**
     * Returns how long {@link ScratchPool#lease()} waits while all are leased, not negative.
     *
     * @return the choice, or its default
     */
    public Duration patience() {
        return patience;
    }

    /**
     * Returns whether a clone that provably did not change is handed out again.
     *
     * @return the choice, or its default
     */
    public boolean reuse() {
        return reuse;
    }

    /**
     * Returns how the servers run.
     *
     * @return the choice, or its default
     */
    public ScratchOptions scratch() {
        return scratch;
    }

    /**
     * Bounds the pool. While a returned clone is being replaced it counts, so twice as many as there are threads that
     * lease lets none of them wait.
     *
     * @param size the most servers at once, leased ones included, 1 to {@value #MAX_SIZE}
     * @return a copy
     */
    public PoolOptions size(int size) {
        return new PoolOptions(size, patience, reuse, scratch);
    }

    /**
     * Bounds the wait of {@link ScratchPool#lease()}.
     *
     * @param patience not negative; zero for a clone that is ready, or none
     * @return a copy
     */
    public PoolOptions patience(Duration patience) {
        return new PoolOptions(size, patience, reuse, scratch);
    }

    /**
     * Chooses whether a clone that provably did not change is handed out again. Without it every lease gets a clone
     * that nobody had before.
     *
     * @param reuse false for a new one each time
     * @return a copy
     */
    public PoolOptions reuse(boolean reuse) {
        return new PoolOptions(size, patience, reuse, scratch);
    }

    /**
     * Changes how the servers run.
     *
     * @param options changes the options of the scratch clones
     * @return a copy
     */
    public PoolOptions scratch(UnaryOperator<ScratchOptions> options) {
        return new PoolOptions(size, patience, reuse, options.apply(scratch));
    }

    @Override
    public String toString() {
        return "PoolOptions[size=" + size + ", patience=" + patience + ", reuse=" + reuse + ", scratch=" + scratch
                + "]";
    }
}
