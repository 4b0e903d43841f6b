package dev.zvpg.server;

import dev.zvpg.error.StorageException;
import java.nio.file.Path;
import java.util.Set;

/**
 * A tree that shows another one with what has been written to it on top, made in constant time. It is there for this
 * process and the {@linkplain Lifetime#ATTACHED attached} servers that it starts; others see nothing of it. It ends
 * with this process, however that ends.
 *
 * <p>Thread-safe.
 */
public interface Overlay extends AutoCloseable {

    /**
     * Returns where its files are, for this process: to be read and written here, and to start attached servers on.
     *
     * @return an absolute path, which leads nowhere once it is closed
     */
    Path directory();

    /**
     * Tells whether what is written to it is kept in memory.
     *
     * @return false when it is on the disk of the volume
     */
    boolean isInMemory();

    /**
     * Finds what may not be as it is in the tree below: what was written to, opened for writing, made or removed. Takes
     * time in proportion to that, not to the tree.
     *
     * @return files and directories, by their paths below the top; of a directory that is gone, only that; of one that has
     *     taken the place of another, all that is in either. What is written meanwhile may be missing
     * @throws StorageException when they cannot be read, as after its end
     */
    Set<Path> written();

    /**
     * Refuses every write from now on, so that it can be read in peace. No server may run on it.
     *
     * @throws StorageException when that cannot be done
     */
    void freeze();

    /** Ends it, and loses what was written to it. No server runs on it any more. Idempotent. */
    @Override
    void close();
}
