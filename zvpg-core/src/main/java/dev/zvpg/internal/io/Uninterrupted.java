package dev.zvpg.internal.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;

/**
 * Runs what must not be cut short by an interrupt, because something would stay half-made. Java's file channels close under
 * an interrupted thread, so its flag is put aside meanwhile.
 *
 * <p>Thread-safe.
 */
public final class Uninterrupted {

    private Uninterrupted() {}

    /** Something that may be repeated from its beginning when an interrupt cut it short. */
    public interface Action<T> {
        T run() throws IOException;
    }

    public static <T> T call(Action<T> action) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return action.run();
                } catch (ClosedByInterruptException | FileLockInterruptionException e) {
                    interrupted |= Thread.interrupted();
                } catch (InterruptedIOException e) { // of a program that was run, see Tool
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

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
