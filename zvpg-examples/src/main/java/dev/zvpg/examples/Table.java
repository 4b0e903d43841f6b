package dev.zvpg.examples;

import java.util.ArrayList;
import java.util.List;

/** Aligns rows of text for people: the first column to the left, the others to the right. Not thread-safe. */
final class Table {

    private final List<List<String>> rows = new ArrayList<>();

    Table row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(String.valueOf(cell));
        }
        rows.add(row);
        return this;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder("   ");
            for (int column = 0; column < row.size(); column++) {
                String format = column == 0 ? " %-" + width(column) + "s" : "  %" + width(column) + "s";
                line.append(String.format(format, row.get(column)));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream()
                .mapToInt(row -> column < row.size() ? row.get(column).length() : 0)
                .max()
                .orElse(1);
    }
}
