package dev.zvpg.error;

import org.jspecify.annotations.Nullable;

/**
 * The operating system refused; the message says what to grant, to whom, on what.
 *
 * <p>Immutable.
 */
public final class PermissionException extends ZvpgException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what failed, on what, why, and what to do next
     */
    public PermissionException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message what failed, on what, why, and what to do next
     * @param cause what was caught, or null
     */
    public PermissionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
