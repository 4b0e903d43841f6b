package dev.zvpg.internal.engine;

import dev.zvpg.error.InUseException;
import dev.zvpg.internal.catalog.CopyRecord;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Proposes ports to scratch clones, each repository object from another beginning and one after the other: so several
 * JVMs rarely try the same one, and a client that has not noticed the end of its server does not meet the next one at
 * once. They come from the upper half of the range, as long as one is free there, because branches and named clones get
 * theirs from below. What remains: a client that outlives that many scratch clones, or meets one of another JVM.
 * Whether a port is free is found out by the start. Ports of branches and named clones are left out, by a listing that
 * may be a second old: where that is too old, a branch gets another port at its next start, as when any other program
 * has its port.
 *
 * <p>Thread-safe.
 */
final class ScratchPorts {

    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

    private final Context context;
    private final int size;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Set<Integer> named = Set.of();
    private long listedAt;
    private int last;

    ScratchPorts(Context context) {
        this.context = context;
        this.size = context.ports().last() - context.ports().first() + 1;
        this.last =
                ThreadLocalRandom.current().nextInt(middle(), context.ports().last() + 1);
        this.listedAt = System.nanoTime() - FRESH_NANOS;
    }

    /** The first port of the upper half, which has one more than the lower half of an odd number. */
    private int middle() {
        return context.ports().first() + size / 2;
    }

    /** One start's tries, each port of the range at most once. Confined to one thread. */
    final class Turn {

        private int left = size;

        /** The next port to try. */
        int next() {
            while (left-- > 0) {
                int port = left >= size / 2 ? step() : context.ports().first() + left;
                if (!named.contains(port)) {
                    return port;
                }
            }
            throw new InUseException(
                    "no port of the repository's range " + context.ports() + " is free",
                    "close scratch clones or pools, delete branches or clones, or widen the range");
        }
    }

    Turn turn() {
        return new Turn();
    }

    private int step() {
        lock.lock(); // a monitor would hold the carriers of virtual threads while the storage is listed
        try {
            if (System.nanoTime() - listedAt >= FRESH_NANOS) {
                named = context.catalog().copies().stream()
                        .map(CopyRecord::port)
                        .collect(Collectors.toSet());
                listedAt = System.nanoTime();
            }
            last = last < context.ports().last() ? last + 1 : middle();
            return last;
        } finally {
            lock.unlock();
        }
    }
}
