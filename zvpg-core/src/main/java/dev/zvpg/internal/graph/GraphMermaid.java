package dev.zvpg.internal.graph;

import dev.zvpg.internal.io.DisplayText;
import java.util.List;

/** Writes a history as a Mermaid flowchart. Thread-safe. */
public final class GraphMermaid {

    private GraphMermaid() {}

    public static String render(History history) {
        StringBuilder chart = new StringBuilder("flowchart BT\n");
        List<History.Node> nodes = history.nodes();
        int labels = 0;
        for (int i = nodes.size() - 1; i >= 0; i--) { // Mermaid lays out in the order it reads
            History.Node node = nodes.get(i);
            String message = DisplayText.firstLine(node.info().message());
            String text = node.info().ref() + (message.isEmpty() ? "" : ": " + message);
            chart.append("    s").append(i).append("[\"").append(escape(text)).append("\"]\n");
            for (int parent : node.parents()) {
                chart.append("    s").append(parent).append(" --> s").append(i).append('\n');
            }
            for (History.Label label : node.labels()) {
                chart.append("    s").append(i).append(" -.- l").append(labels);
                label(chart, label, "");
                labels++;
            }
        }
        for (History.Label label : history.loose()) {
            chart.append("    l").append(labels);
            label(chart, label, " without a snapshot");
            labels++;
        }
        return chart.toString();
    }

    /** Branches are rounded boxes, clones slanted ones. */
    private static void label(StringBuilder chart, History.Label label, String note) {
        String text = escape(label.kind().word() + " " + label.name() + note);
        chart.append(label.kind() != History.Label.Kind.CLONE ? "([\"" + text + "\"])\n" : "[/\"" + text + "\"/]\n");
    }

    /**
     * Mermaid reads text between quotes as HTML and Markdown, and looks for comments, directives and styles before it
     * looks for quotes. All of that begins with a character that is written by its number here, as Mermaid wants it.
     */
    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (Character.isLetterOrDigit(c) || c >= 0x80 || " /@-,()".indexOf(c) >= 0) {
                escaped.appendCodePoint(c);
            } else {
                escaped.append('#').append(c).append(';');
            }
        });
        return escaped.toString();
    }
}
