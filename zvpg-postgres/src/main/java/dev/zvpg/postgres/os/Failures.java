package dev.zvpg.postgres.os;

import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.ServerException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.IoFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.Locale;

/** Turns what the file system says into the exception that a caller can act on. */
public final class Failures {

    private Failures() {}

    /** The exception for a failed file operation. {@code what} is a sentence's beginning: {@code cannot read FILE}. */
    public static ZvpgException of(String what, IOException cause) {
        String reason = String.valueOf(cause.getMessage());
        if (cause instanceof AccessDeniedException denied) {
            return new PermissionException(
                    what + ": permission denied on " + denied.getFile() + " for the user of this JVM, "
                            + System.getProperty("user.name"),
                    cause);
        }
        if (IoFailure.isInterruption(cause)) {
            Thread.currentThread().interrupt();
            return new OperationInterruptedException(what + ": the thread was interrupted", cause);
        }
        // Java has no exception class of its own for ENOSPC and EDQUOT, only the C library's text
        String lower = reason.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left") || lower.contains("quota exceeded")) {
            return new OutOfSpaceException(what + ": " + reason, "free some space and try again", cause);
        }
        return new ServerException(what + ": " + cause.getClass().getSimpleName() + ": " + reason, cause);
    }
}
