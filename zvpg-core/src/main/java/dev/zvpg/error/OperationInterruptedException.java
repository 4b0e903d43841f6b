package dev.zvpg.error;

import org.jspecify.annotations.Nullable;

/**
 * A thread was interrupted while it waited. Its interrupt flag is set again, and nothing is half-made; what it was
 * about to do may be tried again.
 *
 * <p>Immutable.
 */
public final class OperationInterruptedException extends ZvpgException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param problem what was interrupted, and what became of it
     * @param cause what was caught, or null
     */
    public OperationInterruptedException(String problem, @Nullable Throwable cause) {
        super(problem, null, cause);
    }
}
