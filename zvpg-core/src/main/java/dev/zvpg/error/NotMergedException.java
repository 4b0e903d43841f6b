package dev.zvpg.error;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A branch is not deleted, because it holds what would be gone with it. Nothing has changed;
 * {@link dev.zvpg.Branch#discard()} deletes it all the same.
 *
 * <p>Immutable.
 */
public final class NotMergedException extends ZvpgException {

    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // List.copyOf is serializable
    private final List<String> snapshots;

    private final boolean unsavedWork;

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param advice what the choices are
     * @param snapshots the snapshots that would be gone, written {@code branch@name}, nearest first
     * @param unsavedWork whether it holds work that no snapshot has
     * @param cause why that could not be found out, if so
     */
    public NotMergedException(
            String problem, String advice, List<String> snapshots, boolean unsavedWork, @Nullable Throwable cause) {
        super(problem, advice, cause);
        this.snapshots = List.copyOf(snapshots);
        this.unsavedWork = unsavedWork;
    }

    /**
     * Returns the snapshots that no other branch and no clone descends from.
     *
     * @return written {@code branch@name}, nearest first; empty when it only holds unsaved work
     */
    public List<String> snapshots() {
        return snapshots;
    }

    /**
     * Tells whether the branch holds work that no snapshot has, or it cannot be found out that it does not.
     *
     * @return whether it may
     */
    public boolean hasUnsavedWork() {
        return unsavedWork;
    }
}
