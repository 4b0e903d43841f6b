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
import org.jspecify.annotations.Nullable;

/**
 * Looks whether foreign keys still hold where rows were written without their triggers. As those do, it keeps the rows
 * that are referred to from going before the transaction ends; and who refers to a row that is deleted here has a lock
 * on it, so the deletion has waited for him.
 */
final class ForeignKeys {

    /** Those of a table and its partitions. A collation is said where the two columns have different ones, as servers do. */
    private static final String CONSTRAINTS = """
            WITH tree AS (%s)
            SELECT k.conname, k.confmatchtype = 'f' AS is_full,
                   coalesce((to_jsonb(k) ->> 'conperiod')::bool, false) AS is_temporal,
                   k.conrelid IN (SELECT relid FROM tree) AS is_child,
                   k.confrelid IN (SELECT relid FROM tree) AS is_parent,
                   format('%%I.%%I', n.nspname, c.relname) AS child, c.relkind = 'p' AS is_child_partitioned,
                   format('%%I.%%I', m.nspname, p.relname) AS parent, p.relkind = 'p' AS is_parent_partitioned,
                   pairs.*
            FROM pg_constraint k
            JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace m ON m.oid = p.relnamespace
            CROSS JOIN LATERAL (
                SELECT array_agg(a.attname::text ORDER BY u.place) AS child_columns,
                       array_agg(b.attname::text ORDER BY u.place) AS parent_columns,
                       array_agg(format('OPERATOR(%%I.%%s)', s.nspname, r.oprname) ORDER BY u.place) AS operators,
                       array_agg(CASE WHEN b.attcollation <> a.attcollation AND b.attcollation <> 0
                           THEN format('COLLATE %%I.%%I', cn.nspname, co.collname) ELSE '' END
                           ORDER BY u.place) AS collations
                FROM unnest(k.conkey, k.confkey, k.conpfeqop) WITH ORDINALITY u(child, parent, operator, place)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.child
                JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.parent
                JOIN pg_operator r ON r.oid = u.operator JOIN pg_namespace s ON s.oid = r.oprnamespace
                LEFT JOIN pg_collation co ON co.oid = b.attcollation
                LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace) pairs
            WHERE k.contype = 'f' AND k.conparentid = 0 AND coalesce((to_jsonb(k) ->> 'conenforced')::bool, true)
              AND (k.conrelid IN (SELECT relid FROM tree) OR k.confrelid IN (SELECT relid FROM tree))
            ORDER BY k.conname
            """;

    private static final String PARTNERS = """
            SELECT format('ONLY %%I.%%I', n.nspname, c.relname)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid NOT IN (%s) AND c.oid IN (%s) ORDER BY c.oid
            """;

