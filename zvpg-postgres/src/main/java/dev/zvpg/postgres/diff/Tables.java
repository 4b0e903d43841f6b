package dev.zvpg.postgres.diff;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads which tables a database has. */
final class Tables {

    /** Users' tables, and the one that holds their large objects. */
    private static final String SCOPE = """
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'm', 'f')
              AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR c.oid = 'pg_largeobject'::regclass)
            """;

    private static final String RELATIONS = """
            SELECT c.oid::int8 AS oid, format('%I.%I', n.nspname, c.relname) AS name, c.relkind AS kind,
                   c.relpersistence AS persistence, coalesce(pg_relation_filepath(c.oid), '') AS path,
                   CASE WHEN c.relispartition THEN pg_partition_root(c.oid) END::oid::int8 AS root
            """ + SCOPE + " ORDER BY c.oid";

    private static final String COLUMNS = """
            WITH RECURSIVE base(oid, type, kind) AS (
                SELECT oid, oid, typtype FROM pg_type WHERE typtype <> 'd'
                UNION ALL
                SELECT t.oid, b.type, b.kind FROM pg_type t JOIN base b ON b.oid = t.typbasetype WHERE t.typtype = 'd')
            SELECT a.attrelid::int8 AS oid, a.attnum AS number, a.attname AS name,
                   format_type(b.type, -1) AS type,
                   CASE WHEN b.type IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'oid'::regtype) THEN 'NUMBER'
                        WHEN b.type = 'uuid'::regtype THEN 'TEXT'
                        WHEN b.type < 16384 THEN 'CAST_TEXT'
                        ELSE 'WRITTEN_TEXT' END AS ordering
            FROM pg_attribute a JOIN base b ON b.oid = a.atttypid
            WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
              AND a.attrelid IN (SELECT c.oid\s""" + SCOPE + ") ORDER BY a.attrelid, a.attnum";

    private static final String KEYS = """
            SELECT DISTINCT ON (i.indrelid) i.indrelid::int8 AS oid,
                   array_to_string(i.indkey[0:i.indnkeyatts - 1], ' ') AS columns
            FROM pg_index i
            WHERE i.indisunique AND i.indisvalid AND (i.indisprimary OR i.indimmediate)
              AND i.indpred IS NULL AND i.indexprs IS NULL
              AND i.indrelid IN (SELECT c.oid\s""" + SCOPE + """
            )
              AND NOT EXISTS (
                SELECT FROM pg_attribute a
                WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1]) AND NOT a.attnotnull)
            ORDER BY i.indrelid, NOT i.indisprimary, NOT i.indisreplident, i.indexrelid
            """;

    private Tables() {}

    private record Relation(long oid, String name, char kind, boolean isUnlogged, String path, long root) {}

    /** All of them, with partitions below what they are partitions of. */
    static List<Table> of(Connection connection) throws SQLException {
        Map<Long, List<Column>> columns = new HashMap<>();
        Map<Long, List<String>> types = new HashMap<>();
        Map<Long, List<Integer>> keys = new HashMap<>();
        List<Relation> relations = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery(RELATIONS)) {
                while (row.next()) {
                    relations.add(new Relation(
                            row.getLong("oid"),
                            row.getString("name"),
                            row.getString("kind").charAt(0),
                            row.getString("persistence").equals("u"),
                            row.getString("path"),
                            row.getLong("root")));
                }
            }
            try (ResultSet row = statement.executeQuery(COLUMNS)) {
                while (row.next()) {
                    long oid = row.getLong("oid");
                    columns.computeIfAbsent(oid, key -> new ArrayList<>())
                            .add(new Column(
                                    row.getInt("number"),
                                    row.getString("name"),
                                    Column.Order.valueOf(row.getString("ordering"))));
                    types.computeIfAbsent(oid, key -> new ArrayList<>()).add(row.getString("type"));
                }
            }
            try (ResultSet row = statement.executeQuery(KEYS)) {
                while (row.next()) {
                    keys.put(
                            row.getLong("oid"),
                            Arrays.stream(row.getString("columns").split(" "))
                                    .map(Integer::valueOf)
                                    .toList());
                }
            }
        }
        return assembled(relations, columns, types, keys);
    }

    private static List<Table> assembled(
            List<Relation> relations,
            Map<Long, List<Column>> columns,
            Map<Long, List<String>> types,
            Map<Long, List<Integer>> keys) {
        Map<Long, List<Table.Heap>> heaps = new TreeMap<>();
        for (Relation relation : relations) {
            if (relation.kind() == 'r') {
                long owner = relation.root() == 0 ? relation.oid() : relation.root();
                heaps.computeIfAbsent(owner, key -> new ArrayList<>())
                        .add(new Table.Heap(relation.oid(), relation.name(), relation.path()));
            }
        }
        return relations.stream()
                .filter(relation -> relation.root() == 0)
                .map(relation -> new Table(
                        relation.oid(),
                        relation.name(),
                        relation.kind(),
                        isUnlogged(relation, relations),
                        List.copyOf(columns.getOrDefault(relation.oid(), List.of())),
                        List.copyOf(types.getOrDefault(relation.oid(), List.of())),
                        keys.getOrDefault(relation.oid(), List.of()),
                        List.copyOf(heaps.getOrDefault(relation.oid(), List.of()))))
                .toList();
    }

    /** Of a partitioned table, whether one of its partitions is. */
    private static boolean isUnlogged(Relation table, List<Relation> relations) {
        return table.isUnlogged()
                || relations.stream().anyMatch(part -> part.root() == table.oid() && part.isUnlogged());
    }
}
