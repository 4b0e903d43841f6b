package dev.zvpg;

/**
 * Work on a database that yields something.
 *
 * @param <D> what it works on
 * @param <T> what it yields
 * @param <X> the checked exception that it may throw, which reaches the caller as it is
 */
@FunctionalInterface
public interface DatabaseFunction<D extends Database, T, X extends Exception> {

    /**
     * Does the work.
     *
     * @param database runs while the work lasts
     * @return what the work yields
     * @throws X when it fails
     */
    T apply(D database) throws X;
}
