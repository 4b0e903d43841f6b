package dev.zvpg.postgres.run;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Keeps in a server's log what failures are recognised by, such as a port that is taken. */
final class LogThreshold {

    private static final String SETTING = "log_min_messages";

    /** Those that leave out what has level LOG. */
    private static final Set<String> TOO_HIGH = Set.of("fatal", "panic");

    private LogThreshold() {}

    /** What to set instead of what was wanted, or else set in the server's files. */
    static Map<String, String> instead(Map<String, String> inFiles, Map<String, String> wanted) {
        String level = wanted.getOrDefault(SETTING, inFiles.getOrDefault(SETTING, ""));
        return TOO_HIGH.contains(level.toLowerCase(Locale.ROOT)) ? Map.of(SETTING, "log") : Map.of();
    }
}
