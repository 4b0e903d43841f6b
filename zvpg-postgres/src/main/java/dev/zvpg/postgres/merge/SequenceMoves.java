package dev.zvpg.postgres.merge;

import dev.zvpg.diff.SequenceDiff;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.diff.Sequence;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The sequences that go on from where the other branch's stand, because those are further: a value that is left out
 * harms nobody. Immutable.
 *
 * @param statements what moves them
 * @param unknown those that are not in this database
 */
record SequenceMoves(List<String> statements, List<String> unknown) {

    static final SequenceMoves NONE = new SequenceMoves(List.of(), List.of());

    static SequenceMoves of(Connection connection, List<SequenceDiff> changes) throws SQLException {
        if (changes.isEmpty()) {
            return NONE;
        }
        Map<String, Sequence> ours =
                Sequence.of(connection).stream().collect(Collectors.toMap(Sequence::name, Function.identity()));
        List<String> statements = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (SequenceDiff change : changes) {
            Sequence sequence = ours.get(change.name());
            if (change.after().isEmpty()) {
                continue;
            }
            if (sequence == null) {
                unknown.add(change.name());
            } else if (isFurther(sequence, change.after().getAsLong())) {
                statements.add(move(sequence, change.after().getAsLong()));
            }
        }
        return new SequenceMoves(List.copyOf(statements), List.copyOf(unknown));
    }

    private static boolean isFurther(Sequence sequence, long wanted) {
        return sequence.last().isEmpty()
                || (sequence.increment() > 0
                        ? wanted > sequence.last().getAsLong()
                        : wanted < sequence.last().getAsLong());
    }

    /** Moves it from where it stands at that moment, as others may have moved it meanwhile. */
    private static String move(Sequence sequence, long wanted) {
        String name = Quoted.literal(sequence.name()) + "::regclass";
        return "SELECT setval(" + name + ", " + wanted + ") WHERE coalesce(pg_sequence_last_value(" + name + ") "
                + (sequence.increment() > 0 ? "<" : ">") + " " + wanted + ", true)";
    }

    /** Moves them; others see it at once, whatever becomes of the transaction. */
    void run(Connection connection) throws SQLException {
        for (String statement : statements) {
            Sessions.execute(connection, statement);
        }
    }
}
