package dev.zvpg.internal.io;

import dev.zvpg.error.InUseException;
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
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns what the file system says into the exception that a caller can act on. Thread-safe. */
public final class IoFailure {

    /** EAGAIN, as Java says that the system refuses another process. */
    private static final String NO_PROCESS = "error=11,";

    private static final long MIB = 1 << 20;

    private IoFailure() {}

    /** Tells of an interrupt where only I/O failures are told; the thread stays interrupted. */
    public static InterruptedIOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException interrupted = new InterruptedIOException("interrupted");
        interrupted.initCause(e);
        return interrupted;
    }

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
        return of(operation, target, place, null, e);
    }

    /** The same with other advice, where it is not permitted, than to grant the user a right to the file. */
    public static ZvpgException of(
            String operation, String target, Path place, @Nullable String allowed, IOException e) {
        String what = "cannot " + operation + " " + target;
        return of(what, place, allowed, e, reason -> new StorageException(operation, target, reason, e));
    }

    /**
     * Returns the exception for something that failed, and makes that of another type than the storage's when there is
     * nothing special about it.
     *
     * @param what the beginning of a sentence, such as {@code cannot read FILE}
     * @param allowed the advice where it is not permitted; null to grant the right to the file
     * @param other takes the reason
     */
    public static ZvpgException of(
            String what, @Nullable String allowed, IOException e, Function<String, ZvpgException> other) {
        return of(what, null, allowed, e, other);
    }

    private static ZvpgException of(
            String what,
            @Nullable Path place,
            @Nullable String allowed,
            IOException e,
            Function<String, ZvpgException> other) {
        if (isInterruption(e)) {
            Thread.currentThread().interrupt();
            return new OperationInterruptedException(what + ": the thread was interrupted; it may be tried again", e);
        }
        String reason = reason(e);
        if (e instanceof AccessDeniedException
                || reason.contains("Operation not permitted")
                || reason.contains("Permission denied")) {
            Object file =
                    e instanceof FileSystemException failed && failed.getFile() != null ? failed.getFile() : place;
            String user = "user " + SystemUser.name();
            return new PermissionException(
                    what + ": permission denied (" + reason + ") for " + user,
                    allowed != null
                            ? allowed
                            : "grant " + user + " the right to "
                                    + (file == null ? "do that" : "read and write " + file),
                    e);
        }
        if (isOutOfSpace(reason, place)) {
            return new OutOfSpaceException(
                    what + ": no space is left" + (place == null ? "" : " in " + place + ": " + space(place)) + " ("
                            + reason + ")",
                    "free some space, or destroy what nobody needs any more, then try again",
                    e);
        }
        if (reason.contains(NO_PROCESS)) {
            return new InUseException(
                    what + ": no more processes can be started (" + reason + ")",
                    "raise the limit of processes of this user or container (ulimit -u, docker run --pids-limit, TasksMax of "
                            + "systemd), or end some; a server takes about ten",
                    e);
        }
        return other.apply(reason);
    }

    /** Tells whether it failed because the thread was interrupted. */
    public static boolean isInterruption(IOException e) {
        return e instanceof ClosedByInterruptException
                || e instanceof FileLockInterruptionException
                || e instanceof InterruptedIOException;
    }

    /** The system's words depend on the user's language, so the space that is left is asked, too. */
    private static boolean isOutOfSpace(String reason, @Nullable Path place) {
        if (reason.contains("No space left") || reason.toLowerCase(Locale.ROOT).contains("quota exceeded")) {
            return true;
        }
        try {
            return place != null && Files.getFileStore(place).getUsableSpace() < MIB / 16;
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

    private static String reason(IOException e) {
        String message = e.getMessage();
        String kind = e.getClass() == IOException.class || e.getClass() == FileSystemException.class
                ? ""
                : e.getClass().getSimpleName() + ": ";
        return kind + (message == null ? "no reason given" : message);
    }
}
