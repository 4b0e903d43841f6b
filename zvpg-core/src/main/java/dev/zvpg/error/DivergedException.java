package dev.zvpg.error;

/**
 * Two branches cannot be merged, because no snapshot is in the history of both, so nobody can tell what either of them
 * has changed. Nothing has changed.
 *
 * <p>Immutable.
 */
public final class DivergedException extends ZvpgException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param into the branch that was to be merged into
     * @param from the branch that was to be merged
     */
    public DivergedException(String into, String from) {
        super(
                "cannot merge " + from + " into " + into + ": no snapshot is in the history of both",
                "to make " + into + " what " + from + " is, reset it to a snapshot of " + from,
                null);
    }
}
