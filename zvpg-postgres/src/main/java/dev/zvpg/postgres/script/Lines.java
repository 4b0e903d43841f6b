package dev.zvpg.postgres.script;

import java.io.IOException;
import java.util.List;

/** The lines of a script. Confined to one thread. */
final class Lines {

    private final Appendable out;

    Lines(Appendable out) {
        this.out = out;
    }

    void statement(String statement) throws IOException {
        out.append(statement).append(";\n");
    }

    void statements(List<String> statements) throws IOException {
        for (String each : statements) {
            statement(each);
        }
    }

    /** Writes a comment, which nothing in it can end. */
    void comment(String text) throws IOException {
        out.append("-- ").append(text.replaceAll("[\\n\\r]+", " ")).append('\n');
    }

    void space() throws IOException {
        out.append('\n');
    }
}
