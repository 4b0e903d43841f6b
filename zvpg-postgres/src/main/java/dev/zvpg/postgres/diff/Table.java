package dev.zvpg.postgres.diff;

import java.util.List;

/**
 * A table as a user sees it, with whatever holds its rows: itself, or its partitions. Immutable.
 *
 * @param oid its identity, which stays when it is renamed
 * @param name schema and name, as PostgreSQL writes them
 * @param kind what {@code pg_class.relkind} says
 * @param isUnlogged whether a crash empties it
 * @param columns in their order; without those that are computed when they are read
 * @param types of the columns, or what their domains are of, as PostgreSQL writes them
 * @param key the numbers of the columns that identify a row; empty where there is none
 */
record Table(
        long oid,
        String name,
        char kind,
        boolean isUnlogged,
        List<Column> columns,
        List<String> types,
        List<Integer> key,
        List<Heap> heaps) {

    /**
     * What holds rows. Immutable.
     *
     * @param oid its identity
     * @param name schema and name, as PostgreSQL writes them
     * @param path its first file, below the data directory; empty where there is none
     */
    record Heap(long oid, String name, String path) {}

    boolean hasColumn(int number) {
        return columns.stream().anyMatch(column -> column.number() == number);
    }

    /** Where a column is among those of the table. */
    int position(Column column) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).number() == column.number()) {
                return i;
            }
        }
        throw new IllegalArgumentException(name + " has no " + column);
    }

    String type(Column column) {
        return types.get(position(column));
    }
}
