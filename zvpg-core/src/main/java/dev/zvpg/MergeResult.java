package dev.zvpg;

import java.util.Optional;

/**
 * What became of a merge.
 *
 * <p>Immutable.
 *
 * @param kind how the branch got what the other one had
 * @param snapshot the snapshot that the branch's state follows now
 * @param saved the snapshot that the other branch's unsaved work was saved in first; empty when it had none
 */
public record MergeResult(Kind kind, Snapshot snapshot, Optional<Snapshot> saved) {

    /** How a branch gets what another one has. */
    public enum Kind {
        /** It had everything already; nothing was done. */
        UP_TO_DATE,
        /** It had not moved since they parted, so its state and history are the other one's now. */
        FAST_FORWARD
    }
}
