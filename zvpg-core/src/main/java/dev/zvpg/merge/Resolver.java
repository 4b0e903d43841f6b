package dev.zvpg.merge;

import dev.zvpg.merge.Conflict.CellConflict;
import dev.zvpg.merge.Conflict.Side;

/**
 * Says what becomes of conflicts in rows. Asked once for each conflict and each time that a merge is tried, so the same
 * conflict should always get the same answer. What it throws ends the merge, and nothing has changed then.
 */
@FunctionalInterface
public interface Resolver {

    /** Takes what the branch has that is merged into. */
    Resolver OURS = conflict -> Resolution.OURS;

    /** Takes what the branch has that is merged. */
    Resolver THEIRS = conflict -> Resolution.THEIRS;

    /**
     * Takes the later one of two values, such as dates and times: the one whose text is greater. A value wins over NULL.
     * Deletions against changes it leaves.
     */
    Resolver NEWEST = conflict -> {
        if (!(conflict instanceof CellConflict cell)) {
            return Resolution.UNRESOLVED;
        }
        String ours = cell.ours();
        String theirs = cell.theirs();
        boolean isTheirsNewer = ours == null || (theirs != null && theirs.compareTo(ours) > 0);
        return isTheirsNewer ? Resolution.THEIRS : Resolution.OURS;
    };

    /**
     * Adds what both have added, as for a counter: ours + theirs - base. Where one of the three is NULL, and deletions
     * against changes, it leaves.
     */
    Resolver ADD = conflict -> {
        if (!(conflict instanceof CellConflict cell)
                || cell.base() == null
                || cell.ours() == null
                || cell.theirs() == null) {
            return Resolution.UNRESOLVED;
        }
        return Resolution.of(cell.number(Side.OURS)
                .add(cell.number(Side.THEIRS))
                .subtract(cell.number(Side.BASE))
                .toPlainString());
    };

    /**
     * Merges JSON objects key by key, also within each other: what one has added, changed or taken away is done to the
     * other's. Where both have done something else with a key, with arrays and with what is no object, and deletions
     * against changes, it leaves. For {@code jsonb}; of {@code json} it writes the keys in their first order, and without
     * blanks.
     */
    Resolver JSON = conflict -> conflict instanceof CellConflict cell
            ? JsonMerge.merged(cell.base(), cell.ours(), cell.theirs())
                    .map(Resolution::of)
                    .orElse(Resolution.UNRESOLVED)
            : Resolution.UNRESOLVED;

    /**
     * Resolves a conflict.
     *
     * @param conflict a {@link CellConflict}, or a {@link Conflict.RowConflict}, for which {@link Resolution.Value} is no
     *     answer
     * @return what becomes of it
     */
    Resolution resolve(Conflict conflict);
}
