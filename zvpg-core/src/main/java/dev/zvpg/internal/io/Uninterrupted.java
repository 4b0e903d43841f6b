package dev.zvpg.internal.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;

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
     */
    public interface Action<T> {

        /**
         * Does it.
         *
         * @return what comes of it
         * @throws IOException when it fails
         * @throws InterruptedException when it was cut short
         */
        T run() throws IOException, InterruptedException;
    }

    /**
     * Runs an action to its end.
     *
     * @param action what to do
     * @param <T> what comes of it
     * @return what comes of it
     * @throws IOException when it fails for another reason than an interrupt
     */
    public static <T> T call(Action<T> action) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return action.run();
                } catch (ClosedByInterruptException
                        | FileLockInterruptionException
                        | InterruptedIOException
                        | InterruptedException e) {
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
     * Waits for the end of a thread.
     *
     * @param thread which will end by itself
     */
    public static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
