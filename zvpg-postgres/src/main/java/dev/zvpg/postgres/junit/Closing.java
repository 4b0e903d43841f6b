package dev.zvpg.postgres.junit;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Closes things whatever happens. Thread-safe. */
final class Closing {

    private Closing() {}

    /** Closes all of them; the first failure is thrown at the end and suppresses the others. */
    static void all(Collection<? extends AutoCloseable> things) {
        Throwable first = null;
        for (AutoCloseable thing : things) {
            first = closed(thing, first);
        }
        if (first instanceof Error error) {
            throw error;
        }
        if (first instanceof RuntimeException runtime) {
            throw runtime;
        }
        if (first != null) {
            throw new IllegalStateException(first.toString(), first);
        }
    }

    private static @Nullable Throwable closed(AutoCloseable thing, @Nullable Throwable first) {
        try {
            thing.close();
            return first;
        } catch (Exception | Error e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (first != null && first != e) {
                first.addSuppressed(e);
                return first;
            }
            return e;
        }
    }
}
