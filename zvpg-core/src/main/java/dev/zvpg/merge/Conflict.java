package dev.zvpg.merge;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Something that two branches have both changed, each in its way, since they parted. Values are as PostgreSQL writes them
 * as text, as {@link dev.zvpg.diff.RowChange} has them; NULL is null.
 *
 * <p>Immutable.
 */
public sealed interface Conflict {

    /** One of the three states that a merge looks at. */
    enum Side {
        /** Where the two parted. */
        BASE,
        /** The branch that is merged into. */
        OURS,
        /** The branch that is merged. */
        THEIRS
    }

    /**
     * Returns the database that it is in.
     *
     * @return its name
     */
    String database();

    /**
     * Returns what it is about.
     *
     * @return a table, schema and name as PostgreSQL writes them; of a {@link SchemaConflict} perhaps another object
     */
    String table();

    /**
     * Both have given one value of a row another value, and not the same one.
     *
     * @param key what identifies the row, by column
     * @param column the column's name, in the branch that is merged into
     * @param base the value where the two parted; null also when the row came later, in both
     * @param ours the value in the branch that is merged into
     * @param theirs the value in the branch that is merged
     */
    record CellConflict(
            String database,
            String table,
            Map<String, String> key,
            String column,
            @Nullable String base,
            @Nullable String ours,
            @Nullable String theirs)
            implements Conflict {

        /** Copies the key. */
        public CellConflict {
            key = copied(key);
        }

        /**
         * Returns one of the values.
         *
         * @param side which one
         * @return null for NULL
         */
        public @Nullable String value(Side side) {
            return switch (side) {
                case BASE -> base;
                case OURS -> ours;
                case THEIRS -> theirs;
            };
        }

        /**
         * Returns one of the values as a number.
         *
         * @param side which one
         * @return the number
         * @throws NoSuchElementException when it is NULL
         * @throws NumberFormatException when it is no number
         */
        public BigDecimal number(Side side) {
            String value = value(side);
            if (value == null) {
                throw new NoSuchElementException(side + " has NULL in " + table + "." + column + " of " + key);
            }
            return new BigDecimal(value);
        }
    }

    /**
     * One has deleted a row that the other one has changed.
     *
     * @param key what identifies the row, by column
     * @param base its values where the two parted
     * @param ours its values in the branch that is merged into; empty when that has deleted it
     * @param theirs its values in the branch that is merged; empty when that has deleted it
     */
    record RowConflict(
            String database,
            String table,
            Map<String, String> key,
            Map<String, @Nullable String> base,
            Map<String, @Nullable String> ours,
            Map<String, @Nullable String> theirs)
            implements Conflict {

        /** Copies the maps. */
        public RowConflict {
            key = copied(key);
            base = copied(base);
            ours = copied(ours);
            theirs = copied(theirs);
        }
    }

    /**
     * What the two have done is possible for each of them, and not for both together.
     *
     * @param constraint the constraint's or unique index's name
     * @param rows which rows, as the server says it, such as {@code Key (email)=(a@b.c) already exists.}
     */
    record ConstraintConflict(String database, String table, String constraint, String rows) implements Conflict {}

    /**
     * Rows cannot be merged, because of what a table or another object is.
     *
     * @param reason what is in the way
     */
    record SchemaConflict(String database, String table, String reason) implements Conflict {}

    private static <V extends @Nullable String> Map<String, V> copied(Map<String, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
