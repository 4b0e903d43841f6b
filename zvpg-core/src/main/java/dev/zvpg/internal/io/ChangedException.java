package dev.zvpg.internal.io;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * Raised for something that is not what was expected, or is exchanged while it is opened: somebody is at work on the
 * tree.
 */
public final class ChangedException extends FileSystemException {

    private static final long serialVersionUID = 1L;

    ChangedException(Path path, String reason) {
        super(path.toString(), null, reason);
    }
}
