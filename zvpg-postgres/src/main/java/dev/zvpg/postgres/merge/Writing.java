package dev.zvpg.postgres.merge;

import dev.zvpg.postgres.diff.Column;
import dev.zvpg.postgres.diff.CopyText;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.diff.Sequence;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * What is written to a table: rows that are collected in a temporary table, each with what is done to it, and the rows
 * that went. First what goes is deleted, then the rest is updated and inserted, so that rows may swap what is unique.
 * Confined to one thread.
 */
final class Writing {

    /** What is done to a row. */
    enum Kind {
        /** It is inserted, with defaults in the columns that only this table has. */
        INSERT,
        /** It has other values. */
        UPDATE,
        /** It has other values, and is deleted and inserted for it. */
        REPLACE,
        /** It is deleted. */
        DELETE;

        char letter() {
            return name().charAt(0);
        }
    }

    /** How many rows are sent at once. */
    private static final int AT_ONCE = 1_000;

    private static final String KIND = "\"zvpg kind\"";

    private final Connection connection;
    private final Target target;
    private final String rows;
    private final String gone;
    private final String inserted;
    private final List<String> waiting = new ArrayList<>();
    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);

    private Writing(Connection connection, Target target, int number) {
        this.connection = connection;
        this.target = target;
        this.rows = "pg_temp.zvpg_rows_" + number;
        this.gone = "pg_temp.zvpg_gone_" + number;
        this.inserted = "pg_temp.zvpg_inserted_" + number;
    }

    static Writing begin(Connection connection, Target target, int number) throws SQLException {
        Writing writing = new Writing(connection, target, number);
        writing.execute("CREATE TEMPORARY TABLE " + name(writing.rows) + " ON COMMIT DROP AS SELECT ' '::\"char\" AS "
                + KIND + target.staged() + " FROM " + target.relation() + " o WITH NO DATA");
        writing.execute("CREATE TEMPORARY TABLE " + name(writing.gone) + " ON COMMIT DROP AS SELECT o.* FROM "
                + target.relation() + " o WITH NO DATA");
        writing.execute("CREATE TEMPORARY TABLE " + name(writing.inserted) + "(heap oid, place tid) ON COMMIT DROP");
        return writing;
    }

    /** A table that is made as temporary is not named with its schema. */
    private static String name(String table) {
        return table.substring(table.indexOf('.') + 1);
    }

    Target target() {
        return target;
    }

    /**
     * Collects a row.
     *
     * @param values those of the merged columns, then of the table's own
     */
    void add(Kind kind, List<? extends @Nullable String> values) throws SQLException {
        List<@Nullable String> line = new ArrayList<>(values.size() + 1);
        line.add(String.valueOf(kind.letter()));
        line.addAll(values);
        waiting.add(CopyText.line(line));
        counts.merge(kind, 1L, Long::sum);
        if (waiting.size() >= AT_ONCE) {
            send();
        }
    }

    /** Sends the rows that wait to be sent. */
    void send() throws SQLException {
        if (waiting.isEmpty()) {
            return;
        }
        copy(connection, "COPY " + rows + " FROM STDIN", waiting);
        waiting.clear();
    }

    /** Sends lines to the server. */
    static void copy(Connection connection, String statement, List<String> lines) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(statement);
        try {
            for (String line : lines) {
                byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
                copy.writeToCopy(bytes, 0, bytes.length);
            }
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    boolean isEmpty() {
        return counts.values().stream().allMatch(count -> count == 0);
    }

    private long count(Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    long inserted() {
        return count(Kind.INSERT);
    }

    long updated() {
        return count(Kind.UPDATE) + count(Kind.REPLACE);
    }

    long deleted() {
        return count(Kind.DELETE);
    }

    /** Writes all of it to the table. */
    void apply() throws SQLException {
        send();
        long going = deleted() + count(Kind.REPLACE);
        if (going > 0) {
            expect(going, execute(target.key().isEmpty() ? deleteCopies() : delete()));
        }
        List<Column> updated = IntStream.range(0, target.columns().size())
                .filter(i -> !target.key().contains(i) && !target.delicate().contains(i))
                .mapToObj(target.columns()::get)
                .toList();
        if (count(Kind.UPDATE) > 0) {
            String set = updated.stream()
                    .map(column -> Quoted.name(column.name()) + " = w." + Quoted.name(column.name()))
                    .collect(Collectors.joining(", "));
            expect(
                    count(Kind.UPDATE),
                    execute("UPDATE " + target.relation() + " o SET " + set + " FROM " + rows + " w WHERE "
                            + is(Set.of(Kind.UPDATE)) + " AND " + target.sameKey("o", "w")));
        }
        insert(Kind.INSERT, target.columns());
        insert(Kind.REPLACE, target.all());
    }

    private void insert(Kind kind, List<Column> columns) throws SQLException {
        if (count(kind) > 0) {
            String insert = "INSERT INTO " + target.table().name() + " AS o (" + Target.names(columns)
                    + ") OVERRIDING SYSTEM VALUE SELECT " + Target.names(columns, "w") + " FROM " + rows + " w WHERE "
                    + is(Set.of(kind));
            String noted = "WITH rows AS (" + insert + " RETURNING o.tableoid, o.ctid) INSERT INTO " + inserted
                    + " SELECT * FROM rows";
            expect(count(kind), execute(target.key().isEmpty() ? noted : insert));
        }
    }

    private String delete() {
        return "WITH gone AS (DELETE FROM " + target.relation() + " o USING " + rows + " w WHERE "
                + is(Set.of(Kind.DELETE, Kind.REPLACE)) + " AND " + target.sameKey("o", "w")
                + " RETURNING o.*) INSERT INTO " + gone + " SELECT * FROM gone";
    }

    /** Of rows that are the same, any are deleted. */
    private String deleteCopies() {
        return "WITH want AS (" + wanted() + "), have AS (" + had() + "), gone AS (DELETE FROM " + target.relation()
                + " o USING have, want WHERE o.tableoid = have.heap AND o.ctid = have.place AND have.line = want.line "
                + "AND have.number <= want.number RETURNING o.*) INSERT INTO " + gone + " SELECT * FROM gone";
    }

    private String wanted() {
        return "SELECT " + line("w") + " AS line, count(*) AS number FROM " + rows + " w WHERE "
                + is(Set.of(Kind.DELETE)) + " GROUP BY 1";
    }

    private String had() {
        return "SELECT o.tableoid AS heap, o.ctid AS place, " + line("o") + " AS line, row_number() OVER (PARTITION BY "
                + line("o") + ") AS number FROM " + target.relation() + " o WHERE " + line("o")
                + " IN (SELECT line FROM want)";
    }

    /** Rows of which there are fewer copies than are to be deleted, each with how many are missing in front. */
    String missing() {
        String values = target.columns().stream()
                .map(column -> Target.written("w." + Quoted.name(column.name())))
                .collect(Collectors.joining(", "));
        return "WITH want AS (" + wanted() + "), have AS (SELECT line, count(*) AS number FROM (" + had()
                + ") h GROUP BY line) SELECT DISTINCT ON (want.line) want.number - coalesce(have.number, 0), " + values
                + " FROM want LEFT JOIN have ON have.line = want.line JOIN " + rows + " w ON " + line("w")
                + " = want.line WHERE want.number > coalesce(have.number, 0)";
    }

    /** Gives up the deletion of some copies of a row that are not there. */
    void forgo(long copies, List<? extends @Nullable String> values) throws SQLException {
        String condition = IntStream.range(0, values.size())
                .mapToObj(i -> Target.written(
                                "w." + Quoted.name(target.columns().get(i).name()))
                        + " COLLATE \"C\" IS NOT DISTINCT FROM " + Quoted.literal(values.get(i)))
                .collect(Collectors.joining(" AND "));
        execute("DELETE FROM " + rows + " WHERE ctid IN (SELECT w.ctid FROM " + rows + " w WHERE "
                + is(Set.of(Kind.DELETE)) + " AND " + condition + " LIMIT " + copies + ")");
        counts.merge(Kind.DELETE, -copies, Long::sum);
    }

    private String line(String from) {
        return "ROW(" + Target.names(target.columns(), from) + ")::text COLLATE \"C\"";
    }

    private static String is(Set<Kind> kinds) {
        return kinds.stream()
                .map(kind -> "'" + kind.letter() + "'")
                .collect(Collectors.joining(", ", "w." + KIND + " IN (", ")"));
    }

    /** The rows that were written and are in a table now, by a name. */
    String newRows(String relation, String name) {
        return "FROM " + relation + " " + name + " JOIN "
                + (target.key().isEmpty()
                        ? inserted + " s ON " + name + ".tableoid = s.heap AND " + name + ".ctid = s.place"
                        : rows + " s ON s." + KIND + " <> 'D' AND " + target.sameKey(name, "s"));
    }

    /** The rows that are not in the table any more, or not as they were, by a name. */
    String oldRows(String name) {
        return "FROM " + gone + " " + name;
    }

    /** A query for the value of a column that is furthest in the direction of a sequence, if one is within its bounds. */
    String furthest(String column, Sequence sequence) {
        String value = "w." + Quoted.name(column);
        return "SELECT " + value + " FROM " + rows + " w WHERE w." + KIND + " <> 'D' AND " + value + " BETWEEN "
                + sequence.least() + " AND " + sequence.most() + " ORDER BY 1 "
                + (sequence.isAscending() ? "DESC" : "ASC")
                + " LIMIT 1";
    }

    private static void expect(long wanted, long found) throws SQLException {
        if (wanted != found) {
            throw new SQLException(found + " rows were written, and not " + wanted);
        }
    }

    private long execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeLargeUpdate(sql);
        }
    }
}
