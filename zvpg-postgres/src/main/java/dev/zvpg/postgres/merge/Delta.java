package dev.zvpg.postgres.merge;

import dev.zvpg.diff.SequenceDiff;
import dev.zvpg.diff.TableDiff;
import dev.zvpg.postgres.diff.ComparedTable;
import dev.zvpg.server.ServerContent.Comparison;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the other branch has changed in one database since the states where the two parted. Immutable.
 *
 * @param oid the database's identity
 * @param name the database's name
 * @param tables what is different or was not compared, each with what it is since each state; null where there is
 *     nothing different
 * @param sequences what stands elsewhere, since any of the states
 */
record Delta(long oid, String name, List<List<@Nullable ComparedTable>> tables, List<SequenceDiff> sequences) {

    /** Sorts what was compared by database and table. */
    static List<Delta> of(List<Comparison> comparisons) {
        Map<String, Map<Long, List<@Nullable ComparedTable>>> tables = new LinkedHashMap<>();
        Map<String, Long> oids = new LinkedHashMap<>();
        Map<String, Map<String, SequenceDiff>> sequences = new LinkedHashMap<>();
        for (int base = 0; base < comparisons.size(); base++) {
            for (TableDiff diff : comparisons.get(base).tables()) {
                if (!(diff instanceof ComparedTable table)) {
                    throw new IllegalArgumentException(diff + " is not PostgreSQL's");
                }
                oids.put(table.database(), table.side().database().oid());
                tables.computeIfAbsent(table.database(), name -> new LinkedHashMap<>())
                        .computeIfAbsent(table.side().table().oid(), oid -> nulls(comparisons.size()))
                        .set(base, table);
            }
            for (SequenceDiff sequence : comparisons.get(base).sequences()) {
                sequences
                        .computeIfAbsent(sequence.database(), name -> new LinkedHashMap<>())
                        .put(sequence.name(), sequence);
            }
        }
        List<Delta> deltas = new ArrayList<>();
        sequences.keySet().forEach(name -> tables.computeIfAbsent(name, key -> new LinkedHashMap<>()));
        tables.forEach((name, changed) -> deltas.add(new Delta(
                oids.getOrDefault(name, 0L),
                name,
                List.copyOf(changed.values()),
                List.copyOf(sequences.getOrDefault(name, Map.of()).values()))));
        return deltas;
    }

    private static List<@Nullable ComparedTable> nulls(int count) {
        List<@Nullable ComparedTable> nulls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nulls.add(null);
        }
        return nulls;
    }
}
