package dev.zvpg.postgres;

/**
 * Quoting for the one place where text passes through a shell: {@code pg_ctl} hands the server's command line to
 * {@code /bin/sh}.
 */
final class Shell {

    private Shell() {}

    /** One word, whatever it contains. */
    static String quote(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    /** Text that {@code pg_ctl} will itself put between double quotes. */
    static String escapeInDoubleQuotes(String text) {
        return text.replaceAll("[\\\\\"$`]", "\\\\$0");
    }
}
