package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * New columns of which the rows that were there got one value, which is in no page but in the catalog
 * ({@code pg_attribute.attmissingval}): it was worked out when the column came, such as {@code now()}, and working it out
 * again would give another one. Immutable.
 */
record MissingValues(List<Added> added) {

    /** Of a partitioned table the partitions tell it. */
    private static final String MISSING = """
            SELECT c.oid::int8 AS oid, a.attname, format_type(a.atttypid, a.atttypmod) AS type,
                   CASE WHEN a.attcollation <> t.typcollation THEN
                       (SELECT format(' COLLATE %I.%I', n.nspname, l.collname)
                        FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace WHERE l.oid = a.attcollation)
                   ELSE '' END AS collation,
                   m.value
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
            CROSS JOIN LATERAL (
                SELECT (s.attmissingval::text::text[])[1] AS value FROM pg_attribute s
                WHERE s.atthasmissing AND s.attname = a.attname AND NOT s.attisdropped
                  AND (s.attrelid = c.oid OR c.relkind = 'p' AND s.attrelid IN (SELECT relid FROM pg_partition_tree(c.oid)))
                LIMIT 1) m
            WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
              AND a.attnum > 0 AND NOT a.attisdropped AND a.attinhcount = 0 AND a.attgenerated = ''
            ORDER BY c.oid, a.attnum
            """;

    private static final String COLUMNS = """
            SELECT attrelid::int8 || ' ' || attname FROM pg_attribute WHERE attrelid >= 16384 AND NOT attisdropped
            """;

    /** A column, by the number of its table. Immutable. */
    private record Added(
            long table,
            String column,
            String definition,
            @Nullable String value) {

        boolean isIn(Set<String> columns) {
            return columns.contains(table + " " + column);
        }
    }

    /**
     * Finds those that are new in theirs. Where ours has got the same column with another value, none is taken for what both
     * began with, so that the two values meet in each row.
     */
    static MissingValues of(Connection base, Connection theirs, Connection ours) throws SQLException {
        Set<String> known = new HashSet<>(Sessions.column(base, COLUMNS));
        Set<String> tables =
                new HashSet<>(Sessions.column(base, "SELECT oid FROM pg_class WHERE relkind IN ('r', 'p')"));
        Set<String> others = new HashSet<>(Sessions.column(ours, COLUMNS));
        List<Added> same = all(ours);
        return new MissingValues(all(theirs).stream()
                .filter(each -> tables.contains(String.valueOf(each.table())) && !each.isIn(known))
                .filter(each -> !each.isIn(others) || same.contains(each))
                .toList());
    }

    private static List<Added> all(Connection connection) throws SQLException {
        List<Added> all = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(MISSING)) {
            while (row.next()) {
                String column = row.getString("attname");
                all.add(new Added(
                        row.getLong("oid"),
                        column,
                        Quoted.name(column) + " " + row.getString("type") + row.getString("collation"),
                        row.getString("value")));
            }
        }
        return all;
    }

    /** Adds those that are not there, without a default, which comes with the other changes; returns the statements. */
    List<String> make(Connection connection) throws SQLException {
        List<String> made = new ArrayList<>();
        Set<String> known = new HashSet<>(added.isEmpty() ? List.of() : Sessions.column(connection, COLUMNS));
        for (Added each : added) {
            List<String> table =
                    Sessions.column(connection, "SELECT oid::regclass FROM pg_class WHERE oid = " + each.table());
            if (!table.isEmpty() && !each.isIn(known)) {
                String alter = "ALTER TABLE " + table.get(0);
                made.add(alter + " ADD COLUMN " + each.definition() + " DEFAULT " + Quoted.literal(each.value()));
                made.add(alter + " ALTER COLUMN " + Quoted.name(each.column()) + " DROP DEFAULT");
            }
        }
        for (String statement : made) {
            Sessions.execute(connection, statement);
        }
        return made;
    }
}