    /**
     * One constraint. A parent's columns are compared with a child's by the operators; where it is temporal, the last
     * ones are periods, which overlap.
     */
    private record ForeignKey(
            String name,
            boolean isFull,
            boolean isTemporal,
            boolean isChild,
            boolean isParent,
            String childRelation,
            String parentRelation,
            List<String> childColumns,
            List<String> parentColumns,
            List<String> operators,
            List<String> collations) {

        private String matches(String parent, String child) {
            return IntStream.range(0, operators.size())
                    .mapToObj(i -> parent + "." + Quoted.name(parentColumns.get(i)) + " " + operators.get(i) + " "
                            + child + "." + Quoted.name(childColumns.get(i)) + " " + collations.get(i))
                    .collect(Collectors.joining(" AND "));
        }

        /** Whether a child refers to nothing, or to what is there. */
        String holds(String child) {
            String isNull = childColumns.stream()
                    .map(column -> child + "." + Quoted.name(column) + " IS NULL")
                    .collect(Collectors.joining(isFull ? " AND " : " OR "));
            return isNull + " OR " + (isTemporal ? isCovered(child) : "EXISTS (SELECT " + parents(child) + ")");
        }

        private String parents(String child) {
            return "FROM " + parentRelation + " p WHERE " + matches("p", child) + " FOR KEY SHARE OF p";
        }

        private String isCovered(String child) {
            int last = operators.size() - 1;
            return "coalesce(" + child + "." + Quoted.name(childColumns.get(last))
                    + " <@ (SELECT range_agg(r.period) FROM (SELECT p." + Quoted.name(parentColumns.get(last))
                    + " AS period " + parents(child) + ") r), false)";
        }

        private String children() {
            return childColumns.stream()
                    .map(column -> "c." + Quoted.name(column))
                    .collect(Collectors.joining(", "));
        }

        /** Those that were written. */
        String newChildren(Writing writing) {
            return "SELECT " + children() + " " + writing.newRows(childRelation, "c");
        }

        /** Those of a parent that was deleted, or changed. */
        String oldChildren(Writing writing) {
            return "SELECT " + children() + " " + writing.oldRows("w") + " JOIN " + childRelation + " c ON "
                    + matches("w", "c");
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

    /** A query for the tables that the foreign keys of some tables refer to or come from, with their partitions. */
    static String partners(String tables) {
        return "SELECT coalesce(t.relid, k.oid::regclass)::oid AS relid FROM ("
                + "SELECT confrelid AS oid FROM pg_constraint WHERE contype = 'f' AND conrelid IN (" + tables
                + ") UNION "
                + "SELECT conrelid FROM pg_constraint WHERE contype = 'f' AND confrelid IN (" + tables + ")) k "
                + "LEFT JOIN LATERAL pg_partition_tree(k.oid) t ON true";
    }

    /** Lets nobody make an index on the other tables, whose rows are read, that would run what he says. */
    static void lockPartners(Connection connection, List<Target> targets) throws SQLException {
        if (targets.isEmpty()) {
            return;
        }
        String trees = targets.stream().map(Target::tree).collect(Collectors.joining(" UNION "));
        List<String> partners = Sessions.column(connection, PARTNERS.formatted(trees, partners(trees)));
        if (!partners.isEmpty()) {
            Sessions.execute(
                    connection, "LOCK TABLE " + String.join(", ", partners) + " IN SHARE UPDATE EXCLUSIVE MODE");
        }
    }

    /** The constraints that do not hold any more, each with some of the rows. */
    List<ConstraintConflict> violated() throws SQLException {
        List<ConstraintConflict> conflicts = new ArrayList<>();
        for (Writing writing : written) {
            for (ForeignKey key : constraints(writing)) {
                if (key.isChild()) {
                    violation(
                                    key,
                                    writing,
                                    key.newChildren(writing),
                                    key.childColumns(),
                                    "is not present in table " + key.parentRelation())
                            .ifPresent(conflicts::add);
                }
                if (key.isParent()) {
                    violation(
                                    key,
                                    writing,
                                    key.oldChildren(writing),
                                    key.parentColumns(),
                                    "is still referenced from table " + key.childRelation())
                            .ifPresent(conflicts::add);
                }
            }
        }
        return conflicts;
    }

    private List<ForeignKey> constraints(Writing writing) throws SQLException {
        List<ForeignKey> keys = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        CONSTRAINTS.formatted(writing.target().tree()))) {
            while (row.next()) {
                keys.add(new ForeignKey(
                        row.getString("conname"),
                        row.getBoolean("is_full"),
                        row.getBoolean("is_temporal"),
                        row.getBoolean("is_child"),
                        row.getBoolean("is_parent"),
                        (row.getBoolean("is_child_partitioned") ? "" : "ONLY ") + row.getString("child"),
                        (row.getBoolean("is_parent_partitioned") ? "" : "ONLY ") + row.getString("parent"),
                        texts(row, "child_columns"),
                        texts(row, "parent_columns"),
                        texts(row, "operators"),
                        texts(row, "collations")));
            }
        }
        return keys;
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        return Stream.of((@Nullable Object[]) row.getArray(column).getArray())
                .map(String::valueOf)
                .toList();
    }

    /** The fence keeps the server from looking for the parents of children that are not asked for. */
    private Optional<ConstraintConflict> violation(
            ForeignKey key, Writing writing, String children, List<String> columns, String what) throws SQLException {
        String values = key.childColumns().stream()
                .map(column -> Target.written("c." + Quoted.name(column)))
                .collect(Collectors.joining(", "));
        List<String> rows = Sessions.column(
                connection,
                "SELECT concat_ws(', ', " + values + ") FROM (" + children + " OFFSET 0) c WHERE NOT (" + key.holds("c")
                        + ") LIMIT 3");
        String names = String.join(", ", columns);
        return rows.isEmpty()
                ? Optional.empty()
                : Optional.of(new ConstraintConflict(
                        database,
                        writing.target().table().name(),
                        key.name(),
                        rows.stream()
                                .map(row -> "Key (" + names + ")=(" + row + ") " + what.replace(" ONLY ", " ") + ".")
                                .collect(Collectors.joining(" "))));
    }
}
