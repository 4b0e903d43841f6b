package dev.zvpg.option;

/**
 * How a snapshot is taken.
 *
 * <p>Immutable.
 *
 * @param checkpoint whether a running server writes a checkpoint first, so that what starts from the snapshot need not
 *     replay much of the WAL; without it the snapshot is taken sooner and starts later. A storage without atomic snapshots
 *     always needs one
 */
public record SnapshotOptions(boolean checkpoint) {

    /** With a checkpoint. */
    public static final SnapshotOptions DEFAULT = new SnapshotOptions(true);

    /**
     * With or without a checkpoint first.
     *
     * @param checkpoint whether to write one
     * @return a copy
     */
    public SnapshotOptions checkpoint(boolean checkpoint) {
        return new SnapshotOptions(checkpoint);
    }
}
