package dev.zvpg.error;

import org.jspecify.annotations.Nullable;

/**
 * The storage refused an operation for a reason that has no exception of its own.
 *
 * <p>Immutable.
 */
public final class StorageException extends ZvpgException {

    private static final long serialVersionUID = 1L;

    private final String operation;
    private final String target;

    /**
     * Creates the exception where there is nothing to advise; its problem is {@code cannot OPERATION TARGET: reason}.
     *
     * @param operation the storage's verb, such as {@code snapshot}
     * @param target what it was applied to, by the storage's own name
     * @param reason why it failed, with the errno name where there is one
     * @param cause what was caught, or null
     */
    public StorageException(String operation, String target, String reason, @Nullable Throwable cause) {
        this(operation, target, reason, null, cause);
    }

    /**
     * Creates the exception; its problem is {@code cannot OPERATION TARGET: reason}.
     *
     * @param operation the storage's verb, such as {@code snapshot}
     * @param target what it was applied to, by the storage's own name
     * @param reason why it failed, with the errno name where there is one
     * @param advice what to do next
     * @param cause what was caught, or null
     */
    public StorageException(
            String operation, String target, String reason, @Nullable String advice, @Nullable Throwable cause) {
        super("cannot " + operation + " " + target + ": " + reason, advice, cause);
        this.operation = operation;
        this.target = target;
    }

    /**
     * Returns the storage's verb that failed.
     *
     * @return such as {@code snapshot}
     */
    public String operation() {
        return operation;
    }

    /**
     * Returns what the verb was applied to.
     *
     * @return the storage's own name of it
     */
    public String target() {
        return target;
    }
}
