package dev.zvpg.error;

import org.jspecify.annotations.Nullable;

/**
 * Something was named that does not exist. The message lists what does.
 *
 * <p>Immutable.
 */
public final class NotFoundException extends ZvpgException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what failed, on what, why, and what to do next
     */
    public NotFoundException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message what failed, on what, why, and what to do next
     * @param cause what was caught, or null
     */
    public NotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
