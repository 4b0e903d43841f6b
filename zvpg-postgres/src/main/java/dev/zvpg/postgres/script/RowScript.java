package dev.zvpg.postgres.script;

import dev.zvpg.diff.RowChange;
import dev.zvpg.postgres.diff.Column;
import dev.zvpg.postgres.diff.ComparedTable;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.merge.Target;
import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a statement for each row of a table that is different: what goes first, so that rows may swap what is unique.
 * Rows are read once for each of the two, and none is held. Confined to one thread.
 */
final class RowScript {

    /** A table whose rows are pages of large objects, which have an entry in another one. */
    private static final String LARGE_OBJECTS = "pg_catalog.pg_largeobject";

    private static final String LARGE_OBJECT = "loid";

    private static final String NEW_LARGE_OBJECTS =
            "SELECT lo_create(loid) FROM (SELECT DISTINCT loid FROM pg_largeobject) o "
                    + "WHERE NOT EXISTS (SELECT FROM pg_largeobject_metadata m WHERE m.oid = o.loid)";

    private static final String OLD_LARGE_OBJECT = "DELETE FROM pg_largeobject_metadata WHERE oid = %1$s "
            + "AND NOT EXISTS (SELECT FROM pg_largeobject WHERE loid = %1$s)";

    private final ComparedTable table;
    private final Target target;
    private final boolean hasIdentity;
    private final Lines lines;

    /**
     * Begins with nothing.
     *
     * @param target the table in the later state
     * @param hasIdentity whether a value has to be told that is otherwise always made
     */
    RowScript(ComparedTable table, Target target, boolean hasIdentity, Lines lines) {
        this.table = table;
        this.target = target;
        this.hasIdentity = hasIdentity;
        this.lines = lines;
    }

    /** What becomes of a row, if anything. */
    private interface Step {
        Optional<String> of(RowChange row);
    }

    void write() throws IOException {
        if (table.deleted() + table.updated() > 0) {
            write(this::removed);
        }
        write(this::written);
        if (table.name().equals(LARGE_OBJECTS)) {
            lines.statement(NEW_LARGE_OBJECTS);
            write(new GoneLargeObjects());
        }
    }

    private void write(Step step) throws IOException {
        try (Stream<RowChange> rows = table.rows()) {
            for (Iterator<RowChange> each = rows.iterator(); each.hasNext(); ) {
                Optional<String> statement = step.of(each.next());
                if (statement.isPresent()) {
                    lines.statement(statement.get());
                }
            }
        }
    }

    private Optional<String> removed(RowChange row) {
        boolean goes = row.kind() == RowChange.Kind.DELETED || isReplaced(row);
        return goes ? Optional.of("DELETE FROM " + target.relation() + " WHERE " + where(row)) : Optional.empty();
    }

    private Optional<String> written(RowChange row) {
        return switch (row.kind()) {
            case DELETED -> Optional.empty();
            case INSERTED -> Optional.of(insert(row));
            case UPDATED -> isReplaced(row) ? Optional.of(insert(row)) : update(row);
        };
    }

    /** Whether it is deleted and inserted, because something has changed that is not updated in place. */
    private boolean isReplaced(RowChange row) {
        return row.kind() == RowChange.Kind.UPDATED
                && target.delicate().stream()
                        .anyMatch(i -> row.changed().contains(target.merged().get(i)));
    }

    private String insert(RowChange row) {
        String values = IntStream.range(0, target.columns().size())
                .mapToObj(i -> value(i, row.after()))
                .collect(Collectors.joining(", "));
        return "INSERT INTO " + target.table().name() + " (" + Target.names(target.columns()) + ")"
                + (hasIdentity ? " OVERRIDING SYSTEM VALUE" : "") + " VALUES (" + values + ")";
    }

    private Optional<String> update(RowChange row) {
        String set = IntStream.range(0, target.columns().size())
                .filter(i -> row.changed().contains(target.merged().get(i)))
                .mapToObj(i -> name(i) + " = " + value(i, row.after()))
                .collect(Collectors.joining(", "));
        return set.isEmpty() // what is generated follows from the rest
                ? Optional.empty()
                : Optional.of("UPDATE " + target.relation() + " SET " + set + " WHERE " + where(row));
    }

    private String where(RowChange row) {
        if (!target.key().isEmpty()) {
            return target.key().stream()
                    .map(i -> equal(
                            i, String.valueOf(row.key().get(target.merged().get(i)))))
                    .collect(Collectors.joining(" AND "));
        }
        String copies = IntStream.range(0, target.columns().size())
                .mapToObj(i -> same(i, row.before().get(target.merged().get(i))))
                .collect(Collectors.joining(" AND "));
        return "(tableoid, ctid) = (SELECT tableoid, ctid FROM " + target.relation() + " WHERE " + copies + " LIMIT 1)";
    }

    /** Whether a column of a key has a value, in a way that an index can answer where the type is the system's. */
    private String equal(int i, String value) {
        Column column = target.columns().get(i);
        return column.order() == Column.Order.WRITTEN_TEXT ? same(i, value) : name(i) + " = " + literal(column, value);
    }

    /** Whether a column is written like that; there are types whose values cannot be compared. */
    private String same(int i, @Nullable String value) {
        if (value == null) {
            return "num_nulls(" + name(i) + ") = 1";
        }
        String isWritten = "format('%s', " + name(i) + ") COLLATE \"C\" = " + Literals.of(value);
        return value.isEmpty() ? isWritten + " AND num_nulls(" + name(i) + ") = 0" : isWritten;
    }

    private String name(int i) {
        return Quoted.name(target.columns().get(i).name());
    }

    private String value(int i, Map<String, @Nullable String> row) {
        return literal(target.columns().get(i), row.get(target.merged().get(i)));
    }

    private static String literal(Column column, @Nullable String value) {
        return value != null && column.order() == Column.Order.NUMBER ? value : Literals.of(value);
    }

    /** Takes the entry of large objects that have no page left, which come one after the other. */
    private static final class GoneLargeObjects implements Step {

        private String last = "";

        @Override
        public Optional<String> of(RowChange row) {
            String object = String.valueOf(row.key().get(LARGE_OBJECT));
            if (row.kind() != RowChange.Kind.DELETED || object.equals(last)) {
                return Optional.empty();
            }
            last = object;
            return Optional.of(OLD_LARGE_OBJECT.formatted(object));
        }
    }
}
