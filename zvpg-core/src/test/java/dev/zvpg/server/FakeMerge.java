package dev.zvpg.server;

import dev.zvpg.diff.RowChange;
import dev.zvpg.merge.Conflict;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.merge.MergeReport;
import dev.zvpg.merge.Resolution;
import dev.zvpg.merge.TableMerge;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A three-way merge of the rows of a fake server, in a transaction for each of its databases. */
final class FakeMerge implements ServerMerge {

    static final String TABLE = "public.rows";

    private static final String VALUE = "value";

    private final FakeServer server;
    private final Map<String, String> ours;
    private final MergeOptions options;
    private final List<Conflict> conflicts = new ArrayList<>();

    /** What is written to each row, by database; empty where it is deleted. */
    private final Map<String, Map<String, Optional<String>>> writes = new TreeMap<>();

    private final Map<String, String> transactions = new TreeMap<>();

    FakeMerge(FakeServer server, List<ServerContent.Comparison> changes, MergeOptions options, Set<String> done) {
        this.server = server;
        this.ours = server.rows();
        this.options = options;
        List<Map<String, RowChange>> byKey = changes.stream()
                .map(comparison -> comparison.tables().stream()
                        .filter(table -> !done.contains(table.database()))
                        .flatMap(table -> {
                            try (Stream<RowChange> rows = table.rows()) {
                                return rows.toList().stream();
                            }
                        })
                        .collect(Collectors.toMap(FakeMerge::key, change -> change)))
                .toList();
        Set<String> keys = new TreeSet<>();
        byKey.forEach(rows -> keys.addAll(rows.keySet()));
        keys.forEach(key -> merge(
                key,
                byKey.stream().map(rows -> Optional.ofNullable(rows.get(key))).toList()));
    }

    static String key(RowChange change) {
        return Objects.requireNonNull(change.key().get("key"));
    }

    /** Merges one row, which theirs has changed since some of the bases. */
    private void merge(String key, List<Optional<RowChange>> changes) {
        String our = ours.get(key);
        Set<Optional<String>> results = new HashSet<>();
        Conflict conflict = null;
        for (Optional<RowChange> change : changes) {
            String base = change.map(row -> row.before().get(VALUE)).orElse(null);
            String their = change.map(row -> row.after().get(VALUE)).orElse(null);
            if (change.isEmpty() || Objects.equals(our, their)) {
                results.add(Optional.ofNullable(our));
            } else if (Objects.equals(our, base)) {
                results.add(Optional.ofNullable(their));
            } else {
                conflict = conflict(key, base, our, their);
            }
        }
        if (conflict == null && results.size() > 1) { // the bases do not agree
            RowChange change =
                    changes.stream().flatMap(Optional::stream).findFirst().orElseThrow();
            conflict = conflict(
                    key, change.before().get(VALUE), our, change.after().get(VALUE));
        }
        if (conflict == null) {
            write(key, our, results.iterator().next());
        } else {
            resolve(key, our, conflict);
        }
    }

    private static Conflict conflict(String key, @Nullable String base, @Nullable String our, @Nullable String their) {
        String database = FakeServer.databaseOf(key);
        return our != null && their != null
                ? new Conflict.CellConflict(database, TABLE, Map.of("key", key), VALUE, base, our, their)
                : new Conflict.RowConflict(database, TABLE, Map.of("key", key), row(base), row(our), row(their));
    }

    private static Map<String, @Nullable String> row(@Nullable String value) {
        Map<String, @Nullable String> row = new HashMap<>();
        if (value != null) {
            row.put(VALUE, value);
        }
        return row;
    }

    private void resolve(String key, @Nullable String our, Conflict conflict) {
        Resolution resolution = options.resolve(conflict);
        if (resolution.equals(Resolution.UNRESOLVED)) {
            conflicts.add(conflict);
        } else if (resolution.equals(Resolution.THEIRS)) {
            write(
                    key,
                    our,
                    Optional.ofNullable(
                            conflict instanceof Conflict.CellConflict cell
                                    ? cell.theirs()
                                    : ((Conflict.RowConflict) conflict).theirs().get(VALUE)));
        } else if (resolution instanceof Resolution.Value value) {
            write(key, our, Optional.ofNullable(value.text()));
        }
    }

    private void write(String key, @Nullable String our, Optional<String> value) {
        if (!value.equals(Optional.ofNullable(our))) {
            writes.computeIfAbsent(FakeServer.databaseOf(key), name -> new LinkedHashMap<>())
                    .put(key, value);
        }
    }

    @Override
    public MergeReport report() {
        List<TableMerge> tables = new ArrayList<>();
        writes.forEach((database, rows) -> {
            long deleted = rows.values().stream().filter(Optional::isEmpty).count();
            long inserted =
                    rows.keySet().stream().filter(key -> !ours.containsKey(key)).count();
            tables.add(new TableMerge(database, TABLE, inserted, rows.size() - inserted - deleted, deleted, 0));
        });
        return new MergeReport(tables, List.of(), 0, List.of(), conflicts, conflicts.size());
    }

    @Override
    public String transactions() {
        writes.keySet()
                .forEach(
                        database -> transactions.put(database, UUID.randomUUID().toString()));
        return transactions.entrySet().stream()
                .map(each -> each.getKey() + ":" + each.getValue())
                .collect(Collectors.joining(" "));
    }

    @Override
    public void commit() {
        writes.forEach(
                (database, rows) -> server.commit(database, Objects.requireNonNull(transactions.get(database)), rows));
    }

    static Outcome outcome(FakeServer server, String transactions) {
        Map<Boolean, Set<String>> databases = Stream.of(transactions.split(" "))
                .map(each -> each.split(":"))
                .collect(Collectors.partitioningBy(
                        each -> server.isCommitted(each[1]), Collectors.mapping(each -> each[0], Collectors.toSet())));
        return new Outcome(Objects.requireNonNull(databases.get(true)), Objects.requireNonNull(databases.get(false)));
    }

    @Override
    public void close() {}
}
