package dev.zvpg;

import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.graph.GraphLayout;
import dev.zvpg.internal.graph.GraphMermaid;
import dev.zvpg.internal.graph.GraphSvg;
import dev.zvpg.internal.graph.GraphText;
import dev.zvpg.internal.graph.History;

/**
 * A drawing of a repository's history: each snapshot with the branches and clones that hold it now, above those that it
 * follows, and a line from it to each of them. What forked off lies right above what it forked from, further right.
 *
 * <pre>
 * * main@v3 (main) Prices with VAT
 * | * feature/new-api@f1 (feature/new-api, clone trial) Table orders
 * |/
 * * main@v2 Table customers
 * * main@v1 Initial database schema
 * </pre>
 *
 * <p>The same history gives the same drawing, to the byte.
 *
 * <p>Immutable.
 */
public final class Graph {

    private final History history;
    private final GraphLayout layout;

    private Graph(History history) {
        this.history = history;
        this.layout = GraphLayout.of(history);
    }

    static Graph of(Catalog catalog) {
        return new Graph(History.of(catalog));
    }

    /**
     * Returns the drawing as text, in the manner of {@code git log --graph --oneline}. Of a message it shows the first
     * line, cut at 72 characters, and no control characters.
     *
     * @return lines with {@code \n} between them
     */
    public String text() {
        return GraphText.render(history, layout);
    }

    /**
     * Returns the drawing as a Mermaid flowchart, which GitHub and others show in Markdown. (Not as its
     * {@code gitGraph}, which cannot draw every history that deleted snapshots and resets leave.) GitHub draws charts
     * of up to 500 lines between boxes.
     *
     * @return a chart, ended by {@code \n}
     */
    public String mermaid() {
        return GraphMermaid.render(history);
    }

    /**
     * Returns the drawing as an SVG document of its own: no scripts, no fonts, nothing from elsewhere. It follows the
     * reader's choice of light or dark, and tells a snapshot's author, time and whole message when one points at it.
     *
     * @return a document, ended by {@code \n}
     */
    public String svg() {
        return GraphSvg.render(history, layout);
    }

    /**
     * Returns the drawing as {@link #text()} does.
     *
     * @return lines with {@code \n} between them
     */
    @Override
    public String toString() {
        return text();
    }
}
