package dev.zvpg.internal.catalog;

import dev.zvpg.server.Position;
import dev.zvpg.storage.SnapshotId;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * How far a volume was before its first server started, where that is not as far as its head: the superuser of another
 * repository's cluster gets another password before anything of it listens. Immutable.
 *
 * @param of the head that it had, and of which it has everything
 * @param position how far it was
 */
public record Start(SnapshotId of, Position position) {

    private static final String SEPARATOR = "\n";
    private static final int LINES = 6;

    /** Reads what {@link #text} wrote. */
    static Start parse(String text) {
        String[] lines = text.split(SEPARATOR, -1);
        if (lines.length != LINES) {
            throw new IllegalArgumentException(text);
        }
        List<String> slots = lines[5].isEmpty() ? List.of() : Arrays.asList(lines[5].split(","));
        return new Start(
                new SnapshotId(lines[0]),
                new Position(
                        lines[1],
                        Long.parseUnsignedLong(lines[2]),
                        Long.parseUnsignedLong(lines[3]),
                        lines[4],
                        Set.copyOf(slots)));
    }

    /** As it is written in an attribute. */
    public String text() {
        return String.join(
                SEPARATOR,
                of.value(),
                position.wal(),
                Long.toUnsignedString(position.oldestTransactionId()),
                Long.toUnsignedString(position.nextTransactionId()),
                position.configuration(),
                String.join(",", new TreeSet<>(position.slots())));
    }
}
