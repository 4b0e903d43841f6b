package dev.zvpg.postgres.merge;

import dev.zvpg.diff.SequenceDiff;
import dev.zvpg.postgres.diff.Column;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.diff.Sequence;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The sequences that go on from where the other branch's stand, or from the values that came from it, because those are
 * further: a value that is left out harms nobody. Immutable.
 *
 * @param statements what moves them
 * @param unknown those that are not in this database
 */
record SequenceMoves(List<String> statements, List<String> unknown) {

    static final SequenceMoves NONE = new SequenceMoves(List.of(), List.of());

    /** The sequences that give values to columns of a table: its own, and those that its defaults name. */
    private static final String GIVERS = """
            WITH tree AS (%s)
            SELECT DISTINCT s.seqrelid::int8 AS oid, a.attname
            FROM pg_sequence s
            JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_attrdef'::regclass
                 AND d.refobjid = s.seqrelid
              OR d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_class'::regclass
                 AND d.objid = s.seqrelid AND d.deptype IN ('a', 'i')
            LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
            JOIN pg_attribute a ON a.attrelid = coalesce(f.adrelid, d.refobjid) AND a.attnum = coalesce(f.adnum, d.refobjsubid)
            WHERE a.attrelid IN (SELECT relid FROM tree)
            """;

    static SequenceMoves of(Connection connection, List<SequenceDiff> changes, List<Writing> written)
            throws SQLException {
        if (changes.isEmpty() && written.isEmpty()) {
            return NONE;
        }
        List<Sequence> ours = Sequence.of(connection);
        Map<String, Sequence> byName = ours.stream().collect(Collectors.toMap(Sequence::name, Function.identity()));
        Map<Long, Sequence> byOid = ours.stream().collect(Collectors.toMap(Sequence::oid, Function.identity()));
        Map<Sequence, Long> furthest = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        for (SequenceDiff change : changes) {
            Sequence sequence = byName.get(change.name());
            if (sequence == null && change.after().isPresent()) {
                unknown.add(change.name());
            } else if (sequence != null && change.after().isPresent()) {
                long wanted = Math.max(
                        sequence.least(),
                        Math.min(sequence.most(), change.after().getAsLong()));
                furthest.merge(sequence, wanted, sequence::further);
            }
        }
        for (Writing writing : written) {
            for (Giver giver : givers(connection, writing)) {
                Sequence sequence = byOid.get(giver.sequence());
                if (sequence != null) {
                    for (String value : Sessions.column(connection, writing.furthest(giver.column(), sequence))) {
                        furthest.merge(sequence, Long.valueOf(value), sequence::further);
                    }
                }
            }
        }
        List<String> statements = furthest.entrySet().stream()
                .flatMap(move -> move(move.getKey(), move.getValue()).stream())
                .toList();
        return new SequenceMoves(statements, List.copyOf(unknown));
    }

    /** The sequence that gives a column its values. */
    private record Giver(long sequence, String column) {}

    private static List<Giver> givers(Connection connection, Writing writing) throws SQLException {
        Set<String> numbers = writing.target().columns().stream()
                .filter(column -> column.order() == Column.Order.NUMBER)
                .map(Column::name)
                .collect(Collectors.toSet());
        List<Giver> givers = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(GIVERS.formatted(writing.target().tree()))) {
            while (row.next()) {
                if (numbers.contains(row.getString("attname"))) {
                    givers.add(new Giver(row.getLong("oid"), row.getString("attname")));
                }
            }
        }
        return givers;
    }

    /** What moves it, from where it stands at that moment, as others may have moved it meanwhile. */
    private static Optional<String> move(Sequence sequence, long wanted) {
        OptionalLong last = sequence.last();
        boolean isFurther =
                last.isEmpty() || (wanted != last.getAsLong() && sequence.further(wanted, last.getAsLong()) == wanted);
        String name = Quoted.literal(sequence.name()) + "::regclass";
        return isFurther
                ? Optional.of("SELECT setval(" + name + ", " + wanted + ") WHERE coalesce(pg_sequence_last_value("
                        + name + ") " + (sequence.isAscending() ? "<" : ">") + " " + wanted + ", true)")
                : Optional.empty();
    }

    /** Moves them; others see it at once, whatever becomes of the transaction. */
    void run(Connection connection) throws SQLException {
        for (String statement : statements) {
            Sessions.execute(connection, statement);
        }
    }
}
