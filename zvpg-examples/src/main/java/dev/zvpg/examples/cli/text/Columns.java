package dev.zvpg.examples.cli.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Writes a table for people: a head, and rows below it; a column in which all is empty is left out. Not thread-safe.
 */
public final class Columns {

    private final List<List<String>> rows = new ArrayList<>();

    public Columns(String... head) {
        rows.add(List.of(head).stream()
                .map(name -> name.toUpperCase(Locale.ROOT))
                .toList());
    }

    public Columns row(Object... cells) {
        rows.add(List.of(cells).stream()
                .map(cell -> Printable.of(
                        String.valueOf(cell).replaceAll("\\s+", " ").strip()))
                .toList());
        return this;
    }

    public boolean isEmpty() {
        return rows.size() == 1;
    }

    @Override
    public String toString() {
        int[] columns = IntStream.range(0, rows.get(0).size())
                .filter(column ->
                        rows.stream().skip(1).anyMatch(row -> !row.get(column).isEmpty()))
                .toArray();
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column : columns) {
                String cell = row.get(column);
                line.append(cell).append(" ".repeat(width(column) - cell.length() + 2));
            }
            text.append(text.isEmpty() ? "" : "\n").append(line.toString().stripTrailing());
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
