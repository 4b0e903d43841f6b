package dev.zvpg.option;

/**
 * How a snapshot is taken.
 *
 * <p>Immutable.
 */
public final class SnapshotOptions {

    /** With a checkpoint. */
    public static final SnapshotOptions DEFAULT = new SnapshotOptions(true);

    private final boolean checkpoint;

    private SnapshotOptions(boolean checkpoint) {
        this.checkpoint = checkpoint;
    }

    /**
     * Returns whether a running server writes a checkpoint first, so that what starts from the snapshot need not replay
     * much of the WAL; without it the snapshot is taken sooner and starts later. A storage without atomic snapshots
     * always needs one.
     *
     * @return the choice, or its default
     */
    public boolean checkpoint() {
        return checkpoint;
    }

    /**
     * Chooses whether a checkpoint is written first.
     *
     * @param checkpoint whether to write one
     * @return a copy
     */
    public SnapshotOptions checkpoint(boolean checkpoint) {
        return new SnapshotOptions(checkpoint);
    }

    @Override
    public String toString() {
        return "SnapshotOptions[checkpoint=" + checkpoint + "]";
    }
}
