package dev.zvpg.merge;

import dev.zvpg.diff.SchemaChange;
import java.util.List;

/**
 * What a merge does, or would do.
 *
 * <p>Immutable.
 *
 * @param tables what becomes of rows, by database and table; only tables with rows that change
 * @param schema what becomes of definitions
 * @param sequences how many sequences are moved forward
 * @param notMerged what is left as it is, each with the reason, such as unlogged tables
 * @param conflicts what nobody has resolved, at most {@value #MOST_CONFLICTS} of them
 * @param conflictCount how many there are of them
 */
public record MergeReport(
        List<TableMerge> tables,
        List<SchemaChange> schema,
        int sequences,
        List<String> notMerged,
        List<Conflict> conflicts,
        long conflictCount) {

    /** How many conflicts are told. */
    public static final int MOST_CONFLICTS = 1_000;

    /** What does nothing. */
    public static final MergeReport NOTHING = new MergeReport(List.of(), List.of(), 0, List.of(), List.of(), 0);

    /** Copies the lists. */
    public MergeReport {
        tables = List.copyOf(tables);
        schema = List.copyOf(schema);
        notMerged = List.copyOf(notMerged);
        conflicts = List.copyOf(conflicts);
    }

    /**
     * Adds up the rows that change.
     *
     * @return how many are inserted, updated or deleted
     */
    public long rows() {
        return tables.stream()
                .mapToLong(table -> table.inserted() + table.updated() + table.deleted())
                .sum();
    }
}
