package dev.zvpg.zfs.binding;

import dev.zvpg.internal.io.Uninterrupted;
import org.jspecify.annotations.Nullable;

/**
 * A call of libzfs_core that reads or writes a pipe, in a thread of its own. It ends when the other end of the pipe is
 * closed, or with the process; nothing else ends it.
 *
 * <p>Confined to the thread that started it.
 */
public final class KernelCall {

    private final Thread thread;
    private volatile @Nullable Throwable failure;

    private KernelCall(String name, Runnable call, Runnable closeItsEnd) {
        this.thread = new Thread(() -> run(call, closeItsEnd), name);
    }

    /**
     * Starts one.
     *
     * @param closeItsEnd closes its end of the pipe, so that whoever is at the other one finds out that it has ended
     */
    public static KernelCall start(String name, Runnable call, Runnable closeItsEnd) {
        KernelCall started = new KernelCall(name, call, closeItsEnd);
        started.thread.setDaemon(true);
        started.thread.start();
        return started;
    }

    private void run(Runnable call, Runnable closeItsEnd) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            closeItsEnd.run();
        }
    }

    /** Waits until it has ended, however it has. */
    public void join() {
        Uninterrupted.join(thread);
    }

    /** Waits until it has ended, and throws what it has thrown. */
    public void await() {
        join();
        Throwable thrown = failure;
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown != null) {
            throw (RuntimeException) thrown;
        }
    }
}
