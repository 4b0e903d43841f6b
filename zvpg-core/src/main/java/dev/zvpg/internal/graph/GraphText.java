package dev.zvpg.internal.graph;

import dev.zvpg.internal.io.DisplayText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Draws a history with characters, as {@code git log --graph} does. Thread-safe. */
public final class GraphText {

    private GraphText() {}

    public static String render(History history, GraphLayout layout) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < layout.rows().size(); i++) {
            GraphLayout.Row row = layout.rows().get(i);
            lines.add(row(row, history.nodes().get(i)));
            int lanes = row.lanes();
            for (GraphLayout.Step step : row.steps()) {
                String line = step(step, lanes);
                if (step.kind() != GraphLayout.Kind.END || lanes > step.from() + 1) { // else nothing moves
                    lines.add(line);
                }
                lanes = step.lanes(lanes);
            }
        }
        history.loose().forEach(label -> lines.add("(" + label + ") without a snapshot"));
        return String.join("\n", lines);
    }

    private static String row(GraphLayout.Row row, History.Node node) {
        StringBuilder line = new StringBuilder();
        for (int lane = 0; lane < row.lanes(); lane++) {
            line.append(lane == row.lane() ? "* " : "| ");
        }
        line.append(node.info().ref());
        if (!node.labels().isEmpty()) {
            line.append(
                    node.labels().stream().map(History.Label::toString).collect(Collectors.joining(", ", " (", ")")));
        }
        String message = DisplayText.firstLine(node.info().message());
        return message.isEmpty()
                ? line.toString()
                : line.append(' ').append(message).toString();
    }

    /** Lanes are two columns apart; a line that moves to the next one is a slash in the column between them. */
    private static String step(GraphLayout.Step step, int lanes) {
        StringBuilder line = new StringBuilder(" ".repeat(2 * lanes + 2));
        for (int lane = 0; lane < lanes; lane++) {
            if (step.kind() == GraphLayout.Kind.JOIN && lane == step.from()) {
                leftwards(line, lane, step.to());
                continue;
            }
            int next = step.follow(lane);
            if (next == lane) {
                line.setCharAt(2 * lane, '|');
            } else if (next >= 0) {
                line.setCharAt(2 * Math.min(lane, next) + 1, next < lane ? '/' : '\\');
            }
        }
        if (step.kind() == GraphLayout.Kind.OPEN || step.kind() == GraphLayout.Kind.LINK) {
            if (step.to() < step.from()) {
                leftwards(line, step.from(), step.to());
            } else {
                rightwards(line, step.from(), step.to());
            }
        }
        return line.toString().stripTrailing();
    }

    /** Passes below the lanes in between: {@code |_|/}. */
    private static void leftwards(StringBuilder line, int from, int to) {
        line.setCharAt(2 * from - 1, '/');
        for (int lane = to; lane < from - 1; lane++) {
            line.setCharAt(2 * lane + 1, '_');
        }
    }

    private static void rightwards(StringBuilder line, int from, int to) {
        line.setCharAt(2 * from + 1, '\\');
        for (int lane = from + 1; lane < to; lane++) {
            line.setCharAt(2 * lane + 1, '_');
        }
    }
}
