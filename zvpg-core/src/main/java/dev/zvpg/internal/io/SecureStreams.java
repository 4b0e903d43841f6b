package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;

/**
 * Opens the directory streams of Java that keep a directory open, and work relative to it. They are opened through the
 * dot in the directory, because by its own name Java opens whatever is there, and waits for a pipe. Thread-safe.
 */
final class SecureStreams {

    /** The directory as an entry of its own. */
    static final Path ITSELF = Path.of(".");

    private SecureStreams() {}

    /** Opens the directory at an absolute path, be it behind a link. */
    @SuppressWarnings("StreamResourceLeak") // it is closed with what is made of it
    static SecureDirectoryStream<Path> open(Path absolute) throws IOException {
        try {
            return secure(Files.newDirectoryStream(absolute.resolve(ITSELF)));
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(absolute.toString());
        } catch (NotDirectoryException e) {
            throw new NotDirectoryException(absolute.toString());
        } catch (AccessDeniedException e) {
            if (!Files.isDirectory(absolute)) {
                throw new AccessDeniedException(absolute.toString());
            }
            return secure(Files.newDirectoryStream(absolute)); // may be listed and not searched
        }
    }

    /** Opens a directory in one that is open; the dot lies behind a link, so it is asked afterwards what was opened. */
    static SecureDirectoryStream<Path> open(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        try {
            return secure(parent.newDirectoryStream(name.resolve(ITSELF), LinkOption.NOFOLLOW_LINKS));
        } catch (AccessDeniedException e) {
            // may be listed and not searched
            return secure(parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS));
        }
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream) throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException("this operating system cannot work relative to an open directory");
    }
}
