package dev.zvpg.internal.io;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs what must not be cut short by an interrupt, because something would stay half-made. Java's file channels close
 * under an interrupted thread, so its flag is put aside meanwhile.
 *
 * <p>Thread-safe.
 */
public final class Uninterrupted {

    private Uninterrupted() {}

    /**
     * Something that may be repeated from its beginning when an interrupt cut it short.
     *
     * @param <T> what comes of it
     * @param <E> how it fails
     */
    public interface Action<T, E extends Exception> {

        /**
         * Does it.
         *
         * @return what comes of it
         * @throws E when it fails
         * @throws InterruptedException when it was cut short
         */
        T run() throws E, InterruptedException;
    }

    /**
     * Runs an action to its end.
     *
     * @param action what to do
     * @param <T> what comes of it
     * @param <E> how it fails
     * @return what comes of it
     * @throws E when it fails for another reason than an interrupt
     */
    public static <T, E extends Exception> T call(Action<T, E> action) throws E {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return action.run();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (Exception e) {
                    if (!(e instanceof IOException failure && IoFailure.isInterruption(failure))) {
                        throw e;
                    }
                    Thread.interrupted(); // some of these leave the flag up, which would cut the next attempt short too
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Waits a moment, shorter than {@link Thread#sleep} can, in an action.
     *
     * @param nanos how long
     * @throws InterruptedException when the thread is interrupted meanwhile
     */
    public static void park(long nanos) throws InterruptedException {
        LockSupport.parkNanos(nanos);
        if (Thread.interrupted()) { // such a thread would not park at all
            throw new InterruptedException();
        }
    }

    /**
     * Waits a moment, which an interrupt makes longer at most by itself.
     *
     * @param nanos how long
     */
    public static void pause(long nanos) {
        call(() -> {
            park(nanos);
            return nanos;
        });
    }

    /**
     * Waits for the end of a thread.
     *
     * @param thread which will end by itself
     */
    public static void join(Thread thread) {
        call(() -> {
            thread.join();
            return thread;
        });
    }
}
