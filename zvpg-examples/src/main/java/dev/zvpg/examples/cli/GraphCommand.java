package dev.zvpg.examples.cli;

import dev.zvpg.Graph;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Draws a repository's history. Confined to one thread. */
@Command(name = "graph", mixinStandardHelpOptions = true, description = "Draws the history of all branches.")
final class GraphCommand implements Callable<Integer> {

    /** What it is drawn as. */
    enum Format {
        TEXT,
        MERMAID,
        SVG;

        String of(Graph graph) {
            return switch (this) {
                case TEXT -> graph.text();
                case MERMAID -> graph.mermaid();
                case SVG -> graph.svg();
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Session session;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} without this")
    private Format format = Format.TEXT;

    GraphCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Exception {
        session.use(repo -> session.print(format.of(repo.graph()).stripTrailing()));
        return ExitCode.DONE;
    }
}
