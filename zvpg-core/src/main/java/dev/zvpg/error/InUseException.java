package dev.zvpg.error;

import org.jspecify.annotations.Nullable;

/**
 * Something is in use by somebody else; the message says by whom.
 *
 * <p>Immutable.
 */
public final class InUseException extends ZvpgException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what failed, on what, why, and what to do next
     */
    public InUseException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message what failed, on what, why, and what to do next
     * @param cause what was caught, or null
     */
    public InUseException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
