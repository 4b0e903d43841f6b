package dev.zvpg.internal.tree;

import dev.zvpg.error.OutOfSpaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps room free on the file system that a tree is received on, which others need as well: a sender may say any size.
 * It looks at what is free now and then only, because that is asked for every entry and part.
 *
 * <p>Used by one thread.
 */
public final class SpareRoom {

    /** What is received leaves at least this much free: 64 MB. */
    public static final long BYTES = 1 << 26;

    /** After how much that was written it is looked at what is free. */
    private static final long LOOK_BYTES = BYTES / 4;

    private final Path place;
    private long written;

    SpareRoom(Path place) {
        this.place = place;
    }

    /**
     * Notes what is about to be written.
     *
     * @throws OutOfSpaceException when too little is free
     */
    void spend(long bytes) throws IOException {
        written += bytes;
        if (written >= LOOK_BYTES) {
            written = 0;
            long room = Files.getFileStore(place).getUsableSpace();
            if (room < BYTES) {
                throw new OutOfSpaceException(
                        "cannot receive the rest of a tree: " + room + " bytes are free",
                        "free some space, or destroy what nobody needs any more, then try again");
            }
        }
    }
}
