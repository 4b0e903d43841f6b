package dev.zvpg.error;

import org.jspecify.annotations.Nullable;

/**
 * The name is taken, or the place is not empty.
 *
 * <p>Immutable.
 */
public final class AlreadyExistsException extends ZvpgException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what failed, on what, why, and what to do next
     */
    public AlreadyExistsException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message what failed, on what, why, and what to do next
     * @param cause what was caught, or null
     */
    public AlreadyExistsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
