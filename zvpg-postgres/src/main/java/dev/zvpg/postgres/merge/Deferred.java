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

/**
 * Looks whether deferrable unique and exclusion constraints hold: a server looks by a trigger of its own, which does not
 * fire where none does.
 */
final class Deferred {

    /**
     * Of each one its name, its table, whether the row {@code w} and the row {@code b} cannot be together, and its columns.
     */
    private static final String CONSTRAINTS = """
            SELECT k.conname, format('%%I.%%I', n.nspname, c.relname) AS relation,
                   string_agg(format('w.%%1$I %%2$s b.%%1$I', a.attname, CASE WHEN k.contype = 'x'
                       THEN (SELECT format('OPERATOR(%%I.%%s)', s.nspname, r.oprname)
                             FROM pg_operator r JOIN pg_namespace s ON s.oid = r.oprnamespace
                             WHERE r.oid = k.conexclop[u.o])
                       ELSE (SELECT format('OPERATOR(%%I.%%s)', s.nspname, r.oprname)
                             FROM pg_opclass f
                             JOIN pg_amop m ON m.amopfamily = f.opcfamily AND m.amopstrategy = 3
                                 AND m.amoplefttype = f.opcintype AND m.amoprighttype = f.opcintype
                             JOIN pg_operator r ON r.oid = m.amopopr JOIN pg_namespace s ON s.oid = r.oprnamespace
                             WHERE f.oid = i.indclass[u.o - 1]) END), ' AND ' ORDER BY u.o) AS condition,
                   string_agg(a.attname, ', ' ORDER BY u.o) AS columns
            FROM pg_constraint k JOIN pg_index i ON i.indexrelid = k.conindid
            JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY u(num, o)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num
            WHERE k.condeferrable AND k.contype IN ('p', 'u', 'x') AND c.relkind = 'r' AND k.conrelid IN (%s)
            GROUP BY k.oid, k.conname, n.nspname, c.relname
            """;

    private Deferred() {}

    /** The constraints that do not hold any more. */
    static List<ConstraintConflict> violated(Connection connection, String database, List<Writing> written)
            throws SQLException {
        List<ConstraintConflict> conflicts = new ArrayList<>();
        for (Writing writing : written) {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            CONSTRAINTS.formatted(writing.target().tree()))) {
                while (row.next()) {
                    String constraint = row.getString("conname");
                    rows(
                                    connection,
                                    writing,
                                    row.getString("relation"),
                                    row.getString("condition"),
                                    row.getString("columns"))
                            .ifPresent(rows -> conflicts.add(new ConstraintConflict(
                                    database, writing.target().table().name(), constraint, rows)));
                }
            }
        }
        return conflicts;
    }

    private static Optional<String> rows(
            Connection connection, Writing writing, String relation, String condition, String columns)
            throws SQLException {
        String table = "ONLY " + relation;
        String from = writing.target().key().isEmpty() ? "FROM " + table + " w" : writing.newRows(table);
        List<String> rows = Sessions.column(
                connection,
                "SELECT format('Key (%s) of row %s conflicts with row %s.', " + Quoted.literal(columns)
                        + ", w.ctid, b.ctid) " + from + " JOIN " + table + " b ON w.ctid <> b.ctid AND " + condition
                        + " LIMIT 3");
        return rows.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", rows));
    }
}
