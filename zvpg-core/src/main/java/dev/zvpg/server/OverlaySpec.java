package dev.zvpg.server;

import java.nio.file.Path;

/**
 * What to lay over what.
 *
 * <p>Immutable.
 *
 * @param lower the tree that is seen and never written to; it must not change as long as the overlay lives
 * @param volume an empty directory in which the overlay is, with all that is written to it; whoever made it removes it
 * @param home a directory above everything else that a server on it needs, such as its log
 * @param memoryBytes the most memory for what is written; 0 for the disk of the volume
 */
public record OverlaySpec(Path lower, Path volume, Path home, long memoryBytes) {

    /** Checks the bound. */
    public OverlaySpec {
        if (memoryBytes < 0) {
            throw new IllegalArgumentException("there is no memory of " + memoryBytes + " bytes");
        }
    }
}
