package dev.zvpg.postgres.junit;

import dev.zvpg.ScratchPool;
import dev.zvpg.Snapshot;
import dev.zvpg.option.ScratchOptions;
import dev.zvpg.postgres.prepared.PreparedSnapshots;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Gives the tests of one key their clones. Prepares the key when the first one asks. Thread-safe. */
final class CloneSource implements AutoCloseable {

    private record Ready(PreparedSnapshots place, Snapshot snapshot) {}

    private final Options options;
    private final boolean keep;
    private final Callable<PreparedSnapshots> place;
    private @Nullable Ready ready;
    private @Nullable Throwable failure;
    private @Nullable ScratchPool pool;
    private @Nullable TestDatabase staying;

    /**
     * Creates it; nothing is prepared yet.
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
            ready = new Ready(
                    open,
                    open.snapshot(
                            options.key(),
                            options.preparation(),
                            o -> options.pool().scratch()));
        } catch (InterruptedException e) { // says nothing of the preparation
            throw e;
        } catch (Exception | Error e) {
            failure = e;
            throw e;
        }
    }

    /**
     * Returns a running clone of the prepared key, the caller's until it closes it.
     *
     * @param title what it is for
     * @param name which of its databases there are connections to
     * @param fromPool whether it will be needed shortly only; one that is kept for long would keep others waiting
     */
    TestDatabase database(String title, String name, boolean fromPool) {
        Ready from = prepared();
        ScratchOptions scratch = options.pool().scratch();
        Optional<FailedClone> afterAFailure = keep
                ? Optional.of(
                        FailedClone.of(title, scratch.settings(), from.place().passwordFile()))
                : Optional.empty();
        return new TestDatabase(
                title, fromPool ? pool().lease() : from.snapshot().scratch(o -> scratch), name, afterAFailure);
    }

    /**
     * Returns the clone that all who ask for it share, made when the first one asks, until this is closed.
     *
     * @throws Exception as {@link #prepare} does
     */
    synchronized TestDatabase staying() throws Exception {
        if (staying == null) {
            prepare();
            staying = database("the jdbcUrl() of " + options.key(), options.database(), false);
        }
        return staying;
    }

    /** Returns the same if somebody has asked for it. */
    synchronized Optional<TestDatabase> stayingSoFar() {
        return Optional.ofNullable(staying);
    }

    private synchronized ScratchPool pool() {
        if (pool == null) {
            pool = prepared().snapshot().pool(o -> options.pool());
        }
        return pool;
    }

    private synchronized Ready prepared() {
        if (ready == null) {
            throw new IllegalStateException(options.key() + " is not prepared");
        }
        return ready;
    }

    @Override
    public synchronized void close() {
        Closing.all(Stream.of(Optional.ofNullable(staying), Optional.ofNullable(pool))
                .flatMap(Optional::stream)
                .toList());
    }
}
