package dev.zvpg.error;

import java.util.List;

/**
 * Two branches cannot be merged, because the one that was to get the other's work has work of its own. The message says
 * what moved and what the choices are; nothing has changed.
 *
 * <p>Immutable.
 */
public final class DivergedException extends ZvpgException {

    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // List.copyOf is serializable
    private final List<String> moved;

    private final boolean unsavedWork;

    /**
     * Creates the exception.
     *
     * @param problem what failed, on what, and why
     * @param advice what the choices are
     * @param moved the snapshots that only the branch has, written {@code branch@name}, nearest first
     * @param unsavedWork whether it holds work that no snapshot has
     */
    public DivergedException(String problem, String advice, List<String> moved, boolean unsavedWork) {
        super(problem, advice, null);
        this.moved = List.copyOf(moved);
        this.unsavedWork = unsavedWork;
    }

    /**
     * Returns the snapshots that only the branch has, and the other one does not follow.
     *
     * @return written {@code branch@name}, nearest first; empty when it has not moved and only holds unsaved work
     */
    public List<String> moved() {
        return moved;
    }

    /**
     * Tells whether the branch holds work that no snapshot has.
     *
     * @return true when writing transactions ran since its head snapshot
     */
    public boolean hasUnsavedWork() {
        return unsavedWork;
    }
}
