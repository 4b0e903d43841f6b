package dev.zvpg.examples.cli;

import dev.zvpg.Database;
import dev.zvpg.Repository;
import dev.zvpg.RunningServer;
import java.nio.file.Path;

/** Writes the command that connects a person to a server. It holds no password, but the name of the file that does. */
final class Psql {

    private Psql() {}

    static String line(Repository repo, RunningServer server) {
        return line(server.port(), server.credentials().user(), repo.passwordFile());
    }

    static String line(int port, String user, Path passwordFile) {
        String parameters = "host=127.0.0.1 port=" + port + " user=" + value(user) + " dbname="
                + Database.DEFAULT_DATABASE + " passfile=" + value(passwordFile.toString());
        return "psql "
                + (needsCare(parameters) ? "'" + parameters.replace("'", "'\\''") + "'" : '"' + parameters + '"');
    }

    /** Quotes a value, as the manual of libpq says, "Keyword/Value Connection Strings". */
    private static String value(String text) {
        return text.matches("[^\\s'\\\\]+")
                ? text
                : "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    /** Tells whether a shell would change something between double quotes. */
    private static boolean needsCare(String text) {
        return text.chars().anyMatch(c -> "\"$`\\!".indexOf(c) >= 0);
    }
}
