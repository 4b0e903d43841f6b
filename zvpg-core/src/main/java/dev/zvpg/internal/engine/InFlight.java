package dev.zvpg.internal.engine;

import dev.zvpg.info.Event;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.internal.io.Uninterrupted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The operations that threads are in the middle of, each with the events that it has to tell when it has let go of its
 * locks. Closing the repository waits for them, so that none finds it closed halfway. Thread-safe.
 */
final class InFlight {

    private final Map<Thread, List<Event>> operations = new ConcurrentHashMap<>();

    /**
     * Begins an operation of this thread, which ends when the lock is let go of.
     *
     * @param lock the lock; where this thread is in an operation already, that one counts
     * @param telling gets the events afterwards
     */
    Locks.Held begin(Locks.Held lock, Consumer<Event> telling) {
        Thread worker = Thread.currentThread();
        List<Event> events = new ArrayList<>();
        if (operations.putIfAbsent(worker, events) != null) {
            return lock;
        }
        return () -> {
            try {
                lock.close();
            } finally {
                end(worker);
                events.forEach(telling);
            }
        };
    }

    private synchronized void end(Thread worker) {
        operations.remove(worker);
        notifyAll();
    }

    /** Tells whether this thread is in the middle of an operation. */
    boolean isInside() {
        return operations.containsKey(Thread.currentThread());
    }

    /** Keeps an event until the operation ends; false when this thread is in none. */
    boolean holdBack(Event event) {
        List<Event> events = operations.get(Thread.currentThread());
        return events != null && events.add(event);
    }

    /** Waits until the operations of other threads have ended; false when they have not within the time. */
    synchronized boolean await(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        // what is cut off now would leave a server stopped
        return Uninterrupted.call(() -> {
            while (operations.keySet().stream().anyMatch(worker -> worker != Thread.currentThread())) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                wait(left);
            }
            return true;
        });
    }
}
