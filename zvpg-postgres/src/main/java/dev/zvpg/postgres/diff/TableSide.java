package dev.zvpg.postgres.diff;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One side of a table that is compared, and what to ask there. Immutable.
 *
 * @param database where it is
 * @param compared the columns that both sides have, in the same order on both
 * @param shown what these columns are called on the later side, which is how their values are told
 * @param key those of them that identify a row; empty where there is no such key
 * @param reads the pages to read of each heap; those that are not in it are read whole
 */
public record TableSide(
        DatabaseContent database,
        Table table,
        List<Column> compared,
        List<String> shown,
        List<Column> key,
        Map<Table.Heap, List<Pages>> reads) {

    /**
     * What the other side has in the same order: the values of the key and a hash of the row. What is ordered by is
     * written with the table in front: without, a name means what is selected, which is text.
     */
    String keysAndHashes(boolean isUtf8) {
        String keys =
                key.stream().map(column -> column.text(alias(column)) + ", ").collect(Collectors.joining());
        String order = key.stream()
                .map(column -> column.ordering("s." + alias(column), isUtf8))
                .collect(Collectors.joining(", "));
        return "SELECT " + keys + hash() + " FROM " + source() + " s ORDER BY " + order;
    }

    /** The same where there is no key: each hash, and how many rows have it. */
    String hashesAndCounts() {
        return "SELECT h, count(*) FROM (SELECT " + hash() + " AS h FROM " + source() + " s) r GROUP BY h ORDER BY h";
    }

    String count() {
        return "SELECT count(*) FROM " + source() + " s";
    }

    /** All rows, with all columns. */
    String rows() {
        return "SELECT " + aliases() + " FROM " + source() + " s";
    }

    /** One row of each of these hashes, with the hash in front. */
    String rowsOf(List<String> hashes) {
        return "SELECT DISTINCT ON (h) * FROM (SELECT " + hash() + " AS h"
                + (table.columns().isEmpty() ? "" : ", ")
                + aliases() + " FROM " + source() + " s) r WHERE h = ANY ('{" + String.join(",", hashes)
                + "}'::int8[])";
    }

    /** The rows of these keys, with the position among them, from 1, in front. */
    String rowsOfKeys(List<List<@Nullable String>> keys) {
        List<String> texts = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<String> conditions = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            int part = i;
            Column column = key.get(i);
            texts.add(Quoted.texts(keys.stream().map(values -> values.get(part)).toList()));
            names.add("k" + i);
            conditions.add(column.equality("s." + Quoted.name(column.name()), "k.k" + i, table.type(column)));
        }
        String columns = table.columns().stream()
                .map(column -> ", s." + Quoted.name(column.name()))
                .collect(Collectors.joining());
        String rows = table.heaps().stream()
                .map(heap -> "SELECT " + names() + " FROM ONLY " + heap.name())
                .collect(Collectors.joining(" UNION ALL "));
        return "SELECT k.n" + columns + " FROM unnest(" + String.join(", ", texts) + ") WITH ORDINALITY AS k("
                + String.join(", ", names) + ", n) JOIN (" + rows + ") s ON " + String.join(" AND ", conditions);
    }

    private String names() {
        return table.columns().stream()
                .map(column -> Quoted.name(column.name()))
                .collect(Collectors.joining(", "));
    }

    /** What is in a row that {@link #rows()} and the like have found, by column. */
    Map<String, @Nullable String> values(List<@Nullable String> fields) {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        for (int i = 0; i < table.columns().size(); i++) {
            values.put(shown(table.columns().get(i)), fields.get(i));
        }
        return values;
    }

    /** What a column is called in what is told. */
    String shown(Column column) {
        for (int i = 0; i < compared.size(); i++) {
            if (compared.get(i).number() == column.number()) {
                return shown.get(i);
            }
        }
        return column.name();
    }

    private String hash() {
        String row = compared.stream().map(this::alias).collect(Collectors.joining(", ", "ROW(", ")"));
        return "hashtextextended(" + row + "::text COLLATE \"C\", 0)";
    }

    private String alias(Column column) {
        return "c" + table.position(column);
    }

    private String aliases() {
        return table.columns().stream().map(this::alias).collect(Collectors.joining(", "));
    }

    private String source() {
        String columns = IntStream.range(0, table.columns().size())
                .mapToObj(i -> Quoted.name(table.columns().get(i).name()) + " AS c" + i)
                .collect(Collectors.joining(", "));
        if (table.heaps().isEmpty()) {
            return "(SELECT " + columns + " FROM ONLY " + table.name() + ")";
        }
        return table.heaps().stream()
                .filter(heap -> Optional.ofNullable(reads.get(heap))
                        .map(pages -> !pages.isEmpty())
                        .orElse(true))
                .map(heap -> source(heap, columns))
                .collect(Collectors.collectingAndThen(
                        Collectors.joining(" UNION ALL ", "(", ")"),
                        all -> all.equals("()")
                                ? "(SELECT " + columns + " FROM ONLY " + table.name() + " WHERE false)"
                                : all));
    }

    /** OFFSET keeps the planner from making one join of it, so that each range of pages is a scan of these pages. */
    private String source(Table.Heap heap, String columns) {
        List<Pages> pages = reads.get(heap);
        if (pages == null) {
            return "SELECT " + columns + " FROM ONLY " + heap.name();
        }
        return "SELECT r.* FROM unnest(" + pages(pages, Pages::from) + ", " + pages(pages, Pages::to)
                + ") p(low, high), LATERAL (SELECT " + columns + " FROM ONLY " + heap.name()
                + " h WHERE h.ctid >= p.low AND h.ctid < p.high OFFSET 0) r";
    }

    private interface Bound {
        long of(Pages pages);
    }

    private static String pages(List<Pages> pages, Bound bound) {
        return pages.stream()
                .map(each -> "\"(" + bound.of(each) + ",0)\"")
                .collect(Collectors.joining(",", "'{", "}'::tid[]"));
    }
}
