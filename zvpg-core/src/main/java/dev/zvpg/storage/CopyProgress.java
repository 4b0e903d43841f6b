package dev.zvpg.storage;

/**
 * Listens to how far a copy is. Called on the thread that called the verb, before that returns.
 */
@FunctionalInterface
public interface CopyProgress {

    /** Listens to nothing. */
    CopyProgress NONE = (doneBytes, totalBytes) -> {};

    /**
     * Tells how far it is. Called at most a few times a second, and once at the end; not at all where nothing is
     * copied.
     *
     * @param doneBytes the bytes copied so far
     * @param totalBytes the bytes to copy, as estimated at the beginning or, where the source tells more, later; 0
     *     where the copy shares its blocks
     */
    void copied(long doneBytes, long totalBytes);
}
