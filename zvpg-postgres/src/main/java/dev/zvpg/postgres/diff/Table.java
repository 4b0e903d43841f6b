package dev.zvpg.postgres.diff;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A table as a user sees it, with whatever holds its rows: itself, or its partitions. Immutable.
 *
 * @param oid its identity, which stays when it is renamed
 * @param name schema and name, as PostgreSQL writes them
 * @param notComparable why its rows are not compared; empty when they can be
 * @param trap a function that makes it not comparable because reading the table would call it
 * @param columns in their order; without those that are computed when they are read
 * @param types of the columns, or what their domains are of, as PostgreSQL writes them
 * @param key the numbers of the columns that identify a row; empty where there is none
 */
public record Table(
        long oid,
        String name,
        Optional<String> notComparable,
        Optional<String> trap,
        List<Column> columns,
        List<String> types,
        List<Integer> key,
        List<Heap> heaps) {

    /**
     * What holds rows. Immutable.
     *
     * @param oid its identity
     * @param name schema and name, as PostgreSQL writes them
     * @param path its first file, below the data directory; empty where there is none, or none of rows on pages
     * @param columns the numbers that its columns have in it, by name
     */
    public record Heap(long oid, String name, String path, Map<String, Integer> columns) {}

    /** How it is named in a statement: rows of tables that inherit from it are not its own. */
    public String relation() {
        return (isPartitioned() ? "" : "ONLY ") + name;
    }

    /** What the columns of its key are called; none where it has no key. */
    public List<String> keyNames() {
        return key.stream().map(this::nameOf).toList();
    }

    public boolean hasColumn(int number) {
        return columns.stream().anyMatch(column -> column.number() == number);
    }

    /** What a column of its is called, by number. */
    public String nameOf(int number) {
        return columns.stream()
                .filter(column -> column.number() == number)
                .map(Column::name)
                .findFirst()
                .orElse("");
    }

    /** Whether its rows are in partitions. */
    public boolean isPartitioned() {
        return heaps.stream().noneMatch(heap -> heap.oid() == oid);
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

    public String type(Column column) {
        return types.get(position(column));
    }
}
