package dev.zvpg.diff;

import java.util.List;

/**
 * Sums of a comparison.
 *
 * <p>Immutable.
 *
 * @param tables how many tables have rows that differ
 * @param inserted how many rows only the later state has
 * @param updated how many have other values
 * @param deleted how many only the earlier state has
 * @param notCompared how many tables were not compared
 * @param schemaChanges how many definitions differ
 */
public record DiffStat(int tables, long inserted, long updated, long deleted, int notCompared, int schemaChanges) {

    /**
     * Adds up.
     *
     * @param tables what was compared, and what was not
     * @param schema the definitions that differ
     * @return the sums
     */
    public static DiffStat of(List<TableDiff> tables, List<SchemaChange> schema) {
        List<TableDiff> compared = tables.stream()
                .filter(table -> table.method() != TableDiff.Method.NOT_COMPARED)
                .toList();
        return new DiffStat(
                compared.size(),
                compared.stream().mapToLong(TableDiff::inserted).sum(),
                compared.stream().mapToLong(TableDiff::updated).sum(),
                compared.stream().mapToLong(TableDiff::deleted).sum(),
                tables.size() - compared.size(),
                schema.size());
    }
}
