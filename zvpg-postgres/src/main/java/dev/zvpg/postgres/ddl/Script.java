package dev.zvpg.postgres.ddl;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes a script apart, and leaves its comments out. A statement ends at a semicolon before an empty line, perhaps with a
 * comment between, unless that is within quotes: functions whose body is SQL ({@code BEGIN ATOMIC}) have semicolons of
 * their own, and no empty lines behind them.
 */
final class Script {

    /** What hides a semicolon: a comment, a quoted text or name, or a text in dollars. */
    private static final Pattern HIDDEN = Pattern.compile(
            "--[^\\n]*|/\\*.*?\\*/|(?<!\\w)[eE]'(?:[^'\\\\]++|\\\\.|'')*+'|'(?:[^']++|'')*+'|\"[^\"]*+\"|"
                    + "(\\$(?:[A-Za-z_\\x80-\\uFFFF][A-Za-z0-9_\\x80-\\uFFFF]*)?\\$).*?\\1",
            Pattern.DOTALL);

    /** What looks like a comment within quotes may never end; none has the beginning of another one in it. */
    private static final Pattern END = Pattern.compile(
            ";[ \\t]*+(?:/\\*(?:[^/*]++|/(?!\\*)|\\*(?!/))*+\\*/[ \\t]*+)?+(?:\\n[ \\t]*+(?=\\n)|\\s*+$)",
            Pattern.DOTALL);

    private Script() {}

    /** The statements that change something, without the semicolons. */
    static List<String> statements(String script) {
        List<String> statements = new ArrayList<>();
        StringBuilder statement = new StringBuilder();
        Matcher hidden = HIDDEN.matcher(script);
        Matcher end = END.matcher(script);
        int at = 0;
        int ended = -1; // where the next end is, which may be hidden
        while (at < script.length()) {
            int quote = hidden.find(at) ? hidden.start() : script.length();
            ended = ended < at ? next(end, at) : ended;
            if (ended < quote) {
                add(statements, statement.append(script, at, ended));
                at = end.end();
                continue;
            }
            statement.append(script, at, quote);
            at = quote;
            if (at < script.length()) {
                boolean isComment = script.startsWith("--", at) || script.startsWith("/*", at);
                statement.append(isComment ? " " : hidden.group());
                at = hidden.end();
            }
        }
        add(statements, statement);
        return statements;
    }

    private static int next(Matcher end, int at) {
        return end.find(at) ? end.start() : Integer.MAX_VALUE;
    }

    private static void add(List<String> statements, StringBuilder statement) {
        String text = statement.toString().strip();
        boolean isOfDefinitions = !text.startsWith("SET ") && !text.startsWith("UPDATE "); // rows have their own way
        if (!text.isEmpty() && isOfDefinitions) {
            statements.add(text);
        }
        statement.setLength(0);
    }
}
