package dev.zvpg.postgres;

import dev.zvpg.ConfigurationException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Keeps in a server's log what failures are recognised by, such as a port that is taken. */
final class LogThreshold {

    private static final String SETTING = "log_min_messages";

    /** Those that leave out what has level LOG. */
    private static final Set<String> TOO_HIGH = Set.of("fatal", "panic");

    private LogThreshold() {}

    /** What to set instead of what was set for the server on a directory. */
    static Map<String, String> instead(Path dataDirectory, Map<String, String> wanted) throws IOException {
        String level = wanted.containsKey(SETTING) ? wanted.get(SETTING) : inFiles(dataDirectory);
        return TOO_HIGH.contains(level.toLowerCase(Locale.ROOT)) ? Map.of(SETTING, "log") : Map.of();
    }

    private static String inFiles(Path dataDirectory) throws IOException {
        try {
            return ConfFile.of(dataDirectory).getOrDefault(SETTING, "");
        } catch (ConfigurationException e) {
            return ""; // the server will say what is wrong with its files
        }
    }
}
