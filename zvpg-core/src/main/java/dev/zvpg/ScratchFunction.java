package dev.zvpg;

/**
 * Work on a scratch clone that yields something.
 *
 * @param <T> what it yields
 * @param <X> the checked exception that it may throw, which reaches the caller as it is
 */
@FunctionalInterface
public interface ScratchFunction<T, X extends Exception> {

    /**
     * Does the work.
     *
     * @param pg the running clone, which is gone afterwards
     * @return what {@link Snapshot#withScratch} returns
     * @throws X when it fails
     */
    T apply(ScratchClone pg) throws X;
}
