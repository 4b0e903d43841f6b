package dev.zvpg;

/**
 * Work on a scratch clone that yields nothing.
 *
 * @param <X> the checked exception that it may throw, which reaches the caller as it is
 */
@FunctionalInterface
public interface ScratchAction<X extends Exception> {

    /**
     * Does the work.
     *
     * @param pg the running clone, which is gone afterwards
     * @throws X when it fails
     */
    void accept(ScratchClone pg) throws X;
}
