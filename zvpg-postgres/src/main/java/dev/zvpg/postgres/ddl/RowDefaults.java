package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * New columns with another value for each row, such as {@code gen_random_uuid()} or the next of a sequence. What theirs'
 * rows have is carried over, and rows that only ours has get values of their own, behind theirs' where a sequence gives
 * them. Immutable.
 */
public record RowDefaults(List<Added> columns) {

    static final RowDefaults NONE = new RowDefaults(List.of());

    private static final Pattern ADDED = Pattern.compile(
            "ALTER TABLE (?:ONLY )?(?<table>.+?)\\s+ADD COLUMN " + NewColumns.NAME
                    + " .+? (?:DEFAULT (?<default>.+?)(?: NOT NULL)?|GENERATED (?:ALWAYS|BY DEFAULT) AS IDENTITY .+)",
            Pattern.DOTALL);

    private static final Pattern FIRST_OF_SEQUENCE = Pattern.compile(
            "(?<before>CREATE SEQUENCE (?<name>\\S+)\\s.*?|.* AS IDENTITY \\(\\s*SEQUENCE NAME (?<own>\\S+)\\s.*?)"
                    + "START WITH (?<first>-?\\d+)(?<after>.*)",
            Pattern.DOTALL);

    private static final String NEXT =
            "SELECT last + seqincrement FROM pg_sequence, pg_sequence_last_value(seqrelid) last"
                    + " WHERE seqrelid = to_regclass(%s) AND last IS NOT NULL";

    /** In a table, and in those that inherit from it. */
    private static final String FOUND = """
            WITH RECURSIVE heap(oid) AS (
                SELECT to_regclass(%s)::oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN heap h ON i.inhparent = h.oid)
            SELECT a.attrelid::int8 || ' ' || a.attnum FROM pg_attribute a JOIN heap h ON a.attrelid = h.oid
            WHERE a.attname = (parse_ident(%s))[1] AND a.attnum > 0 AND NOT a.attisdropped
            """;

    /** A column, as statements write it. Immutable. */
    private record Added(String table, String column) {}

    /** Those that statements add. */
    static RowDefaults of(List<String> statements) {
        List<Added> columns = new ArrayList<>();
        for (String statement : statements) {
            Matcher added = ADDED.matcher(statement);
            if (added.matches()
                    && !Optional.ofNullable(added.group("default"))
                            .map(NewColumns::isConstant)
                            .orElse(false)) {
                columns.add(new Added(added.group("table"), added.group("name")));
            }
        }
        return new RowDefaults(List.copyOf(columns));
    }

    /** Lets new sequences begin behind what theirs' rows have got of them. */
    static List<String> behind(Connection theirs, List<String> statements) throws SQLException {
        List<String> all = new ArrayList<>();
        for (String statement : statements) {
            Matcher first = FIRST_OF_SEQUENCE.matcher(statement);
            String name = !first.matches() ? "" : first.group(first.group("own") == null ? "name" : "own");
            List<String> next =
                    name.isEmpty() ? List.of() : Sessions.column(theirs, NEXT.formatted(Quoted.literal(name)));
            if (next.isEmpty()) {
                all.add(statement);
            } else {
                all.add(first.group("before") + "START WITH " + next.get(0) + first.group("after"));
                all.add("ALTER SEQUENCE " + name + " START WITH " + first.group("first")); // that of the next RESTART
            }
        }
        return List.copyOf(all);
    }

    /** The columns that are there, each as the numbers of its table and of itself. */
    public Set<Place> in(Connection connection) throws SQLException {
        Set<Place> places = new HashSet<>();
        for (Added each : columns) {
            String query = FOUND.formatted(Quoted.literal(each.table()), Quoted.literal(each.column()));
            for (String place : Sessions.column(connection, query)) {
                String[] numbers = place.split(" ", -1);
                places.add(new Place(Long.parseLong(numbers[0]), Integer.parseInt(numbers[1])));
            }
        }
        return places;
    }

    /** A column of a table. Immutable. */
    public record Place(long table, int column) {}
}
