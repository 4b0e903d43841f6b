package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a table or a column held when the branches parted, and that a statement drops. Immutable.
 *
 * @param table schema and name, as a statement writes them
 * @param column as a statement writes it; empty for all of the table
 * @param sum of its rows
 */
record Content(String table, String column, String sum) {

    private static final Pattern DROPPED = Pattern.compile(
            "DROP TABLE (?<whole>.+)|" + Syntax.ALTER_TABLE + "\\s++DROP COLUMN (?<column>.+)", Pattern.DOTALL);

    private static final String IS_THERE = "SELECT to_regclass(%s) IS NOT NULL";

    /** A row is written without a cast of its type, which might be somebody's function. */
    private static final String SUM =
            "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(ROW(%s)::text COLLATE \"C\", 0)), 0) FROM %s t WHERE %s";

    /** What the base has in all that statements drop, also to make it anew. */
    static List<Content> of(Connection base, List<String> statements) throws SQLException {
        List<Content> contents = new ArrayList<>();
        for (String statement : statements) {
            Matcher dropped = DROPPED.matcher(statement);
            if (dropped.matches()) {
                boolean isWhole = dropped.group("whole") != null;
                String table = dropped.group(isWhole ? "whole" : "table");
                String column = isWhole ? "" : dropped.group("column");
                contents.add(new Content(table, column, sum(base, table, column)));
            }
        }
        return contents;
    }

    private static String sum(Connection connection, String table, String column) throws SQLException {
        return column.isEmpty()
                ? sum(connection, "t.*", table, "true")
                : sum(connection, "t." + column, table, "num_nonnulls(t." + column + ") = 1");
    }

    /** The sum of some fields of a table that is called t, where a condition holds. */
    static String sum(Connection connection, String fields, String table, String condition) throws SQLException {
        return Sessions.column(connection, SUM.formatted(fields, table, condition))
                .get(0);
    }

    /** What is dropped. */
    String object() {
        return column.isEmpty() ? table : table + "." + column;
    }

    /** Whether there is something else in it now; nobody can write to it from here on. */
    boolean isOtherwise(Connection connection) throws SQLException {
        boolean isThere = column.isEmpty()
                ? Sessions.column(connection, IS_THERE.formatted(Quoted.literal(table)))
                        .get(0)
                        .equals("t")
                : new NamedColumns.Named(table, column).isThere(connection);
        if (!isThere) {
            return false; // the statement is refused
        }
        Sessions.execute(connection, "LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
        return !sum(connection, table, column).equals(sum);
    }
}
