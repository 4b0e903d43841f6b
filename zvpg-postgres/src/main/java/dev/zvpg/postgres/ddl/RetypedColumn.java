package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.diff.Column;
import dev.zvpg.postgres.diff.CopyRows;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A column that gets another type, and what is in it where nothing of that is this branch's own: a value in a row that had it
 * when the branches parted. A row that is gone has none, and NULL is none; a zero is one, as {@code temp * 9 / 5 + 32}
 * makes another value of it, too. Immutable.
 *
 * @param named the column
 * @param key the columns that identify a row in all branches; none where there are none, or the column is one of them
 * @param known the sums of what has no other values than the base
 * @param isRewritten whether a cast alone makes a value with another text of each that the base has; where it does not, and
 *     theirs has other ones, somebody may as well have changed them
 */
public record RetypedColumn(NamedColumns.Named named, List<String> key, Set<String> known, boolean isRewritten) {

    /** A type that is the same but for its length or precision has no values of another kind, whatever their texts are. */
    private static final String IS_REWRITTEN = """
            SELECT coalesce(bool_and(pg_typeof(%1$s) <> pg_typeof(CAST(%1$s AS %2$s))
                AND format('%%s', %1$s) COLLATE "C" <> format('%%s', CAST(%1$s AS %2$s)) COLLATE "C"), false)
            FROM %3$s t WHERE %4$s
            """;

    private static final String IN_ORDER =
            "SELECT hashtextextended(ROW(%s)::text COLLATE \"C\", 0) FROM %s t WHERE %s ORDER BY 1";

    /**
     * Reads what the base has in a column, and ours.
     *
     * @param type the one that the column gets
     * @param key the columns that identify a row of the table in all branches
     */
    static RetypedColumn of(Copies copies, NamedColumns.Named named, String type, List<String> key)
            throws SQLException {
        boolean isOfKey = key.stream()
                .anyMatch(each -> named.column().equals(each) || named.column().equals(Quoted.name(each)));
        RetypedColumn bare = new RetypedColumn(named, isOfKey ? List.of() : key, Set.of(), false);
        List<String> known = new ArrayList<>();
        known.add(bare.sum(copies.base()));
        if (!bare.key().isEmpty() && named.isThere(copies.ours())) {
            String ours = bare.sum(copies.ours());
            if (!known.contains(ours) && bare.isWithin(copies.ours(), copies.base())) {
                known.add(ours); // rows are gone, and nothing else
            }
        }
        return new RetypedColumn(named, bare.key(), Set.copyOf(known), bare.isRewritten(copies.base(), type));
    }

    private boolean isRewritten(Connection base, String type) throws SQLException {
        try {
            return Sessions.column(base, IS_REWRITTEN.formatted(value(), type, named.table(), Column.isFilled(value())))
                    .equals(List.of("t"));
        } catch (SQLException e) {
            return false; // there is no such cast, or the type is new
        }
    }

    private String value() {
        return "t." + named.column();
    }

    private String isThere() {
        return "num_nonnulls(" + value() + ") = 1";
    }

    /** A value stands beside its row's key: one that is in another row is another one. */
    private String fields() {
        return Stream.concat(key.stream().map(each -> "t." + Quoted.name(each)), Stream.of(value()))
                .collect(Collectors.joining(", "));
    }

    private String sum(Connection connection) throws SQLException {
        return Content.sum(connection, fields(), named.table(), isThere());
    }

    /** Whether each value of the one is in the other, as often. */
    private boolean isWithin(Connection ours, Connection base) throws SQLException {
        String inOrder = IN_ORDER.formatted(fields(), named.table(), isThere());
        try (CopyRows mine = new CopyRows(ours, inOrder);
                CopyRows others = new CopyRows(base, inOrder)) {
            boolean isWithin = true;
            Long each = next(mine);
            Long other = next(others);
            while (each != null || other != null) { // both are read to their end, and none is cut off
                if (other == null || (each != null && each < other)) {
                    isWithin = false;
                    each = next(mine);
                } else {
                    each = other.equals(each) ? next(mine) : each;
                    other = next(others);
                }
            }
            return isWithin;
        }
    }

    private static @Nullable Long next(CopyRows rows) throws SQLException {
        List<@Nullable String> row = rows.nextTexts();
        return row == null ? null : Long.valueOf(Objects.requireNonNull(row.get(0)));
    }

    /** Whether there are values of a branch's own in it now; nobody can write to it from here on. */
    boolean hasOwnValues(Connection connection) throws SQLException {
        if (!named.isThere(connection)) {
            return false; // the statement is refused
        }
        Sessions.execute(connection, "LOCK TABLE " + named.table() + " IN ACCESS EXCLUSIVE MODE");
        return !known.contains(sum(connection));
    }

    /** The column in its table, and in those that inherit it; none where it is not there. */
    public Set<NamedColumns.Place> in(Connection connection) throws SQLException {
        return new NamedColumns(List.of(named)).in(connection);
    }
}
