package dev.zvpg.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.diff.RowChange;
import dev.zvpg.diff.TableDiff;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The rows of a fake server, each of which is a file. Looks whether the changes that it is told of are enough. */
final class FakeContent implements ServerContent {

    private final Map<String, String> rows;

    /** How many are open. */
    private final AtomicInteger held;

    private boolean closed;

    FakeContent(Map<String, String> rows, AtomicInteger held) {
        this.rows = rows;
        this.held = held;
        held.incrementAndGet();
    }

    @Override
    public Comparison compareWith(ServerContent later, Optional<CommonImage> common) {
        Map<String, String> others = ((FakeContent) later).rows;
        List<RowChange> changes = new ArrayList<>();
        TreeSet<String> keys = new TreeSet<>(rows.keySet());
        keys.addAll(others.keySet());
        for (String key : keys) {
            String before = rows.get(key);
            String after = others.get(key);
            if (before == null || !before.equals(after)) {
                changes.add(new RowChange(
                        before == null
                                ? RowChange.Kind.INSERTED
                                : after == null ? RowChange.Kind.DELETED : RowChange.Kind.UPDATED,
                        Map.of("key", key),
                        before == null ? Map.of() : Map.of("value", before),
                        after == null ? Map.of() : Map.of("value", after)));
                common.ifPresent(image -> assertThat(image.changes().files().keySet())
                        .extracting(Path::toString)
                        .contains(FakeLauncher.ROWS + "/" + key));
            }
        }
        common.ifPresent(image ->
                assertThat(FakeServer.rowsOf(image.dataDirectory())).isEqualTo(((FakeContent) image.content()).rows));
        Map<String, List<RowChange>> databases = new TreeMap<>();
        changes.forEach(change -> databases
                .computeIfAbsent(FakeServer.databaseOf(FakeMerge.key(change)), name -> new ArrayList<>())
                .add(change));
        List<TableDiff> tables = new ArrayList<>();
        databases.forEach((name, rows) -> tables.add(new Table(name, rows, common.isPresent())));
        return new Comparison(tables, List.of(), List.of());
    }

    private record Table(String database, List<RowChange> changes, boolean hasCommon) implements TableDiff {

        @Override
        public String name() {
            return FakeMerge.TABLE;
        }

        @Override
        public List<String> key() {
            return List.of("key");
        }

        @Override
        public Method method() {
            return hasCommon ? Method.TOUCHED_PAGES : Method.FULL;
        }

        @Override
        public Optional<String> reason() {
            return Optional.empty();
        }

        private long count(RowChange.Kind kind) {
            return changes.stream().filter(row -> row.kind() == kind).count();
        }

        @Override
        public long inserted() {
            return count(RowChange.Kind.INSERTED);
        }

        @Override
        public long updated() {
            return count(RowChange.Kind.UPDATED);
        }

        @Override
        public long deleted() {
            return count(RowChange.Kind.DELETED);
        }

        @Override
        public Stream<RowChange> rows() {
            return changes.stream();
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            held.decrementAndGet();
        }
    }
}
