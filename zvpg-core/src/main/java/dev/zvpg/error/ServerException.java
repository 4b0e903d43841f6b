package dev.zvpg.error;

import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A database server, or one of its programs, failed. Carries the exit code where there was one, and the last lines of
 * the log.
 *
 * <p>Immutable.
 */
public final class ServerException extends ZvpgException {

    private static final long serialVersionUID = 1L;
    private static final int NO_EXIT_CODE = Integer.MIN_VALUE;

    private final int exitCode;

    @SuppressWarnings("serial") // List.copyOf is serializable
    private final List<String> lastLogLines;

    /**
     * Creates the exception where there is nothing to advise.
     *
     * @param problem what failed, on what, and why
     */
    public ServerException(String problem) {
        super(problem, null, null);
        this.exitCode = NO_EXIT_CODE;
        this.lastLogLines = List.of();
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param advice what to do next
     */
    public ServerException(String problem, String advice) {
        super(problem, advice, null);
        this.exitCode = NO_EXIT_CODE;
        this.lastLogLines = List.of();
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param cause what was caught
     */
    public ServerException(String problem, Throwable cause) {
        super(problem, null, cause);
        this.exitCode = NO_EXIT_CODE;
        this.lastLogLines = List.of();
    }

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param advice what to do next
     * @param cause what was caught, or null
     */
    public ServerException(String problem, String advice, @Nullable Throwable cause) {
        super(problem, advice, cause);
        this.exitCode = NO_EXIT_CODE;
        this.lastLogLines = List.of();
    }

    /**
     * Creates the exception for a process that failed; its message ends with the log lines.
     *
     * @param problem what failed, on what, and why
     * @param advice what to do next, or null
     * @param exitCode the process's exit code, or empty when it is not known
     * @param lastLogLines the last lines that it wrote, oldest first
     */
    public ServerException(String problem, @Nullable String advice, OptionalInt exitCode, List<String> lastLogLines) {
        super(problem, advice, lines(lastLogLines), null);
        this.exitCode = exitCode.orElse(NO_EXIT_CODE);
        this.lastLogLines = List.copyOf(lastLogLines);
    }

    /**
     * Returns the exit code of the process that failed.
     *
     * @return empty when no process ended, or nobody could see its code
     */
    public OptionalInt exitCode() {
        return exitCode == NO_EXIT_CODE ? OptionalInt.empty() : OptionalInt.of(exitCode);
    }

    /**
     * Returns the last lines that the process or server wrote.
     *
     * @return oldest first, perhaps empty
     */
    public List<String> lastLogLines() {
        return lastLogLines;
    }
}
