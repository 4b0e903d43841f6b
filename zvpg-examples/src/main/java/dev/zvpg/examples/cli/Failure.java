package dev.zvpg.examples.cli;

import dev.zvpg.error.ZvpgException;
import dev.zvpg.examples.cli.text.Printable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says what went wrong, in one line that ends with what to do next. Thread-safe. */
final class Failure {

    /** What the library advises, in the words of the command line. */
    private static final Map<String, String> WORDS = Map.of(
            "open it with open()", "zvpg status shows it, and --config names the configuration of another one",
            "make one with init()", "make one with zvpg init",
            "call init() again", "run zvpg init again",
            "call discard() when they", "say --force when they",
            "Postgres.in(directory)", "--postgres-bin",
            "call trustOwner()", "say --trust-owner",
            "with options of the merge, take ours or theirs",
                    "with --resolve WHERE=ours|theirs|newest|add|json, say --ours or --theirs",
            "call renumber()", "say --renumber TABLE",
            "configuration(path)", "--from-configuration FILE",
            "ClusterSource.server(host, port, user, password)", "--from-server HOST:PORT");

    private Failure() {}

    static String text(Exception e) {
        if (e instanceof ZvpgException known) {
            return oneLine(inOurWords(known));
        }
        String text = oneLine(e.getMessage());
        boolean foreseen = e instanceof NotConfirmedException || e instanceof IllegalArgumentException;
        return foreseen ? text : e.getClass().getName() + ": " + text + "; --debug shows where";
    }

    /** Returns the message, which has details after the advice, with the advice in the words of the command line. */
    private static String inOurWords(ZvpgException e) {
        String message = String.valueOf(e.getMessage());
        if (e.advice().isEmpty()) {
            return message;
        }
        String advice = e.advice().get();
        String ours = advice;
        for (Map.Entry<String, String> word : WORDS.entrySet()) {
            ours = ours.replace(word.getKey(), word.getValue());
        }
        return message.replace("; " + advice, "; " + ours);
    }

    static String oneLine(@Nullable String message) {
        return message == null
                ? "no message"
                : Printable.of(message.strip().replaceFirst("^Error: ", "").replaceAll("\\s*\\R\\s*", " | "));
    }
}
