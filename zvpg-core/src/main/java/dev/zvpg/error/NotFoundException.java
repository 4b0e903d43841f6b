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
     * Creates the exception where there is nothing to advise.
     *
     * @param problem what failed, on what, and why
     */
    public NotFoundException(String problem) {
        super(problem, null, null);
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param advice what to do next, or null
     */
    public NotFoundException(String problem, @Nullable String advice) {
        super(problem, advice, null);
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param cause what was caught
     */
    public NotFoundException(String problem, Throwable cause) {
        super(problem, null, cause);
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param advice what to do next
     * @param cause what was caught, or null
     */
    public NotFoundException(String problem, String advice, @Nullable Throwable cause) {
        super(problem, advice, cause);
    }
}
