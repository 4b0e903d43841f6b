package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Statements that give a column another type. How theirs has made the values of the new one, nobody has noted. */
final class Retyping {

    /** The SQLSTATE of what needs a cast. */
    static final String NEEDS_CAST = "42804";

    /** A type with a length or a precision is left out: a cast to it cuts values short that the type refuses. */
    private static final Pattern CASTABLE = Pattern.compile(
            Syntax.ALTER_TABLE + "\\s++ALTER COLUMN " + Syntax.NAME + " TYPE (?<type>[^()]+)", Pattern.DOTALL);

    private static final Pattern ANY = Pattern.compile(
            Syntax.ALTER_TABLE + "\\s++ALTER COLUMN " + Syntax.NAME + " TYPE (?<type>.+)", Pattern.DOTALL);

    private static final Pattern TABLE = Pattern.compile(Syntax.ALTER_TABLE + "\\s++(?=ALTER COLUMN )");

    /** What begins with another column, and what may look like that within quotes. */
    private static final Pattern NEXT =
            Pattern.compile("'(?:[^']++|'')*+'|\"[^\"]*+\"|(?<next>,\\s++(?=ALTER COLUMN ))");

    private static final String IS_TEXT =
            "SELECT t.typcategory = 'S' FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
                    + " WHERE a.attrelid = to_regclass(%s) AND a.attname = (parse_ident(%s))[1]";

    private Retyping() {}

    /**
     * The same statements, each of one column: neighbours that get nothing but another type come in one statement. Each of
     * them is looked at, may need a cast, and may have been made by both branches.
     */
    static List<String> ofOneColumnEach(List<String> statements) {
        return statements.stream()
                .flatMap(statement -> ofOneColumnEach(statement).stream())
                .toList();
    }

    private static List<String> ofOneColumnEach(String statement) {
        Matcher table = TABLE.matcher(statement);
        if (!table.lookingAt()) {
            return List.of(statement);
        }
        String alter = table.group();
        List<String> each = new ArrayList<>();
        Matcher next = NEXT.matcher(statement).region(table.end(), statement.length());
        int at = table.end();
        while (next.find()) {
            if (next.group("next") != null) {
                each.add(alter + statement.substring(at, next.start()));
                at = next.end();
            }
        }
        each.add(alter + statement.substring(at));
        return each.stream().allMatch(one -> ANY.matcher(one).matches()) ? each : List.of(statement);
    }

    /** The columns of which statements change the type. */
    static List<RetypedColumn> of(Copies copies, List<String> statements) throws SQLException {
        List<RetypedColumn> columns = new ArrayList<>();
        Map<String, List<String>> keys = null; // of all tables, for which each server is asked once, if at all
        for (String statement : statements) {
            Matcher retyped = ANY.matcher(statement);
            if (retyped.matches()) {
                String table = retyped.group("table");
                keys = keys == null ? copies.keys() : keys;
                List<String> key = keys.getOrDefault(table, List.of());
                columns.add(RetypedColumn.of(
                        copies, new NamedColumns.Named(table, retyped.group("name")), retyped.group("type"), key));
            }
        }
        return columns;
    }

    /**
     * A statement with the cast that it was refused for: from text, which the new type reads, or refuses what it cannot
     * read.
     */
    static Optional<String> withCast(Connection connection, String statement) throws SQLException {
        Matcher retyped = CASTABLE.matcher(statement);
        if (!retyped.matches() || statement.contains(" COLLATE ")) {
            return Optional.empty();
        }
        String query = IS_TEXT.formatted(Quoted.literal(retyped.group("table")), Quoted.literal(retyped.group("name")));
        return Sessions.column(connection, query).equals(List.of("t"))
                ? Optional.of(statement + " USING " + retyped.group("name") + "::" + retyped.group("type"))
                : Optional.empty();
    }
}
