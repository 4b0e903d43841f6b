package dev.zvpg.postgres.merge;

import dev.zvpg.diff.SequenceDiff;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.diff.Sequence;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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

    /**
     * Finds them.
     *
     * @param givers sequences that have come with other definitions
     */
    static SequenceMoves of(
            Connection connection, List<SequenceDiff> changes, List<Writing> written, List<Giver> givers)
            throws SQLException {
        if (changes.isEmpty() && written.isEmpty() && givers.isEmpty()) {
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
            for (Giver giver : Giver.of(connection, writing.target())) {
                Sequence sequence = byOid.get(giver.sequence());
                if (sequence != null) {
                    for (String value : Sessions.column(connection, writing.furthest(giver.column(), sequence))) {
                        furthest.merge(sequence, Long.valueOf(value), sequence::further);
                    }
                }
            }
        }
        for (Giver giver : givers) {
            Sequence sequence = byOid.get(giver.sequence());
            if (sequence != null) {
                for (String value : Sessions.column(connection, giver.furthest(sequence))) {
                    furthest.merge(sequence, Long.valueOf(value), sequence::further);
                }
            }
        }
        List<String> statements = furthest.entrySet().stream()
                .flatMap(move -> move(move.getKey(), move.getValue()).stream())
                .toList();
        return new SequenceMoves(statements, List.copyOf(unknown));
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
