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
     * Creates the exception where there is nothing to advise.
     *
     * @param problem what failed, on what, and why
     */
    public AlreadyExistsException(String problem) {
        super(problem, null, null);
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param advice what to do next, or null
     */
    public AlreadyExistsException(String problem, @Nullable String advice) {
        super(problem, advice, null);
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param cause what was caught
     */
    public AlreadyExistsException(String problem, Throwable cause) {
        super(problem, null, cause);
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param advice what to do next
     * @param cause what was caught, or null
     */
    public AlreadyExistsException(String problem, String advice, @Nullable Throwable cause) {
        super(problem, advice, cause);
    }
}
