package dev.zvpg.postgres.merge;

import dev.zvpg.merge.Conflict.ConstraintConflict;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Looks whether foreign keys still hold where rows were written without their triggers. As those do, it keeps the rows
 * that are referred to from going before the transaction ends; and who refers to a row that is deleted here has a lock
 * on it, so the deletion has waited for him.
 */
final class ForeignKeys {

    private static final String CONSTRAINTS = """
            SELECT k.conname, k.conrelid::int8, k.confrelid::int8, k.confmatchtype = 'f' AS is_full,
                   format('%%I.%%I', n.nspname, c.relname) AS child, c.relkind = 'p' AS is_child_partitioned,
                   format('%%I.%%I', m.nspname, p.relname) AS parent, p.relkind = 'p' AS is_parent_partitioned,
                   ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(num, o)
                         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY u.o) AS child_columns,
                   ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(num, o)
                         JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num ORDER BY u.o) AS parent_columns,
                   ARRAY(SELECT format('OPERATOR(%%I.%%s)', s.nspname, r.oprname)
                         FROM unnest(k.conpfeqop) WITH ORDINALITY u(op, o)
                         JOIN pg_operator r ON r.oid = u.op JOIN pg_namespace s ON s.oid = r.oprnamespace ORDER BY u.o)
                       AS operators
            FROM pg_constraint k
            JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace m ON m.oid = p.relnamespace
            WHERE k.contype = 'f' AND k.conparentid = 0 AND coalesce((to_jsonb(k) ->> 'conenforced')::bool, true)
              AND (k.conrelid IN (%1$s) OR k.confrelid IN (%1$s))
            ORDER BY k.conname
            """;

    /** One constraint; a parent's columns are compared with a child's by the operators. */
    private record ForeignKey(
            String name,
            long child,
            long parent,
            boolean isFull,
            String childRelation,
            String parentRelation,
            List<String> childColumns,
            List<String> parentColumns,
            List<String> operators) {

        String isReferredTo(String parent, String child) {
            return IntStream.range(0, operators.size())
                    .mapToObj(i -> parent + "." + Quoted.name(parentColumns.get(i)) + " " + operators.get(i) + " "
                            + child + "." + Quoted.name(childColumns.get(i)))
                    .collect(Collectors.joining(" AND "));
        }

        String sameParent(String one, String other) {
            return parentColumns.stream()
                    .map(column -> one + "." + Quoted.name(column) + " IS NOT DISTINCT FROM " + other + "."
                            + Quoted.name(column))
                    .collect(Collectors.joining(" AND "));
        }
    }

    private final Connection connection;
    private final String database;
    private final List<Writing> written;

    ForeignKeys(Connection connection, String database, List<Writing> written) {
        this.connection = connection;
        this.database = database;
        this.written = written;
    }

    /** The constraints that do not hold any more, each with some of the rows. */
    List<ConstraintConflict> violated() throws SQLException {
        List<ConstraintConflict> conflicts = new ArrayList<>();
        for (ForeignKey key : constraints()) {
            for (Writing writing : written) {
                if (writing.isIn(key.child())) {
                    children(key, writing).ifPresent(conflicts::add);
                }
                if (writing.isIn(key.parent())) {
                    parents(key, writing).ifPresent(conflicts::add);
                }
            }
        }
        return conflicts;
    }

    private List<ForeignKey> constraints() throws SQLException {
        if (written.isEmpty()) {
            return List.of();
        }
        String trees = written.stream().map(writing -> writing.target().tree()).collect(Collectors.joining(" UNION "));
        List<ForeignKey> keys = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(CONSTRAINTS.formatted(trees))) {
            while (row.next()) {
                keys.add(new ForeignKey(
                        row.getString("conname"),
                        row.getLong("conrelid"),
                        row.getLong("confrelid"),
                        row.getBoolean("is_full"),
                        (row.getBoolean("is_child_partitioned") ? "" : "ONLY ") + row.getString("child"),
                        (row.getBoolean("is_parent_partitioned") ? "" : "ONLY ") + row.getString("parent"),
                        texts(row, "child_columns"),
                        texts(row, "parent_columns"),
                        texts(row, "operators")));
            }
        }
        return keys;
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        return Stream.of((Object[]) row.getArray(column).getArray())
                .map(String::valueOf)
                .toList();
    }

    /** Rows that were inserted or updated and refer to none. */
    private Optional<ConstraintConflict> children(ForeignKey key, Writing writing) throws SQLException {
        String isNull = key.childColumns().stream()
                .map(column -> "w." + Quoted.name(column) + " IS NULL")
                .collect(Collectors.joining(key.isFull() ? " AND " : " OR "));
        String exists = "SELECT FROM " + key.parentRelation() + " p WHERE " + key.isReferredTo("p", "w")
                + " FOR KEY SHARE OF p";
        return violation(
                key,
                writing,
                writing.newRows(key.childRelation()) + " WHERE NOT (" + isNull + ") AND NOT EXISTS (" + exists + ")",
                key.childColumns(),
                "Key (%s)=(%s) is not present in table " + key.parentRelation() + ".");
    }

    /** Rows that were deleted, or whose key was changed, and that are still referred to. */
    private Optional<ConstraintConflict> parents(ForeignKey key, Writing writing) throws SQLException {
        return violation(
                key,
                writing,
                writing.oldRows() + " WHERE EXISTS (SELECT FROM " + key.childRelation() + " c WHERE "
                        + key.isReferredTo("w", "c") + ") AND NOT EXISTS (SELECT FROM " + key.parentRelation()
                        + " p WHERE " + key.sameParent("p", "w") + ")",
                key.parentColumns(),
                "Key (%s)=(%s) is still referenced from table " + key.childRelation() + ".");
    }

    private Optional<ConstraintConflict> violation(
            ForeignKey key, Writing writing, String from, List<String> columns, String words) throws SQLException {
        String values = columns.stream()
                .map(column -> Target.written("w." + Quoted.name(column)))
                .collect(Collectors.joining(", "));
        List<String> rows = Sessions.column(connection, "SELECT concat_ws(', ', " + values + ") " + from + " LIMIT 3");
        return rows.isEmpty()
                ? Optional.empty()
                : Optional.of(new ConstraintConflict(
                        database,
                        writing.target().table().name(),
                        key.name(),
                        rows.stream()
                                .map(row -> String.format(words.replace("ONLY ", ""), String.join(", ", columns), row))
                                .collect(Collectors.joining(" "))));
    }
}
