package dev.zvpg.postgres.merge;

import dev.zvpg.postgres.ddl.Alteration;
import dev.zvpg.postgres.ddl.DatabasePatch;
import dev.zvpg.postgres.ddl.NamedColumns;
import dev.zvpg.postgres.ddl.RetypedColumn;
import dev.zvpg.postgres.ddl.SchemaMerge;
import dev.zvpg.postgres.diff.Column;
import dev.zvpg.postgres.diff.Sequence;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The changes of definitions in one database, in the transaction that changes its rows. Confined to one thread. */
final class Redefinition {

    private final Optional<SchemaMerge> schema;
    private final long database;
    private final Set<Long> sequences = new HashSet<>();
    private Set<NamedColumns.Place> rowDefaults = Set.of();
    private final Map<NamedColumns.Place, RetypedColumn> retyped = new HashMap<>();
    private Set<NamedColumns.Place> retypedHere = Set.of();
    private @Nullable Alteration alteration;

    private Redefinition(Optional<SchemaMerge> schema, long database) {
        this.schema = schema;
        this.database = database;
    }

    /** Of a database, by its number. */
    static Redefinition of(Optional<SchemaMerge> schema, long database) {
        return new Redefinition(schema.filter(found -> found.patches().containsKey(database)), database);
    }

    boolean isEmpty() {
        return schema.isEmpty();
    }

    /** Makes what the rows allow that are there. */
    void begin(Connection connection, Conflicts conflicts) throws SQLException {
        if (schema.isPresent()) {
            Sequence.of(connection).forEach(sequence -> sequences.add(sequence.oid()));
            DatabasePatch patch = Objects.requireNonNull(schema.get().patches().get(database));
            Alteration begun = Alteration.of(connection, patch, conflicts::conflict);
            begun.makeBeforeRows();
            alteration = begun;
            rowDefaults = patch.rowDefaults().in(connection);
            retypedHere = begun.retypedHere().in(connection);
            for (RetypedColumn column : patch.retyped()) {
                column.in(connection).forEach(place -> retyped.put(place, column));
            }
        }
    }

    /** The columns of a table, by position, that are new, with another value for each row. */
    List<Integer> rowDefaults(Target target) {
        return IntStream.range(0, target.columns().size())
                .filter(i -> rowDefaults.contains(place(target, i)))
                .boxed()
                .toList();
    }

    /** Whether a column of a table, by position, gets another type. */
    boolean isRetyped(Target target, int column) {
        return retyped.containsKey(place(target, column));
    }

    /** Whether it has values that nobody else has, too. */
    boolean isRetypedHere(Target target, int column) {
        return retypedHere.contains(place(target, column));
    }

    /** Whether that is known of each row, by its key, and a cast alone cannot leave a value as it is. */
    boolean isRetypedByKey(Target target, int column) {
        RetypedColumn found = retyped.get(place(target, column));
        return found != null
                && found.isRewritten()
                && !found.key().isEmpty()
                && Set.copyOf(found.key())
                        .equals(target.keyColumns().stream().map(Column::name).collect(Collectors.toSet()));
    }

    private static NamedColumns.Place place(Target target, int column) {
        return new NamedColumns.Place(
                target.table().oid(), target.columns().get(column).number());
    }

    /** The sequences that are new, and know nothing of the rows that were there. */
    List<Giver> givers(Connection connection) throws SQLException {
        return isEmpty()
                ? List.of()
                : Giver.of(connection).stream()
                        .filter(giver -> !sequences.contains(giver.sequence()))
                        .toList();
    }

    /** Makes the rest, and looks at what came of it. */
    void end(Connection connection, Conflicts conflicts) throws SQLException {
        if (alteration == null) {
            return;
        }
        alteration.makeAfterRows();
        if (conflicts.isEmpty() && schema.isPresent()) {
            schema.get().leftOver(database, connection).forEach(conflicts::conflict);
        }
    }
}
