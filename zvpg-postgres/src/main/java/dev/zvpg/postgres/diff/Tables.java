package dev.zvpg.postgres.diff;

import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads which tables a database has. */
public final class Tables {

    /** Users' tables, and the one that holds their large objects. */
    private static final String SCOPE = """
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'm', 'f')
              AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR c.oid = 'pg_largeobject'::regclass)
            """;

    /**
     * A function that somebody who is no superuser may change, and that planning a query of the table may call with the
     * rights of whoever reads it: in an index, in statistics, or in what rows are distributed to partitions by.
     */
    private static final String TRAP = OthersFunctions.calledBy("""
            SELECT 'pg_class'::regclass AS class, i.indexrelid AS object FROM pg_index i WHERE i.indrelid = c.oid
            UNION ALL SELECT 'pg_statistic_ext'::regclass, e.oid FROM pg_statistic_ext e WHERE e.stxrelid = c.oid
            UNION ALL SELECT 'pg_class'::regclass, c.oid
            """);

    private static final String RELATIONS = """
            SELECT c.oid::int8 AS oid, format('%I.%I', n.nspname, c.relname) AS name, c.relkind AS kind,
                   c.relpersistence AS persistence,
                   coalesce(CASE WHEN c.relam = 2 THEN pg_relation_filepath(c.oid) END, '') AS path,
                   CASE WHEN c.relispartition THEN pg_partition_root(c.oid) END::oid::int8 AS root,
                   (""" + TRAP + """
            ) AS trap
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
                WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])
                  AND (NOT a.attnotnull OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = a.attrelid
                       AND k.contype = 'n' AND NOT k.convalidated AND a.attnum = ANY (k.conkey))))
            ORDER BY i.indrelid, NOT i.indisprimary, NOT i.indisreplident, i.indexrelid
            """;

    private Tables() {}

    /**
     * A function that reading any of some tables would call as superuser, although its owner is none.
     *
     * @param tables a query for the tables
     */
    public static Optional<String> trap(Connection connection, String tables) throws SQLException {
        return Sessions.column(
                        connection,
                        "SELECT trap FROM (SELECT (" + TRAP + ") AS trap FROM pg_class c WHERE c.oid IN (" + tables
                                + ")) t WHERE trap IS NOT NULL LIMIT 1")
                .stream()
                .findFirst();
    }

    private record Relation(
            long oid,
            String name,
            char kind,
            boolean isUnlogged,
            String path,
            long root,
            @Nullable String trap) {}

    /** All of them, with partitions below what they are partitions of. */
    public static List<Table> of(Connection connection) throws SQLException {
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
                            row.getLong("root"),
                            row.getString("trap")));
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
        Map<Long, List<Relation>> parts = new TreeMap<>();
        relations.forEach(
                part -> parts.computeIfAbsent(part.root() == 0 ? part.oid() : part.root(), key -> new ArrayList<>())
                        .add(part));
        return relations.stream()
                .filter(relation -> relation.root() == 0)
                .map(relation -> new Table(
                        relation.oid(),
                        relation.name(),
                        notComparable(relation, parts.getOrDefault(relation.oid(), List.of())),
                        parts.getOrDefault(relation.oid(), List.of()).stream()
                                .flatMap(part -> Optional.ofNullable(part.trap()).stream())
                                .findFirst(),
                        List.copyOf(columns.getOrDefault(relation.oid(), List.of())),
                        List.copyOf(types.getOrDefault(relation.oid(), List.of())),
                        keys.getOrDefault(relation.oid(), List.of()),
                        parts.getOrDefault(relation.oid(), List.of()).stream()
                                .filter(part -> part.kind() == 'r')
                                .map(part -> new Table.Heap(
                                        part.oid(),
                                        part.name(),
                                        part.path(),
                                        columns.getOrDefault(part.oid(), List.of()).stream()
                                                .collect(Collectors.toMap(Column::name, Column::number))))
                                .toList()))
                .toList();
    }

    /** Why a table's rows are not compared, of which one reason is enough. */
    private static Optional<String> notComparable(Relation table, List<Relation> parts) {
        if (table.kind() == 'm') {
            return Optional.of("materialized view: it has what its query found when it was refreshed");
        }
        return parts.stream().flatMap(part -> notComparable(part).stream()).findFirst();
    }

    private static Optional<String> notComparable(Relation part) {
        if (part.kind() == 'f') {
            return Optional.of("foreign table: its rows are elsewhere");
        }
        if (part.isUnlogged()) {
            return Optional.of("unlogged: a crash empties it, and so does the recovery of a snapshot");
        }
        return Optional.ofNullable(part.trap())
                .map(function -> "calls " + function
                        + ": reading it would run what that says as superuser, and its owner is none");
    }
}
