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
     * Creates the exception where there is nothing to advise.
     *
     * @param problem what failed, on what, and why
     */
    public PermissionException(String problem) {
        super(problem, null, null);
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param advice what to do next, or null
     */
    public PermissionException(String problem, @Nullable String advice) {
        super(problem, advice, null);
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param cause what was caught
     */
    public PermissionException(String problem, Throwable cause) {
        super(problem, null, cause);
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param advice what to do next
     * @param cause what was caught, or null
     */
    public PermissionException(String problem, String advice, @Nullable Throwable cause) {
        super(problem, advice, cause);
    }
}
