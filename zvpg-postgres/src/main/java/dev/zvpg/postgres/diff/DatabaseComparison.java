package dev.zvpg.postgres.diff;

import dev.zvpg.diff.SequenceDiff;
import dev.zvpg.diff.TableDiff;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Pairs the tables and sequences of a database, and compares each pair. Confined to one thread. */
final class DatabaseComparison {

    private final @Nullable DatabaseContent before;
    private final @Nullable DatabaseContent after;
    private final String name;
    private final Optional<DatabaseContent> common;
    private final Map<Long, Table> base;
    private final Map<Long, Table.Heap> baseHeaps;
    private final Optional<TouchedPages> touched;
    private final Room room;

    DatabaseComparison(
            Pair<DatabaseContent> pair, Optional<DatabaseContent> common, Optional<TouchedPages> touched, Room room) {
        this.before = pair.before();
        this.after = pair.after();
        this.name = pair.either().name();
        this.common = common;
        this.touched = touched;
        this.room = room;

        List<Table> tables = tables(common.orElse(null));
        this.base = tables.stream().collect(Collectors.toMap(Table::oid, Function.identity()));
        this.baseHeaps = tables.stream()
                .flatMap(table -> table.heaps().stream())
                .collect(Collectors.toMap(Table.Heap::oid, Function.identity()));
    }

    private static List<Table> tables(@Nullable DatabaseContent database) {
        return database == null ? List.of() : database.tables();
    }

    private static List<Sequence> sequences(@Nullable DatabaseContent database) {
        return database == null ? List.of() : database.sequences();
    }

    /** The tables that differ or are not compared. */
    List<ComparedTable> tables() throws SQLException, IOException {
        List<ComparedTable> different = new ArrayList<>();
        for (Pair<Table> pair :
                Pair.of(tables(before), tables(after), List.copyOf(base.values()), Table::oid, Table::name)) {
            ComparedTable compared = named(pair);
            if (compared.isDifferent()) {
                different.add(compared);
            }
        }
        return different;
    }

    /** The sequences that stand elsewhere. */
    List<SequenceDiff> sequences() {
        return Pair.of(
                        sequences(before),
                        sequences(after),
                        sequences(common.orElse(null)),
                        Sequence::oid,
                        Sequence::name)
                .stream()
                .flatMap(pair -> Sequence.difference(name, pair).stream())
                .toList();
    }

    private ComparedTable named(Pair<Table> pair) throws SQLException, IOException {
        try {
            return compare(pair);
        } catch (SQLException e) {
            String table = "table " + pair.either().name() + " of database " + name;
            throw new SQLException(table + ": " + e.getMessage(), e.getSQLState(), e);
        }
    }

    private ComparedTable compare(Pair<Table> pair) throws SQLException, IOException {
        Table one = pair.before();
        Table other = pair.after();
        List<Column> mine = new ArrayList<>();
        List<Column> theirs = new ArrayList<>();
        boolean areOfBase = pairColumns(one, other, mine, theirs);
        List<Integer> positions = keyPositions(one, other, mine, theirs);
        Map<Table.Heap, List<Pages>> ours = new HashMap<>();
        Map<Table.Heap, List<Pages>> others = new HashMap<>();
        if (one != null && other != null && areOfBase) {
            findPages(one, mine, other, theirs, ours, others);
        }
        TableSide left = side(before, one, mine, theirs, positions, ours);
        TableSide right = side(after, other, theirs, theirs, positions, others);
        Optional<String> reason = Stream.of(Optional.ofNullable(one), Optional.ofNullable(other))
                .flatMap(Optional::stream)
                .flatMap(table -> table.notComparable().stream())
                .findFirst();
        if (reason.isPresent()) {
            return ComparedTable.notCompared(left, right, reason.get());
        }
        if (left == null || right == null) {
            return ComparedTable.alone(left, right);
        }
        boolean isPartial = ours.size() == left.table().heaps().size()
                && others.size() == right.table().heaps().size();
        if (isPartial
                && ours.values().stream().allMatch(List::isEmpty)
                && others.values().stream().allMatch(List::isEmpty)) {
            return ComparedTable.same(left, right, room);
        }
        return ComparedTable.counted(
                left, right, isPartial ? TableDiff.Method.TOUCHED_PAGES : TableDiff.Method.FULL, room);
    }

