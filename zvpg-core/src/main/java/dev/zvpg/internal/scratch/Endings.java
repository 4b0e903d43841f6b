package dev.zvpg.internal.scratch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows what has to end before a repository is closed, and ends it with the JVM at the latest.
 *
 * <p>Thread-safe.
 */
public final class Endings {

    private static final Logger LOG = LoggerFactory.getLogger(Endings.class);
    private static final String HOOK = "zvpg-scratch-clones";

    private final Runnable requireOpen;
    private final ReentrantLock lock = new ReentrantLock();

    /** What is open and how it ends, oldest first. */
    private final Map<Object, Runnable> open = new LinkedHashMap<>();

    private @Nullable Thread hook;
    private boolean closed;

    /**
     * Creates it.
     *
     * @param requireOpen throws what there is to say when the repository is closed
     */
    public Endings(Runnable requireOpen) {
        this.requireOpen = requireOpen;
    }

    /** Tells whether the JVM is on its way out: nothing may hold that up, and the servers end with it in any case. */
    public boolean isTheJvms() {
        return Thread.currentThread().getName().equals(HOOK);
    }

    /** Refuses to make something that nobody would end. */
    public void requireLiving() {
        lock.lock();
        try {
            if (closed) {
                throw ended();
            }
            if (hook == null) {
                // the servers end with the JVM in any case; this is for the volumes
                hook = new Thread(this::close, HOOK);
                try {
                    Runtime.getRuntime().addShutdownHook(hook);
                } catch (IllegalStateException e) {
                    LOG.debug("The JVM is on its way out", e);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes something that was made, or ends it where it comes too late. */
    public void add(Object made, Runnable ending) {
        if (!put(made, ending)) {
            ending.run();
            throw ended();
        }
    }

    private boolean put(Object made, Runnable ending) {
        lock.lock();
        try {
            if (!closed) {
                open.put(made, ending);
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private IllegalStateException ended() {
        requireOpen.run();
        return new IllegalStateException("no scratch clone can be made: the JVM is on its way out");
    }

    /** Returns how it would have ended, and forgets it; null when it is ended already. */
    public @Nullable Runnable remove(Object ended) {
        lock.lock();
        try {
            return open.remove(ended);
        } finally {
            lock.unlock();
        }
    }

    /** Ends one, unless all are being ended; what fails is done again then. */
    public void end(Object one) {
        Runnable ending = remove(one);
        if (ending == null) {
            return;
        }
        boolean done = false;
        try {
            ending.run();
            done = true;
        } finally {
            if (!done) {
                put(one, ending);
            }
        }
    }

    /** Ends them all, newest first, and goes on when one does not want to. Idempotent. */
    public void close() {
        List<Map.Entry<Object, Runnable>> last;
        lock.lock();
        try {
            closed = true;
            last = new ArrayList<>(open.entrySet());
            open.clear();
            removeHook();
        } finally {
            lock.unlock();
        }
        Collections.reverse(last);
        for (Map.Entry<Object, Runnable> one : last) {
            try {
                one.getValue().run();
            } catch (RuntimeException e) {
                LOG.warn("{} could not be ended; what is left of it is removed by the next open()", one.getKey(), e);
            }
        }
    }

    private void removeHook() {
        Thread registered = hook;
        hook = null;
        if (registered == null || registered == Thread.currentThread()) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(registered);
        } catch (IllegalStateException e) {
            LOG.debug("The JVM is on its way out", e);
        }
    }
}
