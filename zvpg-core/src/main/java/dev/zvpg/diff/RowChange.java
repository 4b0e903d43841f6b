package dev.zvpg.diff;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row that is different. Values are as PostgreSQL writes them as text, with dates in ISO 8601, times with a zone in
 * UTC, and bytes in hexadecimal; NULL is null.
 *
 * <p>Immutable.
 *
 * @param kind what became of it
 * @param key the values that identify it, by column, in the order of the key; empty in a table without a key
 * @param before its values before, by column, in the table's order; empty when it was inserted. A column that was
 *     renamed has its later name
 * @param after its values after; empty when it was deleted
 */
public record RowChange(
        Kind kind, Map<String, String> key, Map<String, @Nullable String> before, Map<String, @Nullable String> after) {

    /** What became of a row. */
    public enum Kind {
        /** Only the later state has a row of that key. */
        INSERTED,
        /** Both have one, with other values. */
        UPDATED,
        /** Only the earlier state has one. */
        DELETED
    }

    /** Copies the maps. */
    public RowChange {
        key = Collections.unmodifiableMap(new LinkedHashMap<>(key));
        before = Collections.unmodifiableMap(new LinkedHashMap<>(before));
        after = Collections.unmodifiableMap(new LinkedHashMap<>(after));
    }

    /**
     * Returns the columns that have another value, as far as both states have them.
     *
     * @return in the table's order; empty unless the row was updated
     */
    public List<String> changed() {
        return after.keySet().stream()
                .filter(column -> before.containsKey(column) && !Objects.equals(before.get(column), after.get(column)))
                .toList();
    }
}
