package dev.zvpg.internal.engine;

import dev.zvpg.server.Baseline;

/**
 * A clone of a pool, and what it was like before somebody leased it. Only its use is not final; the pool's lock guards
 * it.
 */
public final class Pooled {

    private final Scratch scratch;
    private final Baseline baseline;
    private volatile boolean used;

    Pooled(Scratch scratch, Baseline baseline) {
        this.scratch = scratch;
        this.baseline = baseline;
    }

    public Scratch scratch() {
        return scratch;
    }

    Baseline baseline() {
        return baseline;
    }

    boolean isUsed() {
        return used;
    }

    void markUsed() {
        used = true;
    }
}
