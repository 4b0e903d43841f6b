package dev.zvpg.internal.io;

import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.StorageException;
import dev.zvpg.error.ZvpgException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Turns what the file system says into the exception that a caller can act on. Thread-safe. */
public final class IoFailure {

    private static final long MIB = 1 << 20;

    private IoFailure() {}

    /** Returns the exception for a verb that failed on a file or a directory. */
    public static ZvpgException of(String operation, Path target, IOException e) {
        return of(operation, target.toString(), target, e);
    }

    /**
     * Returns the exception for a verb that failed.
     *
     * @param operation the verb
     * @param target what it was applied to
     * @param place the directory whose file system it was done in
     */
    public static ZvpgException of(String operation, String target, Path place, IOException e) {
        String what = "cannot " + operation + " " + target + ": ";
        if (isInterruption(e)) {
            Thread.currentThread().interrupt();
            return new OperationInterruptedException(
                    what + "the thread was interrupted; nothing was changed, so it may be tried again", e);
        }
        String reason = reason(e);
        if (e instanceof AccessDeniedException
                || reason.contains("Operation not permitted")
                || reason.contains("Permission denied")) {
            return new PermissionException(
                    what + "permission denied (" + reason + ")",
                    "grant user " + System.getProperty("user.name") + " the right to read and write " + file(e, place),
                    e);
        }
        if (isOutOfSpace(reason, place)) {
            return new OutOfSpaceException(
                    what + "no space is left in " + place + " (" + space(place) + "; " + reason + ")",
                    "free some or destroy volumes and snapshots, then try again",
                    e);
        }
        return new StorageException(operation, target, reason, e);
    }

    /** Tells whether it failed because the thread was interrupted. */
    public static boolean isInterruption(IOException e) {
        return e instanceof ClosedByInterruptException
                || e instanceof FileLockInterruptionException
                || e instanceof InterruptedIOException;
    }

    /** The system's words depend on the user's language, so the space that is left is asked, too. */
    private static boolean isOutOfSpace(String reason, Path place) {
        if (reason.contains("No space left") || reason.contains("quota exceeded")) {
            return true;
        }
        try {
            return Files.getFileStore(place).getUsableSpace() < MIB / 16;
        } catch (IOException e) {
            return false;
        }
    }

    private static String space(Path place) {
        try {
            return Files.getFileStore(place).getUsableSpace() / MIB + " MiB of "
                    + Files.getFileStore(place).getTotalSpace() / MIB + " MiB are free";
        } catch (IOException e) {
            return "its size is unknown";
        }
    }

    private static String file(IOException e, Path place) {
        return e instanceof FileSystemException failed && failed.getFile() != null
                ? String.valueOf(failed.getFile())
                : place.toString();
    }

    private static String reason(IOException e) {
        String message = e.getMessage();
        String kind = e.getClass() == IOException.class || e.getClass() == FileSystemException.class
                ? ""
                : e.getClass().getSimpleName() + ": ";
        return kind + (message == null ? "no reason given" : message);
    }
}
