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
import org.jspecify.annotations.Nullable;

/** Pairs the tables and sequences of a database, and compares each pair. Confined to one thread. */
final class DatabaseComparison {

    private final @Nullable DatabaseContent before;
    private final @Nullable DatabaseContent after;
    private final String name;
    private final Map<Long, Table> base;
    private final List<Sequence> baseSequences;
    private final Optional<TouchedPages> touched;
    private final List<ComparedTable> tables;
    private final List<SequenceDiff> sequences;

    DatabaseComparison(
            Pair<DatabaseContent> pair,
            Optional<DatabaseContent> base,
            Optional<TouchedPages> touched,
            List<ComparedTable> tables,
            List<SequenceDiff> sequences)
            throws SQLException {
        this.before = pair.before();
        this.after = pair.after();
        this.name = pair.either().name();
        this.touched = touched;
        this.tables = tables;
        this.sequences = sequences;
        this.base = tables(base.orElse(null)).stream().collect(Collectors.toMap(Table::oid, Function.identity()));
        this.baseSequences = sequences(base.orElse(null));
    }

    private static List<Table> tables(@Nullable DatabaseContent database) throws SQLException {
        return database == null ? List.of() : Tables.of(database.transaction());
    }

    private static List<Sequence> sequences(@Nullable DatabaseContent database) throws SQLException {
        return database == null ? List.of() : Sequence.of(database.transaction());
    }

    void run() throws SQLException, IOException {
        for (Pair<Table> pair :
                Pair.of(tables(before), tables(after), List.copyOf(base.values()), Table::oid, Table::name)) {
            ComparedTable compared = compare(pair);
            if (compared.isDifferent()) {
                tables.add(compared);
            }
        }
        for (Pair<Sequence> pair :
                Pair.of(sequences(before), sequences(after), baseSequences, Sequence::oid, Sequence::name)) {
            Sequence.difference(name, pair).ifPresent(sequences::add);
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
            findPages(one, other, ours, others);
        }
        TableSide left = side(before, one, mine, positions, ours);
        TableSide right = side(after, other, theirs, positions, others);
        Optional<String> reason = reason(one).or(() -> reason(other));
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
            return new ComparedTable(left, right, TableDiff.Method.TOUCHED_PAGES, Optional.empty(), 0, 0, 0);
        }
        return ComparedTable.counted(left, right, isPartial ? TableDiff.Method.TOUCHED_PAGES : TableDiff.Method.FULL);
    }

    private static Optional<String> reason(@Nullable Table table) {
        if (table == null) {
            return Optional.empty();
        }
        return switch (table.kind()) {
            case 'm' -> Optional.of("materialized view: it has what its query found when it was refreshed");
            case 'f' -> Optional.of("foreign table: its rows are elsewhere");
            default ->
                table.isUnlogged()
                        ? Optional.of("unlogged: a crash empties it, and so does the recovery of a snapshot")
                        : Optional.empty();
        };
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
        Table common = base.get(one.oid());
        List<Column> known = common == null ? List.of() : common.columns();
        boolean areOfBase = common != null && one.oid() == other.oid();
        for (Pair<Column> pair : Pair.of(one.columns(), other.columns(), known, Column::number, Column::name)) {
            Column left = pair.before();
            Column right = pair.after();
            if (left != null && right != null) {
                boolean isSame = left.order() == right.order();
                mine.add(isSame ? left : left.written());
                theirs.add(isSame ? right : right.written());
                areOfBase &= common != null && common.hasColumn(left.number()) && left.number() == right.number();
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
            Table one, Table other, Map<Table.Heap, List<Pages>> ours, Map<Table.Heap, List<Pages>> others)
            throws IOException {
        if (touched.isEmpty()) {
            return;
        }
        Map<String, Table.Heap> byPath =
                other.heaps().stream().collect(Collectors.toMap(Table.Heap::path, Function.identity()));
        for (Table.Heap heap : one.heaps()) {
            Table.Heap same = byPath.get(heap.path());
            if (same != null) {
                touched.get().in(heap.path()).ifPresent(pages -> {
                    ours.put(heap, pages);
                    others.put(same, pages);
                });
            }
        }
    }

    private static @Nullable TableSide side(
            @Nullable DatabaseContent database,
            @Nullable Table table,
            List<Column> columns,
            List<Integer> key,
            Map<Table.Heap, List<Pages>> reads) {
        return database == null || table == null
                ? null
                : new TableSide(
                        database,
                        table,
                        List.copyOf(columns),
                        key.stream().map(columns::get).toList(),
                        Map.copyOf(reads));
    }
}
