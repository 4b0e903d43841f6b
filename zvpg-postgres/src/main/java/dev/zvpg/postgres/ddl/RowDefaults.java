package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * New columns with another value for each row, such as {@code gen_random_uuid()} or the next of a sequence. What theirs'
 * rows have is carried over, and rows that only ours has get values of their own, behind theirs' where a sequence gives
 *
 * them.
 */
final class RowDefaults {

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

    private RowDefaults() {}

    /** Those that statements add. */
    static NamedColumns of(List<String> statements) {
        List<NamedColumns.Named> columns = new ArrayList<>();
        for (String statement : statements) {
            Matcher added = ADDED.matcher(statement);
            if (added.matches()
                    && !Optional.ofNullable(added.group("default"))
                            .map(NewColumns::isConstant)
                            .orElse(false)) {
                columns.add(new NamedColumns.Named(added.group("table"), added.group("name")));
            }
        }
        return new NamedColumns(List.copyOf(columns));
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
}
