package dev.zvpg.postgres.merge;

import dev.zvpg.postgres.diff.Column;
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
 * @param column the column's name
 */
record Giver(long sequence, String column) {

    private static final String GIVERS = """
            WITH tree AS (%s)
            SELECT DISTINCT s.seqrelid::int8 AS oid, a.attname
            FROM pg_sequence s
            JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_attrdef'::regclass
                 AND d.refobjid = s.seqrelid
              OR d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_class'::regclass
                 AND d.objid = s.seqrelid AND d.deptype IN ('a', 'i')
            LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
            JOIN pg_attribute a ON a.attrelid = coalesce(f.adrelid, d.refobjid) AND a.attnum = coalesce(f.adnum, d.refobjsubid)
            WHERE a.attrelid IN (SELECT relid FROM tree)
            """;

    /** Finds those of a table and its partitions. */
    static List<Giver> of(Connection connection, Target target) throws SQLException {
        Set<String> numbers = target.columns().stream()
                .filter(column -> column.order() == Column.Order.NUMBER)
                .map(Column::name)
                .collect(Collectors.toSet());
        List<Giver> givers = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(GIVERS.formatted(target.tree()))) {
            while (row.next()) {
                if (numbers.contains(row.getString("attname"))) {
                    givers.add(new Giver(row.getLong("oid"), row.getString("attname")));
                }
            }
        }
        return givers;
    }
}
