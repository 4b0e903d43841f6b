package dev.zvpg.postgres.diff;

import dev.zvpg.diff.RowChange;
import dev.zvpg.error.ServerException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows that differ, some of them at a time, in transactions of its own that see what was compared. Confined
 * to one thread.
 */
final class RowChanges extends Spliterators.AbstractSpliterator<RowChange> implements AutoCloseable {

    private static final int AT_ONCE = 500;

    private final List<Connection> open = new ArrayList<>();
    private final Deque<RowChange> next = new ArrayDeque<>();
    private final Source source;
    private boolean closed;

    /** Adds more rows, and tells whether there may be more after them. */
    private interface Source {
        boolean read() throws SQLException;
    }

    /** Opens a source on transactions that end with this. */
    private interface Opening {
        Source open(RowChanges changes) throws SQLException;
    }

    private RowChanges(Opening opening) throws SQLException {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
        boolean opened = false;
        try {
            this.source = opening.open(this);
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    static Stream<RowChange> stream(@Nullable TableSide before, @Nullable TableSide after) {
        try {
            RowChanges changes = before != null && after != null
                    ? new RowChanges(on -> on.both(before, after))
                    : before != null
                            ? new RowChanges(on -> on.alone(before, RowChange.Kind.DELETED))
                            : after != null
                                    ? new RowChanges(on -> on.alone(after, RowChange.Kind.INSERTED))
                                    : new RowChanges(on -> () -> false);
            return StreamSupport.stream(changes, false).onClose(changes::close);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private static ServerException failure(SQLException cause) {
        return new ServerException("the rows that differ cannot be read: " + cause.getMessage(), cause);
    }

    private Connection on(TableSide side) throws SQLException {
        Connection connection = side.database().another();
        open.add(connection);
        return connection;
    }

    private Source alone(TableSide side, RowChange.Kind kind) throws SQLException {
        CopyRows rows = new CopyRows(on(side), side.rows());
        return () -> {
            List<@Nullable String> row = rows.nextTexts();
            if (row == null) {
                return false;
            }
            add(side, kind, List.of(), side.values(row));
            return true;
        };
    }

    private Source both(TableSide before, TableSide after) throws SQLException {
        Differences differences = Differences.of(before, on(before), after, on(after));
        Connection earlier = on(before);
        Connection later = on(after);
        boolean isKeyed = !before.key().isEmpty();
        return () -> {
            List<Differences.Difference> some = new ArrayList<>();
            Differences.Difference difference = differences.next();
            while (difference != null) {
                some.add(difference);
                difference = some.size() < AT_ONCE ? differences.next() : null;
            }
            if (isKeyed) {
                addKeyed(before, earlier, after, later, some);
            } else {
                addCounted(before, earlier, after, later, some);
            }
            return some.size() == AT_ONCE;
        };
    }

    private void addKeyed(
            TableSide before, Connection earlier, TableSide after, Connection later, List<Differences.Difference> some)
            throws SQLException {
        Map<Integer, Map<String, @Nullable String>> old = rows(
                before,
                earlier,
                some.stream().map(each -> each.before() > 0 ? each.key() : null).toList());
        Map<Integer, Map<String, @Nullable String>> young = rows(
                after,
                later,
                some.stream().map(each -> each.after() > 0 ? each.key() : null).toList());
        for (int i = 0; i < some.size(); i++) {
            Differences.Difference difference = some.get(i);
            Map<String, @Nullable String> was = old.getOrDefault(i, Map.of());
            Map<String, @Nullable String> is = young.getOrDefault(i, Map.of());
            next.add(new RowChange(
                    difference.before() == 0
                            ? RowChange.Kind.INSERTED
                            : difference.after() == 0 ? RowChange.Kind.DELETED : RowChange.Kind.UPDATED,
                    difference.after() > 0 ? key(after, difference.key(), is) : key(before, difference.key(), was),
                    was,
                    is));
        }
    }

    /** The rows of some keys, by position; null for those that are not wanted. */
    private static Map<Integer, Map<String, @Nullable String>> rows(
            TableSide side, Connection connection, List<? extends @Nullable List<String>> keys) throws SQLException {
        List<Integer> positions = new ArrayList<>();
        List<List<String>> wanted = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            List<String> key = keys.get(i);
            if (key != null) {
                positions.add(i);
                wanted.add(key);
            }
        }
        Map<Integer, Map<String, @Nullable String>> found = new HashMap<>();
        if (!wanted.isEmpty()) {
            try (CopyRows rows = new CopyRows(connection, side.rowsOfKeys(wanted))) {
                List<@Nullable String> row;
                while ((row = rows.nextTexts()) != null) {
                    int position = Integer.parseInt(String.valueOf(row.get(0)));
                    found.put(positions.get(position - 1), side.values(row.subList(1, row.size())));
                }
            }
        }
        return found;
    }

    private void addCounted(
            TableSide before, Connection earlier, TableSide after, Connection later, List<Differences.Difference> some)
            throws SQLException {
        Map<String, Map<String, @Nullable String>> gone = rowsOf(
                before,
                earlier,
                some.stream().filter(each -> each.before() > each.after()).toList());
        Map<String, Map<String, @Nullable String>> come = rowsOf(
                after,
                later,
                some.stream().filter(each -> each.after() > each.before()).toList());
        for (Differences.Difference difference : some) {
            String hash = difference.key().get(0);
            boolean isGone = difference.before() > difference.after();
            Map<String, @Nullable String> row = (isGone ? gone : come).getOrDefault(hash, Map.of());
            for (long copies = Math.abs(difference.after() - difference.before()); copies > 0; copies--) {
                add(isGone ? before : after, isGone ? RowChange.Kind.DELETED : RowChange.Kind.INSERTED, List.of(), row);
            }
        }
    }

    private static Map<String, Map<String, @Nullable String>> rowsOf(
            TableSide side, Connection connection, List<Differences.Difference> some) throws SQLException {
        Map<String, Map<String, @Nullable String>> found = new HashMap<>();
        if (!some.isEmpty()) {
            List<String> hashes = some.stream().map(each -> each.key().get(0)).toList();
            try (CopyRows rows = new CopyRows(connection, side.rowsOf(hashes))) {
                List<@Nullable String> row;
                while ((row = rows.nextTexts()) != null) {
                    found.put(String.valueOf(row.get(0)), side.values(row.subList(1, row.size())));
                }
            }
        }
        return found;
    }

    private void add(TableSide side, RowChange.Kind kind, List<String> key, Map<String, @Nullable String> row) {
        boolean isNew = kind == RowChange.Kind.INSERTED;
        next.add(new RowChange(kind, key(side, key, row), isNew ? Map.of() : row, isNew ? row : Map.of()));
    }

    private static Map<String, String> key(TableSide side, List<String> texts, Map<String, @Nullable String> row) {
        Map<String, String> key = new LinkedHashMap<>();
        for (int i = 0; i < side.key().size(); i++) {
            String name = side.shown(side.key().get(i));
            String value = row.get(name);
            if (value != null) {
                key.put(name, value);
            } else if (i < texts.size()) {
                key.put(name, texts.get(i));
            }
        }
        return key;
    }

    @Override
    public boolean tryAdvance(Consumer<? super RowChange> action) {
        try {
            while (next.isEmpty()) {
                if (closed || (!source.read() && next.isEmpty())) {
                    close();
                    return false;
                }
            }
        } catch (SQLException e) {
            close();
            throw failure(e);
        }
        action.accept(next.remove());
        return true;
    }

    /** Ends the transactions, and with them what still runs in them. */
    @Override
    public void close() {
        closed = true;
        for (Connection connection : open) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                throw failure(e);
            }
        }
        open.clear();
    }
}
