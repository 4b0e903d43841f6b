package dev.zvpg.postgres.ddl;

import dev.zvpg.merge.Conflict.SchemaConflict;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What subscribers know the rows of tables by, which {@link PgCodeKeeper} leaves out. */
final class ReplicaIdentities {

    private static final String USUAL = "DEFAULT";

    private static final String INDEX = "USING INDEX ";

    /** An index that is gone leaves a table that has none, and that no statement makes. */
    private static final String IDENTITIES = """
            SELECT c.oid::regclass::text, CASE c.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING'
                   WHEN 'i' THEN 'USING INDEX ' || quote_ident(x.relname) ELSE 'DEFAULT' END
            FROM pg_class c
            LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisreplident
            LEFT JOIN pg_class x ON x.oid = i.indexrelid
            WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
              AND (c.relreplident <> 'i' OR x.oid IS NOT NULL)
            ORDER BY c.oid
            """;

    private ReplicaIdentities() {}

    /** The statements that give one database's tables those of another, behind all that makes tables and indexes. */
    static List<String> statements(Connection from, Connection to) throws SQLException {
        Map<String, String> before = all(from);
        List<String> statements = new ArrayList<>();
        all(to).forEach((table, identity) -> {
            if (!identity.equals(before.getOrDefault(table, USUAL))) {
                statements.add("ALTER TABLE " + table + " REPLICA IDENTITY " + identity);
            }
        });
        return statements;
    }

    /** Where both have chosen an index, and not the same: the catalog has nothing of a table that would be different. */
    static List<SchemaConflict> conflicts(String database, Copies copies) throws SQLException {
        Map<String, String> before = all(copies.base());
        Map<String, String> theirs = all(copies.theirs());
        List<SchemaConflict> conflicts = new ArrayList<>();
        all(copies.ours()).forEach((table, mine) -> {
            String other = theirs.getOrDefault(table, USUAL);
            String was = before.getOrDefault(table, USUAL);
            if (mine.startsWith(INDEX)
                    && other.startsWith(INDEX)
                    && !mine.equals(other)
                    && !mine.equals(was)
                    && !other.equals(was)) {
                conflicts.add(new SchemaConflict(
                        database, table, "table has another replica identity in both branches, and not the same"));
            }
        });
        return conflicts;
    }

    private static Map<String, String> all(Connection connection) throws SQLException {
        Map<String, String> all = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(IDENTITIES)) {
            while (row.next()) {
                all.put(row.getString(1), row.getString(2));
            }
        }
        return all;
    }
}
