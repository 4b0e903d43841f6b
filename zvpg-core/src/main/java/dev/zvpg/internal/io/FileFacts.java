package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * What something in a directory is; a link is itself, not what it leads to.
 *
 * <p>Immutable.
 */
public record FileFacts(Kind kind, long size, FileTime modified, FileId id) {

    /** What it is. */
    public enum Kind {
        DIRECTORY,
        FILE,
        LINK,
        /** A socket, pipe or device: it belongs to a running program or to the system, not to the data. */
        SPECIAL
    }

    static FileFacts of(BasicFileAttributes attributes) throws IOException {
        Kind kind = attributes.isRegularFile()
                ? Kind.FILE
                : attributes.isDirectory() ? Kind.DIRECTORY : attributes.isSymbolicLink() ? Kind.LINK : Kind.SPECIAL;
        return new FileFacts(kind, attributes.size(), attributes.lastModifiedTime(), FileId.of(attributes));
    }

    public boolean isDirectory() {
        return kind == Kind.DIRECTORY;
    }

    public boolean isFile() {
        return kind == Kind.FILE;
    }
}
