package dev.zvpg.internal.graph;

import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.internal.io.DisplayText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Draws a history as an SVG document. Confined to one thread. */
public final class GraphSvg {

    private static final int ROW = 28;
    private static final int LANE = 18;
    private static final int MARGIN = 20;
    private static final int GAP = 9;
    private static final int PILL = 18;
    private static final int COLORS = 8;

    /** The width of a character in the fixed fonts of 12 pixels: 0.6 of that, rounded up, in hundredths of a pixel. */
    private static final int COLUMN = 725;

    /** Colours that stand out from white and from black alike; the rest follows the reader's choice. */
    private static final String STYLE = """
            <style>
            .back { fill: #ffffff; stroke: #d0d7de; }
            .c0 { stroke: #2f81f7; fill: #2f81f7; }
            .c1 { stroke: #db6d28; fill: #db6d28; }
            .c2 { stroke: #2da44e; fill: #2da44e; }
            .c3 { stroke: #a371f7; fill: #a371f7; }
            .c4 { stroke: #e5534b; fill: #e5534b; }
            .c5 { stroke: #1b9aaa; fill: #1b9aaa; }
            .c6 { stroke: #bf8700; fill: #bf8700; }
            .c7 { stroke: #d15bb0; fill: #d15bb0; }
            .none { stroke: #8b949e; fill: #8b949e; }
            .edge { fill: none; stroke-width: 2; }
            .node { stroke-width: 2; }
            .merge { fill: #ffffff; }
            .pill { fill-opacity: 0.15; }
            .clone { fill: none; stroke-dasharray: 3 2; }
            text { font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; }
            .ref { font-weight: bold; }
            .message { font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #59636e; }
            @media (prefers-color-scheme: dark) {
            .back { fill: #0d1117; stroke: #30363d; }
            .merge { fill: #0d1117; }
            text { fill: #e6edf3; }
            .message { fill: #9198a1; }
            }
            </style>
            """;

    private final History history;
    private final GraphLayout layout;
    private final Map<String, Integer> colors = new HashMap<>();
    private final StringBuilder body = new StringBuilder();
    private final int textX;
    private int width;

    private GraphSvg(History history, GraphLayout layout) {
        this.history = history;
        this.layout = layout;
        int lanes =
                layout.rows().stream().mapToInt(GraphLayout.Row::lanes).max().orElse(0);
        this.textX = MARGIN + lanes * LANE;
        history.nodes().forEach(node -> colors.putIfAbsent(node.info().branchId(), colors.size() % COLORS));
    }

    public static String render(History history, GraphLayout layout) {
        return new GraphSvg(history, layout).document();
    }

    private String document() {
        edges();
        for (int row = 0; row < history.nodes().size(); row++) {
            node(row);
        }
        loose();
        int height = y(history.nodes().size() + history.loose().size() - 1) + MARGIN;
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"History of the repository\" width=\""
                + width + "\" height=\"" + height + "\" viewBox=\"0 0 " + width + " " + height + "\">\n" + STYLE
                + "<rect class=\"back\" x=\"0.5\" y=\"0.5\" width=\"" + (width - 1) + "\" height=\"" + (height - 1)
                + "\" rx=\"6\"/>\n" + body + "</svg>\n";
    }

    /** Lines from branch to branch first, so that where several run in one lane the branch's own is seen. */
    private void edges() {
        List<GraphLayout.Edge> edges = new ArrayList<>(layout.edges());
        edges.sort(Comparator.comparing(edge -> branch(edge.child()).equals(branch(edge.parent()))));
        for (GraphLayout.Edge edge : edges) {
            boolean first = history.nodes().get(edge.child()).parents().get(0) == edge.parent();
            // what a merge brings in is a line of the branch that it comes from
            String branch = branch(first ? edge.child() : edge.parent());
            body.append("<path class=\"edge c").append(colors.get(branch)).append("\" d=\"");
            path(edge);
            body.append("\"/>\n");
        }
    }

    private String branch(int row) {
        return history.nodes().get(row).info().branchId();
    }

    private void path(GraphLayout.Edge edge) {
        int lane = edge.lanes().get(0);
        body.append('M').append(x(lane)).append(' ').append(y(edge.child()));
        for (int i = 1; i < edge.lanes().size(); i++) {
            int next = edge.lanes().get(i);
            int y = y(edge.child() + i);
            if (next != lane) {
                int top = y - ROW;
                int middle = y - ROW / 2;
                body.append(" V")
                        .append(top)
                        .append(" C")
                        .append(x(lane))
                        .append(' ')
                        .append(middle);
                body.append(' ').append(x(next)).append(' ').append(middle);
                body.append(' ').append(x(next)).append(' ').append(y);
                lane = next;
            }
        }
        body.append(" V").append(y(edge.parent()));
    }

    private void node(int row) {
        History.Node node = history.nodes().get(row);
        SnapshotInfo info = node.info();
        String color = "c" + colors.get(node.info().branchId());
        body.append("<g>\n<title>");
        body.append(escape(info.ref() + "\n" + info.author() + ", " + info.created() + "\n" + info.message()));
        body.append("</title>\n<circle class=\"node ").append(color);
        body.append(node.parents().size() > 1 ? " merge" : "").append("\" cx=\"");
        body.append(x(layout.rows().get(row).lane()))
                .append("\" cy=\"")
                .append(y(row))
                .append("\" r=\"5\"/>\n");
        int x = text(textX, y(row), "ref", info.ref(), DisplayText.columns(info.ref()));
        for (History.Label label : node.labels()) {
            x = pill(x, y(row), label, color);
        }
        String message = DisplayText.firstLine(info.message());
        if (!message.isEmpty()) {
            x = text(x, y(row), "message", message, DisplayText.columns(message));
        }
        body.append("</g>\n");
        widen(x);
    }

    private void loose() {
        int row = history.nodes().size();
        for (History.Label label : history.loose()) {
            int x = pill(textX, y(row), label, "none");
            String note = "without a snapshot";
            widen(text(x, y(row), "message", note, note.length()));
            row++;
        }
    }

    private int pill(int x, int y, History.Label label, String color) {
        String text = label.toString();
        int columns = width(DisplayText.columns(text));
        String kind = label.kind() == History.Label.Kind.CLONE ? " clone" : " pill";
        body.append("<rect class=\"")
                .append(color)
                .append(kind)
                .append("\" x=\"")
                .append(x)
                .append("\" y=\"");
        body.append(y - PILL / 2).append("\" width=\"").append(columns + 12).append("\" height=\"");
        body.append(PILL).append("\" rx=\"9\"/>\n");
        text(x + 6, y, "label", text, DisplayText.columns(text));
        return x + columns + 12 + GAP;
    }

    private int text(int x, int y, String kind, String text, int columns) {
        body.append("<text class=\"")
                .append(kind)
                .append("\" x=\"")
                .append(x)
                .append("\" y=\"")
                .append(y + 4);
        body.append("\">").append(escape(text)).append("</text>\n");
        return x + width(columns) + GAP;
    }

    private static int width(int columns) {
        return (columns * COLUMN + 99) / 100;
    }

    private void widen(int x) {
        width = Math.max(width, x - GAP + MARGIN);
    }

    private static int x(int lane) {
        return MARGIN + lane * LANE;
    }

    private static int y(int row) {
        return MARGIN + row * ROW;
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        for (char c : DisplayText.withoutControls(text).toCharArray()) {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
