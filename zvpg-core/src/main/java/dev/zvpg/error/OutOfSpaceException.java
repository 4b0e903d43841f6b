package dev.zvpg.error;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * No space is left where the operation had to write. What it had written is removed again.
 *
 * <p>Immutable.
 */
public final class OutOfSpaceException extends ZvpgException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception where there is nothing to advise.
     *
     * @param problem what failed, on what, and why
     */
    public OutOfSpaceException(String problem) {
        super(problem, null, null);
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param advice what to do next, or null
     */
    public OutOfSpaceException(String problem, @Nullable String advice) {
        super(problem, advice, null);
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param cause what was caught
     */
    public OutOfSpaceException(String problem, Throwable cause) {
        super(problem, null, cause);
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param advice what to do next
     * @param cause what was caught, or null
     */
    public OutOfSpaceException(String problem, String advice, @Nullable Throwable cause) {
        super(problem, advice, cause);
    }

    /**
     * Creates the exception for a server that had no space; its message ends with the log lines.
     *
     * @param problem what failed, on what, and why
     * @param advice what to do next
     * @param lastLogLines the last lines that it wrote, oldest first
     */
    public OutOfSpaceException(String problem, String advice, List<String> lastLogLines) {
        super(problem, advice, lines(lastLogLines), null);
    }
}