    /**
     * Finds the columns that both sides have; tells whether the common image had all of them: the pages of one that
     * came later do not tell which value old rows have there.
     */
    private boolean pairColumns(@Nullable Table one, @Nullable Table other, List<Column> mine, List<Column> theirs) {
        if (one == null || other == null) {
            Table only = one == null ? other : one;
            if (only != null) {
                mine.addAll(only.columns());
                theirs.addAll(only.columns());
            }
            return false;
        }
        Table common = one.oid() == other.oid() ? base.get(one.oid()) : null;
        List<Column> known = common == null ? List.of() : common.columns();
        boolean areOfBase = common != null;
        for (Pair<Column> pair : Pair.of(one.columns(), other.columns(), known, Column::number, Column::name)) {
            Column left = pair.before();
            Column right = pair.after();
            if (left != null && right != null) {
                boolean isSame = left.order() == right.order();
                mine.add(isSame ? left : left.written());
                theirs.add(isSame ? right : right.written());
                areOfBase &= common != null
                        && left.number() == right.number()
                        && common.hasColumn(left.number())
                        && one.type(left).equals(other.type(right))
                        && one.type(left).equals(common.type(left));
            }
        }
        return areOfBase;
    }

    /** Where the key's columns are among those that are compared; nothing unless both sides have the same key. */
    private static List<Integer> keyPositions(
            @Nullable Table one, @Nullable Table other, List<Column> mine, List<Column> theirs) {
        List<Integer> left = one == null ? List.of() : positions(one, mine);
        List<Integer> right = other == null ? List.of() : positions(other, theirs);
        return one == null ? right : other == null || left.equals(right) ? left : List.of();
    }

    private static List<Integer> positions(Table table, List<Column> columns) {
        List<Integer> numbers = columns.stream().map(Column::number).toList();
        List<Integer> positions = table.key().stream().map(numbers::indexOf).toList();
        return positions.contains(-1) ? List.of() : positions;
    }

    /** Finds the pages to read of heaps that are in the same files on both sides. */
    private void findPages(
            Table one,
            List<Column> mine,
            Table other,
            List<Column> theirs,
            Map<Table.Heap, List<Pages>> ours,
            Map<Table.Heap, List<Pages>> others)
            throws IOException {
        if (touched.isEmpty()) {
            return;
        }
        for (Table.Heap heap : one.heaps()) {
            for (Table.Heap same : other.heaps()) {
                if (heap.path().equals(same.path()) && areColumnsOfBase(heap, mine, same, theirs)) {
                    touched.get().in(heap.path()).ifPresent(pages -> {
                        ours.put(heap, pages);
                        others.put(same, pages);
                    });
                }
            }
        }
    }

    /** A partition has columns of its own, which may have gone and come again while it was none. */
    private boolean areColumnsOfBase(Table.Heap one, List<Column> mine, Table.Heap other, List<Column> theirs) {
        Table.Heap common = one.oid() == other.oid() ? baseHeaps.get(one.oid()) : null;
        return common != null
                && IntStream.range(0, mine.size()).allMatch(i -> {
                    Integer left = one.columns().get(mine.get(i).name());
                    Integer right = other.columns().get(theirs.get(i).name());
                    return left != null
                            && left.equals(right)
                            && common.columns().containsValue(left);
                });
    }

    private static @Nullable TableSide side(
            @Nullable DatabaseContent database,
            @Nullable Table table,
            List<Column> columns,
            List<Column> shown,
            List<Integer> key,
            Map<Table.Heap, List<Pages>> reads) {
        return database == null || table == null
                ? null
                : new TableSide(
                        database,
                        table,
                        List.copyOf(columns),
                        shown.stream().map(Column::name).toList(),
                        key.stream().map(columns::get).toList(),
                        Map.copyOf(reads));
    }
}
