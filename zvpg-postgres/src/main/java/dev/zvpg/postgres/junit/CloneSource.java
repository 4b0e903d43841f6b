package dev.zvpg.postgres.junit;

import dev.zvpg.Snapshot;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Where the tests of one key get their clones from. Prepares the key when the first one asks. Thread-safe. */
final class CloneSource implements AutoCloseable {

    private record Ready(PreparedSnapshots place, Snapshot snapshot) {}

    private final Options options;
    private final boolean keep;
    private final Callable<PreparedSnapshots> place;
    private @Nullable Ready ready;
    private @Nullable Throwable failure;

    /**
     * Does nothing yet.
     *
     * @param keep whether clones of tests that fail live on
     * @param place opens the place of the prepared snapshots, or finds it open
     */
    CloneSource(Options options, boolean keep, Callable<PreparedSnapshots> place) {
        this.options = options;
        this.keep = keep;
        this.place = place;
    }

    /**
     * Makes sure that the key is prepared.
     *
     * @throws Exception what the preparation threw; whoever asks again in this run is told at once
     */
    synchronized void prepare() throws Exception {
        if (failure != null) {
            throw new IllegalStateException(
                    "cannot prepare " + options.key() + ": it failed before in this run (" + failure + ")", failure);
        }
        if (ready != null) {
            return;
        }
        try {
            PreparedSnapshots open = place.call();
            ready = new Ready(open, open.prepare(options.key(), options.preparation()));
        } catch (InterruptedException e) { // says nothing of the preparation
            throw e;
        } catch (Exception | Error e) {
            failure = e;
            throw e;
        }
    }

    /** A running clone of the prepared key, the caller's until it closes it. */
    TestDatabase database(String test) {
        return new TestDatabase(lease(test), options.database());
    }

    private Lease lease(String test) {
        Ready from = prepared();
        if (!keep) {
            throw new UnsupportedOperationException("not yet");
        }
        return KeptLease.of(
                from.snapshot(), test, options.settings(), from.place().passwordFile());
    }

    private synchronized Ready prepared() {
        if (ready == null) {
            throw new IllegalStateException(options.key() + " is not prepared");
        }
        return ready;
    }

    @Override
    public void close() {}
}
