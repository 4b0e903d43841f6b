package dev.zvpg.zfs.binding;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * For what somebody else keeps busy for a moment only: he may be mounting what is about to be destroyed, and will find
 * out, or what is about to be mounted.
 *
 * <p>Confined to one thread.
 */
public final class Patience {

    private static final Duration USUAL = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final long end;

    /** Begins to wait, for five seconds at most. */
    public Patience() {
        this(USUAL);
    }

    Patience(Duration whole) {
        this.end = System.nanoTime() + whole.toNanos();
    }

    /** Waits a moment; throws when that was done for long enough. */
    public void lose(Supplier<RuntimeException> exception) {
        if (System.nanoTime() > end) {
            throw exception.get();
        }
        LockSupport.parkNanos(PAUSE.toNanos()); // an interrupt makes it shorter, and stays
    }
}
