package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.diff.Table;
import dev.zvpg.postgres.diff.Tables;
import dev.zvpg.postgres.run.Sessions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * New columns with another value for each row, such as {@code gen_random_uuid()} or the next of a sequence, in tables whose
 * rows are known by a key: what theirs' rows have is carried over, and rows that only ours has get values of their own,
 * behind theirs' where a sequence gives them. Immutable.
 *
 * @param base the statements that make them in the base, whose rows have got no such values
 * @param ours those that make them in ours
 * @param columns the columns
 */
record RowDefaults(List<String> base, List<String> ours, NamedColumns columns) {

    private static final String FIRST = ")\\s.*?START WITH )(?<first>-?\\d+)(?<after>.*)";

    private static final Pattern SEQUENCE =
            Pattern.compile("(?<before>CREATE SEQUENCE (?<name>" + Syntax.QUALIFIED + FIRST, Pattern.DOTALL);

    private static final Pattern IDENTITY = Pattern.compile(
            "(?<before>" + Syntax.ALTER_TABLE + "\\s++ADD COLUMN \\S.*?"
                    + " GENERATED (?:ALWAYS|BY DEFAULT) AS IDENTITY \\(\\s*+SEQUENCE NAME (?<name>" + Syntax.QUALIFIED
                    + FIRST,
            Pattern.DOTALL);

    private static final Pattern NEXT_OF =
            Pattern.compile("nextval\\('(?<name>(?:[^']++|'')++)'::regclass\\)", Pattern.DOTALL);

    /** The last number, if there are enough for some rows more, and the one behind it. */
    private static final String LAST = """
            SELECT last + %3$d * seqincrement FROM pg_sequence s, LATERAL (SELECT pg_sequence_last_value(seqrelid)::numeric) l(last)
            WHERE seqrelid = to_regclass(%1$s) AND last + seqincrement BETWEEN seqmin AND seqmax
              AND last + seqincrement::numeric * (%2$d + 1) BETWEEN seqmin AND seqmax
            """;

    /** A number that is left out harms nobody, so it is no matter that this stays where the merge fails. */
    private static final String MOVE = """
            SELECT setval(seqrelid::regclass, %2$s) FROM pg_sequence WHERE seqrelid = to_regclass(%1$s)
              AND %2$s BETWEEN seqmin AND seqmax
              AND coalesce((%2$s - pg_sequence_last_value(seqrelid)::numeric) * seqincrement > 0, true)
            """;

    private static final String PARENTS = "SELECT DISTINCT inhparent::int8 FROM pg_inherits";

    /**
     * Finds them.
     *
     * @param added knows which columns have another value for each row
     * @param all what leads from the base to theirs
     * @param forOurs what of that ours has not made as well
     */
    static RowDefaults of(Copies copies, NewColumns added, List<String> all, List<String> forOurs) throws SQLException {
        List<Table> mine = Tables.of(copies.ours());
        Set<String> keyed = withSameKey(Tables.of(copies.base()), Tables.of(copies.theirs()));
        keyed.retainAll(mine.stream().map(Table::name).toList());
        Set<String> parents = new HashSet<>(Sessions.column(copies.ours(), PARENTS));
        Set<String> single = new HashSet<>();
        for (Table table : mine) {
            if (keyed.contains(table.name()) && !parents.contains(Long.toString(table.oid()))) {
                single.add(table.name());
            }
        }
        // a table with children does not get an identity in one step
        List<String> joined = NewColumns.withIdentities(forOurs, single::contains);
        List<NamedColumns.Named> columns = new ArrayList<>();
        Map<String, String> tables = new HashMap<>(); // by the sequence that numbers their rows
        for (String statement : joined) {
            added.byRow(statement)
                    .filter(column -> keyed.contains(column.table()))
                    .ifPresent(column -> {
                        columns.add(new NamedColumns.Named(column.table(), column.name()));
                        sequence(column).ifPresent(name -> tables.put(name, column.table()));
                    });
            Matcher identity = IDENTITY.matcher(statement);
            if (identity.matches() && single.contains(identity.group("table"))) {
                columns.add(new NamedColumns.Named(
                        identity.group("table"), NewColumns.nameOf(statement).orElseThrow()));
                tables.put(identity.group("name"), identity.group("table"));
            }
        }
        return new RowDefaults(
                added.withValuesOfRows(all, keyed::contains),
                behind(copies, withMoves(copies, added, joined, tables), tables),
                new NamedColumns(List.copyOf(columns)));
    }

    /** The sequence that the default of a column draws from. */
    private static Optional<String> sequence(NewColumns.ByRow column) {
        Matcher next = NEXT_OF.matcher(column.value());
        return next.find() ? Optional.of(next.group("name").replace("''", "'")) : Optional.empty();
    }

    /** The tables, as statements write them, whose rows are known by the same key in both. */
    private static Set<String> withSameKey(List<Table> base, List<Table> theirs) {
        Map<String, List<String>> keys = new HashMap<>();
        base.forEach(table -> keys.put(table.name(), table.keyNames()));
        Set<String> same = new HashSet<>();
        for (Table table : theirs) {
            if (!table.key().isEmpty() && table.keyNames().equals(keys.get(table.name()))) {
                same.add(table.name());
            }
        }
        return same;
    }

    /** Lets sequences begin behind what theirs' rows have got of them. */
    private static List<String> behind(Copies copies, List<String> statements, Map<String, String> tables)
            throws SQLException {
        List<String> all = new ArrayList<>();
        for (String statement : statements) {
            Matcher sequence = SEQUENCE.matcher(statement);
            Matcher first = sequence.matches() ? sequence : IDENTITY.matcher(statement);
            String table = first.matches() ? tables.get(first.group("name")) : null;
            List<String> next = table == null ? List.of() : last(copies, first.group("name"), table, 1);
            if (next.isEmpty()) {
                all.add(statement);
            } else {
                all.add(first.group("before") + next.get(0) + first.group("after"));
                all.add("ALTER SEQUENCE " + first.group("name") + " START WITH "
                        + first.group("first")); // of a RESTART
            }
        }
        return List.copyOf(all);
    }

    /** Lets sequences that were there go on behind what theirs' rows have got of them before a column draws from them. */
    private static List<String> withMoves(
            Copies copies, NewColumns added, List<String> statements, Map<String, String> tables) throws SQLException {
        Map<String, String> there = new HashMap<>(tables);
        for (String statement : statements) {
            for (Pattern made : List.of(SEQUENCE, IDENTITY)) {
                Matcher sequence = made.matcher(statement);
                if (sequence.matches()) {
                    there.remove(sequence.group("name"));
                }
            }
        }
        List<String> all = new ArrayList<>();
        for (String statement : statements) {
            Optional<String> name = added.byRow(statement).flatMap(RowDefaults::sequence);
            String table = name.map(there::get).orElse(null);
            if (table != null) {
                last(copies, name.orElseThrow(), table, 0)
                        .forEach(last -> all.add(MOVE.formatted(Quoted.literal(name.orElseThrow()), last)));
            }
            all.add(statement);
        }
        return all;
    }

    /** The last number of a sequence of theirs, or one that comes some steps later; none where it has come to its end. */
    private static List<String> last(Copies copies, String sequence, String table, int steps) throws SQLException {
        List<String> rows = Sessions.column(copies.ours(), "SELECT count(*) FROM " + table);
        return Sessions.column(
                copies.theirs(), LAST.formatted(Quoted.literal(sequence), Long.parseLong(rows.get(0)), steps));
    }
}
