package dev.zvpg.info;

import java.util.Optional;

/**
 * How a scratch clone was made.
 *
 * <p>Immutable.
 *
 * @param kind the way
 * @param reason why it was not a better one; empty where there is none, or somebody chose it
 */
public record ScratchMethod(Kind kind, Optional<String> reason) {

    /** The ways to make one. */
    public enum Kind {

        /**
         * Laid over the snapshot, whose files it shares, by OverlayFS; what it writes is kept in memory. Made in constant
         * time. A file is copied as a whole when it is opened for writing, and PostgreSQL opens what it reads so.
         */
        OVERLAY_IN_MEMORY,

        /** The same with what it writes on the disk of the storage. */
        OVERLAY_ON_DISK,

        /** A clone of the storage's own, in constant time. */
        CLONE,

        /** All files were copied; where the file system can, their blocks are shared. */
        COPY
    }

    @Override
    public String toString() {
        return kind + reason.map(why -> " (" + why + ")").orElse("");
    }
}
