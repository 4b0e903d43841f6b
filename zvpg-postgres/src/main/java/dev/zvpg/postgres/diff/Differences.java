package dev.zvpg.postgres.diff;

import dev.zvpg.postgres.run.AtOnce;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads two sides of a table side by side, in the order of the key, and finds the keys whose rows differ. Holds one row
 * of each. Confined to one thread.
 */
final class Differences implements AutoCloseable {

    /**
     * Rows that differ. Immutable.
     *
     * @param key the values of the key as text; where there is none, the hash of the row
     * @param before how many rows the earlier side has
     * @param after how many rows the later side has
     */
    record Difference(List<String> key, long before, long after) {}

    private final CopyRows before;
    private final CopyRows after;
    private final List<Column.Order> orders;
    private final boolean isKeyed;
    private byte @Nullable [][] mine;
    private byte @Nullable [][] theirs;

    private Differences(CopyRows before, CopyRows after, List<Column.Order> orders, boolean isKeyed)
            throws SQLException {
        this.before = before;
        this.after = after;
        this.orders = orders;
        this.isKeyed = isKeyed;
        this.mine = before.next();
        this.theirs = after.next();
    }

    static Differences of(TableSide one, Connection connection, TableSide other, Connection otherConnection)
            throws SQLException {
        boolean isKeyed = !one.key().isEmpty();
        List<Column.Order> orders =
                isKeyed ? one.key().stream().map(Column::order).toList() : List.of(Column.Order.NUMBER);
        AtOnce.Answers<CopyRows> rows = AtOnce.ask(
                () -> new CopyRows(connection, query(one)),
                () -> new CopyRows(otherConnection, query(other)),
                CopyRows::close);
        boolean begun = false;
        try {
            Differences differences = new Differences(rows.first(), rows.second(), orders, isKeyed);
            begun = true;
            return differences;
        } finally {
            if (!begun) {
                close(rows.first(), rows.second());
            }
        }
    }

    private static String query(TableSide side) {
        return side.key().isEmpty()
                ? side.hashesAndCounts()
                : side.keysAndHashes(side.database().isUtf8());
    }

    /** The next ones; null behind the last ones. */
    @Nullable
    Difference next() throws SQLException {
        while (mine != null || theirs != null) {
            int order = mine == null ? 1 : theirs == null ? -1 : compare(mine, theirs);
            byte[][] left = mine;
            byte[][] right = theirs;
            if (order <= 0) {
                mine = before.next();
            }
            if (order >= 0) {
                theirs = after.next();
            }
            if (order < 0 && left != null) {
                return new Difference(key(left), count(left), 0);
            }
            if (order > 0 && right != null) {
                return new Difference(key(right), 0, count(right));
            }
            if (order == 0 && left != null && right != null && !Arrays.equals(last(left), last(right))) {
                return new Difference(key(left), count(left), count(right));
            }
        }
        return null;
    }

    private static byte[] last(byte[][] fields) {
        return fields[fields.length - 1];
    }

    private long count(byte[][] fields) {
        return isKeyed ? 1 : number(last(fields));
    }

    private List<String> key(byte[][] fields) {
        return IntStream.range(0, fields.length - 1)
                .mapToObj(i -> new String(fields[i], StandardCharsets.UTF_8))
                .toList();
    }

    private int compare(byte[][] one, byte[][] other) {
        for (int i = 0; i < orders.size(); i++) {
            int order = orders.get(i) == Column.Order.NUMBER
                    ? Long.compare(number(one[i]), number(other[i]))
                    : Arrays.compareUnsigned(one[i], other[i]);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static long number(byte[] digits) {
        boolean isNegative = digits[0] == '-';
        long number = 0;
        for (int i = isNegative ? 1 : 0; i < digits.length; i++) {
            number = number * 10 - (digits[i] - '0'); // the lowest one has no positive counterpart
        }
        return isNegative ? number : -number;
    }

    @Override
    public void close() throws SQLException {
        close(before, after);
    }

    private static void close(CopyRows before, CopyRows after) throws SQLException {
        try (CopyRows first = before;
                CopyRows second = after) {
            // both end
        }
    }
}
