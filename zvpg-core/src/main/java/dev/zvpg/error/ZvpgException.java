package dev.zvpg.error;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of every condition that a caller can act on. {@link #problem()} says what failed, on what and why,
 * {@link #advice()} what to do next, and the message is both, with {@code "; "} between them. None of them contains a
 * secret.
 *
 * <p>Immutable.
 */
public abstract sealed class ZvpgException extends RuntimeException
        permits AlreadyExistsException,
                ConfigurationException,
                DivergedException,
                InUseException,
                MergeConflictException,
                NotFoundException,
                NotMergedException,
                OperationInterruptedException,
                OutOfSpaceException,
                PermissionException,
                RemoteException,
                ServerException,
                StorageException {

    private static final long serialVersionUID = 1L;

    private final String problem;
    private final @Nullable String advice;

    ZvpgException(String problem, @Nullable String advice, @Nullable Throwable cause) {
        this(problem, advice, "", cause);
    }

    /**
     * Creates the exception.
     *
     * @param details follows in the message, such as what a program said
     */
    ZvpgException(String problem, @Nullable String advice, String details, @Nullable Throwable cause) {
        super((advice == null ? problem : problem + "; " + advice) + details, cause);
        this.problem = problem;
        this.advice = advice;
    }

    /** Returns what a program wrote as the end of a message. */
    static String lines(List<String> written) {
        return written.isEmpty() ? "" : "\n  " + String.join("\n  ", written);
    }

    /**
     * Returns what failed, on what, and why.
     *
     * @return a sentence without its end
     */
    public String problem() {
        return problem;
    }

    /**
     * Returns what to do next.
     *
     * @return a sentence without its end; empty where nobody can do anything but look at the cause
     */
    public Optional<String> advice() {
        return Optional.ofNullable(advice);
    }
}
