package dev.zvpg.postgres.os;

/**
 * Quoting for the one place where text passes through a shell: {@code pg_ctl} hands the server's command line to
 * {@code /bin/sh}.
 */
public final class Shell {

    private Shell() {}

    /** One word, whatever it contains. */
    public static String quote(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    /** Text that {@code pg_ctl} will itself put between double quotes. */
    public static String escapeInDoubleQuotes(String text) {
        return text.replaceAll("[\\\\\"$`]", "\\\\$0");
    }
}
