package dev.zvpg.server;

import dev.zvpg.error.ServerException;
import java.nio.file.Path;

/**
 * An online backup in progress.
 *
 * <p>Confined to the thread that began it.
 */
public interface Backup extends AutoCloseable {

    /**
     * Ends the backup and makes the copy complete: what the copy lacks to start by itself is added to it.
     *
     * @param image the copied data directory
     * @return the position that the copy starts at
     * @throws ServerException when the server has ended meanwhile, or the copy cannot be completed; it must be thrown
     *     away
     */
    Position finish(Path image);

    /** Gives the backup up unless it is finished; the server forgets it. Idempotent. */
    @Override
    void close();
}
