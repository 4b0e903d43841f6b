package dev.zvpg.server;

/** Listens to how far a copy of a cluster is. Called on the thread that copies. */
@FunctionalInterface
public interface CopyProgress {

    /**
     * Tells how far it is. Called at most a few times a second, and once at the end.
     *
     * @param doneBytes the bytes copied so far
     * @param totalBytes the bytes to copy, as estimated at the beginning or, where the source tells more, later
     */
    void copied(long doneBytes, long totalBytes);
}
