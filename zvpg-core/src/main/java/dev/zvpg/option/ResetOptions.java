package dev.zvpg.option;

/**
 * How a branch is reset.
 *
 * <p>Immutable.
 *
 * @param save whether a snapshot is taken first when the branch holds work that no snapshot has; without it such work is lost
 */
public record ResetOptions(boolean save) {

    /** Saves unsaved work. */
    public static final ResetOptions DEFAULT = new ResetOptions(true);

    /**
     * Saves unsaved work, or not.
     *
     * @param save whether to
     * @return a copy
     */
    public ResetOptions save(boolean save) {
        return new ResetOptions(save);
    }
}
