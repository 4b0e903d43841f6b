package dev.zvpg;

/**
 * Work on a database that yields nothing.
 *
 * @param <D> what it works on
 * @param <X> the checked exception that it may throw, which reaches the caller as it is
 */
@FunctionalInterface
public interface DatabaseAction<D extends Database, X extends Exception> {

    /**
     * Does the work.
     *
     * @param database runs while the work lasts
     * @throws X when it fails
     */
    void accept(D database) throws X;
}
