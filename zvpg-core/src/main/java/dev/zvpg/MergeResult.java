package dev.zvpg;

import dev.zvpg.merge.MergeReport;
import java.util.Optional;

/**
 * What became of a merge.
 *
 * <p>Immutable.
 *
 * @param kind how the branch got what the other one had
 * @param snapshot the snapshot that the branch's state follows now
 * @param saved the snapshot that the other branch's unsaved work was saved in first; empty when it had none
 * @param before the snapshot that holds all that the branch held before; {@link Branch#resetTo(Snapshot)} with it
 *     undoes the merge. The same as {@code snapshot} when nothing was done
 * @param report what became of rows; only of those that were merged, so {@link MergeReport#NOTHING} unless the kind is
 *     {@link Kind#MERGED}
 */
public record MergeResult(Kind kind, Snapshot snapshot, Optional<Snapshot> saved, Snapshot before, MergeReport report) {

    /** How a branch gets what another one has. */
    public enum Kind {
        /** It had everything already; nothing was done. */
        UP_TO_DATE,
        /** It had not moved since they parted, so its state and history are the other one's now. */
        FAST_FORWARD,
        /** What the other one has changed since they parted was made in it as well, row by row. */
        MERGED
    }
}
