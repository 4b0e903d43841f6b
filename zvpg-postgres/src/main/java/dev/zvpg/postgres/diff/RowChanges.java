package dev.zvpg.postgres.diff;

import dev.zvpg.diff.RowChange;
import dev.zvpg.error.ServerException;
import dev.zvpg.postgres.run.AtOnce;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private final List<Asked> open = new ArrayList<>();
    private final Deque<RowChange> next = new ArrayDeque<>();
    private final Source source;
    private boolean exhausted;
    private boolean closed;

    /** Whether queries go on while nobody reads, as they do unless all that differs is known. */
    private boolean streams = true;

    /** Whether something may still run in the transactions. */
    private boolean running = true;

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
            this.running = streams;
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    /**
     * The rows of a table.
     *
     * @param found which of both sides differ; empty where that is to be found
     */
    static Stream<RowChange> stream(
            @Nullable TableSide before, @Nullable TableSide after, Optional<List<Differences.Difference>> found) {
        try {
            RowChanges changes = before != null && after != null
                    ? new RowChanges(on -> on.both(before, after, on.findings(before, after, found)))
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

    /** A side, and a transaction to ask it in. */
    private record Asked(TableSide side, Connection connection) {

        void end(boolean isIdle) throws SQLException {
            if (isIdle) {
                side.database().giveBack(connection);
            } else {
                side.database().end(connection);
            }
        }

        /** The rows of some keys, by their position among them, from 1. */
        Map<String, Map<String, @Nullable String>> rowsOfKeys(List<List<String>> keys) throws SQLException {
            return keys.isEmpty() ? Map.of() : found(side.rowsOfKeys(keys));
        }

        /** One row of each of some hashes, by the hash. */
        Map<String, Map<String, @Nullable String>> rowsOf(List<String> hashes) throws SQLException {
            return hashes.isEmpty() ? Map.of() : found(side.rowsOf(hashes));
        }

        /** What a query finds, by its first column. */
        private Map<String, Map<String, @Nullable String>> found(String query) throws SQLException {
            Map<String, Map<String, @Nullable String>> found = new HashMap<>();
            try (CopyRows rows = new CopyRows(connection, query)) {
                List<@Nullable String> row;
                while ((row = rows.nextTexts()) != null) {
                    found.put(String.valueOf(row.get(0)), side.values(row.subList(1, row.size())));
                }
            }
            return found;
        }
    }

    private Asked ask(TableSide side) throws SQLException {
        Asked asked = new Asked(side, side.database().another());
        open.add(asked);
        return asked;
    }

    private AtOnce.Answers<Asked> ask(TableSide before, TableSide after) throws SQLException {
        AtOnce.Answers<Asked> both = AtOnce.ask(
                () -> new Asked(before, before.database().another()),
                () -> new Asked(after, after.database().another()),
                alone -> alone.end(true));
        open.add(both.first());
        open.add(both.second());
        return both;
    }

    private Source alone(TableSide side, RowChange.Kind kind) throws SQLException {
        CopyRows rows = new CopyRows(ask(side).connection(), side.rows());
        return () -> {
            List<@Nullable String> row = rows.nextTexts();
            if (row == null) {
                return false;
            }
            add(side, kind, side.values(row));
            return true;
        };
    }

    /** Tells one after the other what differs; null behind the last one. */
    private interface Findings {
        Differences.@Nullable Difference next() throws SQLException;
    }

    private Findings findings(TableSide before, TableSide after, Optional<List<Differences.Difference>> found)
            throws SQLException {
        if (found.isPresent()) {
            streams = false;
            Iterator<Differences.Difference> kept = found.get().iterator();
            return () -> kept.hasNext() ? kept.next() : null;
        }
        AtOnce.Answers<Asked> asked = ask(before, after);
        return Differences.of(
                before, asked.first().connection(), after, asked.second().connection())::next;
    }

    private Source both(TableSide before, TableSide after, Findings findings) throws SQLException {
        AtOnce.Answers<Asked> asked = ask(before, after);
        boolean isKeyed = !before.key().isEmpty();
        return () -> {
            List<Differences.Difference> some = new ArrayList<>();
            Differences.Difference difference = findings.next();
            while (difference != null) {
                some.add(difference);
                difference = some.size() < AT_ONCE ? findings.next() : null;
            }
            if (isKeyed) {
                addKeyed(asked.first(), asked.second(), some);
            } else {
                addCounted(asked.first(), asked.second(), some);
            }
            return some.size() == AT_ONCE;
        };
    }

    private void addKeyed(Asked before, Asked after, List<Differences.Difference> some) throws SQLException {
        List<Differences.Difference> there =
                some.stream().filter(each -> each.before() > 0).toList();
        List<Differences.Difference> here =
                some.stream().filter(each -> each.after() > 0).toList();
        AtOnce.Answers<Map<String, Map<String, @Nullable String>>> rows = AtOnce.ask(
                () -> before.rowsOfKeys(
                        there.stream().map(Differences.Difference::key).toList()),
                () -> after.rowsOfKeys(
                        here.stream().map(Differences.Difference::key).toList()));
        int earlier = 0;
        int later = 0;
        for (Differences.Difference difference : some) {
            boolean wasThere = difference.before() > 0;
            boolean isThere = difference.after() > 0;
            Map<String, @Nullable String> was =
                    wasThere ? rows.first().getOrDefault(String.valueOf(++earlier), Map.of()) : Map.of();
            Map<String, @Nullable String> is =
                    isThere ? rows.second().getOrDefault(String.valueOf(++later), Map.of()) : Map.of();
            next.add(new RowChange(
                    !wasThere ? RowChange.Kind.INSERTED : isThere ? RowChange.Kind.UPDATED : RowChange.Kind.DELETED,
                    key(isThere ? after.side() : before.side(), difference.key(), isThere ? is : was),
                    was,
                    is));
        }
    }

    private void addCounted(Asked before, Asked after, List<Differences.Difference> some) throws SQLException {
        AtOnce.Answers<Map<String, Map<String, @Nullable String>>> rows = AtOnce.ask(
                () -> before.rowsOf(hashes(some.stream().filter(each -> each.before() > each.after()))),
                () -> after.rowsOf(hashes(some.stream().filter(each -> each.after() > each.before()))));
        for (Differences.Difference difference : some) {
            boolean isGone = difference.before() > difference.after();
            Map<String, @Nullable String> row = (isGone ? rows.first() : rows.second())
                    .getOrDefault(difference.key().get(0), Map.of());
            for (long copies = Math.abs(difference.after() - difference.before()); copies > 0; copies--) {
                add(
                        isGone ? before.side() : after.side(),
                        isGone ? RowChange.Kind.DELETED : RowChange.Kind.INSERTED,
                        row);
            }
        }
    }

    private static List<String> hashes(Stream<Differences.Difference> some) {
        return some.map(each -> each.key().get(0)).toList();
    }

    private void add(TableSide side, RowChange.Kind kind, Map<String, @Nullable String> row) {
        boolean isNew = kind == RowChange.Kind.INSERTED;
        next.add(new RowChange(kind, key(side, List.of(), row), isNew ? Map.of() : row, isNew ? row : Map.of()));
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
                if (closed || exhausted) {
                    close();
                    return false;
                }
                running = true;
                exhausted = !source.read();
                running = streams && !exhausted;
            }
        } catch (SQLException e) {
            close();
            throw failure(e);
        }
        action.accept(next.remove());
        return true;
    }

    /** Gives back the transactions or, where something still runs in them, ends them. */
    @Override
    public void close() {
        closed = true;
        for (Asked asked : open) {
            try {
                asked.end(!running);
            } catch (SQLException e) {
                throw failure(e);
            }
        }
        open.clear();
    }
}
