package dev.zvpg.postgres.diff;

import dev.zvpg.diff.SequenceDiff;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A sequence, and where it stands. Immutable.
 *
 * @param last the last value that was given out; empty before the first one
 */
public record Sequence(long oid, String name, OptionalLong last, long increment, long least, long most) {

    /** How many values a server takes for itself before it writes to its log, SEQ_LOG_VALS in commands/sequence.c. */
    private static final long AHEAD = 32;

    private static final String SEQUENCES = """
            SELECT s.seqrelid::int8, format('%I.%I', n.nspname, c.relname), pg_sequence_last_value(s.seqrelid),
                   s.seqincrement, s.seqmin, s.seqmax
            FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relpersistence = 'p'
            ORDER BY 2
            """;

    public static List<Sequence> of(Connection connection) throws SQLException {
        List<Sequence> sequences = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SEQUENCES)) {
            while (row.next()) {
                String last = row.getString(3);
                sequences.add(new Sequence(
                        row.getLong(1),
                        row.getString(2),
                        last == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(last)),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6)));
            }
        }
        return sequences;
    }

    /** What is different between two of them, beyond what a recovery makes different. */
    static Optional<SequenceDiff> difference(String database, Pair<Sequence> pair) {
        OptionalLong one = last(pair.before());
        OptionalLong other = last(pair.after());
        return one.equals(other) || pair.either().isJustAhead(one, other)
                ? Optional.empty()
                : Optional.of(new SequenceDiff(database, pair.either().name(), one, other));
    }

    private static OptionalLong last(@Nullable Sequence sequence) {
        return sequence == null ? OptionalLong.empty() : sequence.last();
    }

    public boolean isAscending() {
        return increment > 0;
    }

    /** Which of two values it gives out later. */
    public long further(long one, long other) {
        return isAscending() ? Math.max(one, other) : Math.min(one, other);
    }

    private boolean isJustAhead(OptionalLong one, OptionalLong other) {
        return one.isPresent()
                && other.isPresent()
                && Math.abs((double) other.getAsLong() - one.getAsLong()) <= AHEAD * Math.abs((double) increment);
    }
}
