package dev.zvpg.postgres.junit;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Remembers whose servers have ended in this JVM, for whoever goes on connecting to one: a context that a framework has
 * cached, with the URL of a database that ended with its test or class. Thread-safe.
 */
final class EndedServers {

    /** An address in the message of a driver or of a pool of connections. */
    private static final Pattern ADDRESS = Pattern.compile("(?:127\\.0\\.0\\.1|localhost):(\\d{4,5})\\b");

    /** By port; one that is given out again replaces the one before when it ends. */
    private final Map<Integer, String> titles = new ConcurrentHashMap<>();

    void add(int port, String title) {
        titles.put(port, title);
    }

    /** Nobody has asked for the server that had this port before, as far as anybody can tell now. */
    void remove(int port) {
        titles.remove(port);
    }

    /** Explains a failure to connect to one of them, if it is one. */
    Optional<MissingServer> explain(Throwable failure) {
        int depth = 0;
        for (Throwable cause = failure; cause != null && depth < 50; cause = cause.getCause(), depth++) {
            Matcher address = ADDRESS.matcher(String.valueOf(cause.getMessage()));
            while (address.find()) {
                int port = Integer.parseInt(address.group(1));
                String title = titles.get(port);
                if (title != null) {
                    return Optional.of(new MissingServer(port, title));
                }
            }
        }
        return Optional.empty();
    }

    /** What is suppressed by the failure, because that is what every tool shows. Immutable. */
    static final class MissingServer extends Exception {

        private static final long serialVersionUID = 1L;

        private MissingServer(int port, String title) {
            super(
                    "port " + port + " was that of the database of " + title + ", which ended with it; whatever lives "
                            + "longer, such as a context that is cached for other classes, has to be given the "
                            + "extension's jdbcUrl(), which stays",
                    null,
                    false,
                    false);
        }
    }
}
