package dev.zvpg.postgres.merge;

import dev.zvpg.postgres.diff.Column;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.diff.Sequence;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A sequence that gives a column of numbers its values: the column's own, or one that its default names. Immutable.
 *
 * @param sequence the sequence's identity
 * @param table the table, as a statement writes it
 * @param column the column's name
 */
record Giver(long sequence, String table, String column) {

    private static final String GIVERS = """
            SELECT DISTINCT s.seqrelid::int8 AS oid, a.attrelid::regclass::text AS heap, a.attname
            FROM pg_sequence s
            JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_attrdef'::regclass
                 AND d.refobjid = s.seqrelid
              OR d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_class'::regclass
                 AND d.objid = s.seqrelid AND d.deptype IN ('a', 'i')
            LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
            JOIN pg_attribute a ON a.attrelid = coalesce(f.adrelid, d.refobjid) AND a.attnum = coalesce(f.adnum, d.refobjsubid)
            """;

    private static final String OF_NUMBERS =
            GIVERS + "WHERE a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)";

    private static final String OF_TREE =
            "WITH tree AS (%s) " + GIVERS + "WHERE a.attrelid IN (SELECT relid FROM tree)";

    /** Finds all of whole numbers. */
    static List<Giver> of(Connection connection) throws SQLException {
        return found(connection, OF_NUMBERS);
    }

    /** Finds those of a table and its partitions. */
    static List<Giver> of(Connection connection, Target target) throws SQLException {
        Set<String> numbers = target.columns().stream()
                .filter(column -> column.order() == Column.Order.NUMBER)
                .map(Column::name)
                .collect(Collectors.toSet());
        return found(connection, OF_TREE.formatted(target.tree())).stream()
                .filter(giver -> numbers.contains(giver.column()))
                .toList();
    }

    private static List<Giver> found(Connection connection, String query) throws SQLException {
        List<Giver> givers = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                givers.add(new Giver(row.getLong("oid"), row.getString("heap"), row.getString("attname")));
            }
        }
        return givers;
    }

    /** A query for the value in the table that is furthest in the direction of the sequence, if one is within its bounds. */
    String furthest(Sequence of) {
        String value = Quoted.name(column);
        return "SELECT " + value + " FROM " + table + " WHERE " + value + " BETWEEN " + of.least() + " AND " + of.most()
                + " ORDER BY 1 " + (of.isAscending() ? "DESC" : "ASC") + " LIMIT 1";
    }
}
