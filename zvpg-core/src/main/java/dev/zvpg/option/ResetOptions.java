package dev.zvpg.option;

/**
 * How a branch is reset.
 *
 * <p>Immutable.
 */
public final class ResetOptions {

    /** Saves unsaved work. */
    public static final ResetOptions DEFAULT = new ResetOptions(true);

    private final boolean save;

    private ResetOptions(boolean save) {
        this.save = save;
    }

    /**
     * Returns whether a snapshot is taken first when the branch holds work that no snapshot has; without it such work
     * is lost.
     *
     * @return the choice, or its default
     */
    public boolean save() {
        return save;
    }

    /**
     * Saves unsaved work, or not.
     *
     * @param save whether to
     * @return a copy
     */
    public ResetOptions save(boolean save) {
        return new ResetOptions(save);
    }

    @Override
    public String toString() {
        return "ResetOptions[save=" + save + "]";
    }
}
