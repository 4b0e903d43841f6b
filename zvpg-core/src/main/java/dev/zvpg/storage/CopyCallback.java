package dev.zvpg.storage;

import java.nio.file.Path;
import java.util.Map;

/**
 * What a storage that copies files tells and asks its caller while it does so. A storage whose snapshots are atomic calls
 * nothing here.
 *
 * <p>Called on the thread that called the verb, or on one that it waits for; never by two at once.
 */
public interface CopyCallback {

    /** Listens to nothing and adds nothing. */
    CopyCallback NONE = new CopyCallback() {};

    /**
     * Tells how far the copy is. Called at most a few times a second, and once at the end.
     *
     * @param doneBytes the bytes copied so far
     * @param totalBytes the bytes to copy, as estimated before the copy began; 0 where the copy shares its blocks
     */
    default void progress(long doneBytes, long totalBytes) {}

    /**
     * Lets the caller make the image of a running server complete: called once, after every file is copied and before the
     * snapshot exists for anybody. Never called by {@link Storage#clone}. When it throws, the snapshot is not made.
     *
     * @param image the copy, still writable
     * @return attributes to add to the snapshot's
     */
    default Map<String, String> complete(Path image) {
        return Map.of();
    }
}
