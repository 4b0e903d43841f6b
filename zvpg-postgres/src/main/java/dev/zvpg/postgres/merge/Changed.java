package dev.zvpg.postgres.merge;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row in the table now, beside what the other branch has made of it. Immutable.
 *
 * @param key what identifies it
 * @param ours the row in the table, with all columns that can be written; null for none
 * @param bases what the other branch found, by base; null for none
 * @param theirs what it made of that; null for none
 */
record Changed(
        List<@Nullable String> key,
        @Nullable List<@Nullable String> ours,
        List<@Nullable List<@Nullable String>> bases,
        @Nullable List<@Nullable String> theirs) {

    /**
     * One of its rows as if each state had the same value in columns that nobody has changed: theirs', and ours where theirs
     * has no such row.
     *
     * @param columns their positions
     */
    @Nullable
    List<@Nullable String> settled(@Nullable List<@Nullable String> row, List<Integer> columns) {
        List<@Nullable String> known = theirs == null ? ours : theirs;
        if (row == null || known == null || columns.isEmpty()) {
            return row;
        }
        List<@Nullable String> settled = new ArrayList<>(row);
        columns.forEach(i -> settled.set(i, known.get(i)));
        return settled;
    }
}
