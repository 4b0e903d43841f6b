package dev.zvpg.postgres.diff;

import dev.zvpg.diff.RowChange;
import dev.zvpg.diff.TableDiff;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table that is on both sides, or on one. Immutable.
 *
 * @param kept what is different, where there was room for it; elsewhere it is found again when rows are asked for
 */
public record ComparedTable(
        @Nullable TableSide before,
        @Nullable TableSide after,
        Method method,
        Optional<String> reason,
        long inserted,
        long updated,
        long deleted,
        Room.Kept kept)
        implements TableDiff {

    /** Reads both sides, counts what is different and, where there is room, keeps it. */
    static ComparedTable counted(TableSide before, TableSide after, Method method, Room room) throws SQLException {
        Room.Kept kept = room.keep();
        long inserted = 0;
        long updated = 0;
        long deleted = 0;
        try (Differences differences = Differences.of(
                before, before.database().transaction(), after, after.database().transaction())) {
            Differences.Difference next;
            while ((next = differences.next()) != null) {
                kept.add(next);
                if (!before.key().isEmpty() && next.before() > 0 && next.after() > 0) {
                    updated++;
                } else {
                    inserted += Math.max(0, next.after() - next.before());
                    deleted += Math.max(0, next.before() - next.after());
                }
            }
        }
        return new ComparedTable(before, after, method, Optional.empty(), inserted, updated, deleted, kept);
    }

    /** Knows of a table that no row of it differs. */
    static ComparedTable same(TableSide before, TableSide after, Room room) {
        return new ComparedTable(before, after, Method.TOUCHED_PAGES, Optional.empty(), 0, 0, 0, room.keep());
    }

    /** Counts the rows of a table that only one side has. */
    static ComparedTable alone(@Nullable TableSide before, @Nullable TableSide after) throws SQLException {
        return new ComparedTable(
                before, after, Method.FULL, Optional.empty(), count(after), 0, count(before), Room.Kept.nothing());
    }

    private static long count(@Nullable TableSide side) throws SQLException {
        return side == null
                ? 0
                : Long.parseLong(side.database().column(side.count()).get(0));
    }

    static ComparedTable notCompared(@Nullable TableSide before, @Nullable TableSide after, String reason) {
        return new ComparedTable(before, after, Method.NOT_COMPARED, Optional.of(reason), 0, 0, 0, Room.Kept.nothing());
    }

    /**
     * Counts the rows of the earlier side, of which only some pages may have been read, that have a value in a column, and
     * one that is not zero.
     */
    public long filledBefore(String column) throws SQLException {
        if (before == null) {
            return 0;
        }

        return Long.parseLong(before.database()
                .column("SELECT count(*) FROM " + before.table().relation() + " WHERE "
                        + Column.isFilled(Quoted.name(column)))
                .get(0));
    }

    boolean isDifferent() {
        return method == Method.NOT_COMPARED || inserted + updated + deleted > 0;
    }

    /** The later side, or the one that there is. */
    public TableSide side() {
        TableSide side = after == null ? before : after;
        if (side == null) {
            throw new IllegalStateException("a table is on one side at least");
        }
        return side;
    }

    /** Whether its columns or its key are others, or it is on one side only. */
    public boolean isRedefined() {
        return before == null
                || after == null
                || !types(before.table()).equals(types(after.table()))
                || !before.table().keyNames().equals(after.table().keyNames());
    }

    private static Map<String, String> types(Table table) {
        return table.columns().stream().collect(Collectors.toMap(Column::name, table::type));
    }

    @Override
    public String database() {
        return side().database().name();
    }

    @Override
    public String name() {
        return side().table().name();
    }

    @Override
    public List<String> key() {
        return side().key().stream().map(Column::name).toList();
    }

    @Override
    public Stream<RowChange> rows() {
        if (method == Method.NOT_COMPARED) {
            return Stream.empty();
        }
        return RowChanges.stream(before, after, kept.all());
    }

    @Override
    public String toString() {
        return name() + ": " + reason.orElse("+" + inserted + " ~" + updated + " -" + deleted);
    }
}
