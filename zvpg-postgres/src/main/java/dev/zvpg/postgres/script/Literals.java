package dev.zvpg.postgres.script;

import dev.zvpg.postgres.diff.Quoted;
import org.jspecify.annotations.Nullable;

/** Writes values so that a script can be read, edited and shown on a terminal. */
final class Literals {

    private Literals() {}

    /** A value as text, which gets the type of where it goes; control characters are escaped, but for line breaks and tabs. */
    static String of(@Nullable String value) {
        if (value == null || value.chars().noneMatch(Literals::isControl)) {
            return Quoted.literal(value);
        }
        StringBuilder literal = new StringBuilder("E'");
        value.chars().forEach(c -> {
            if (isControl(c)) {
                literal.append(String.format("\\u%04x", c));
            } else if (c == '\\' || c == '\'') {
                literal.append((char) c).append((char) c);
            } else {
                literal.append((char) c);
            }
        });
        return literal.append('\'').toString();
    }

    private static boolean isControl(int c) {
        return c == 0x7f || (c < ' ' && c != '\n' && c != '\t');
    }
}
