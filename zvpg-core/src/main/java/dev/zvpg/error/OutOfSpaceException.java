package dev.zvpg.error;

import org.jspecify.annotations.Nullable;

/**
 * No space is left where the operation had to write. What it had written is removed again.
 *
 * <p>Immutable.
 */
public final class OutOfSpaceException extends ZvpgException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what failed, on what, why, and what to do next
     */
    public OutOfSpaceException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message what failed, on what, why, and what to do next
     * @param cause what was caught, or null
     */
    public OutOfSpaceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
