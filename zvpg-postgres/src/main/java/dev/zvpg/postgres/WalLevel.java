package dev.zvpg.postgres;

import dev.zvpg.ConfigurationException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Lets a cluster have the WAL that its files ask for, where that is more than a backup needs. */
final class WalLevel {

    static final String SETTING = "wal_level";

    /** What a backup of a running server needs. */
    static final String ENOUGH = "replica";

    private static final String MORE = "logical";

    private WalLevel() {}

    /** What to set instead of {@link #ENOUGH} for the server on a directory. */
    static Map<String, String> instead(Path dataDirectory) throws IOException {
        try {
            String told = ConfFile.of(dataDirectory).getOrDefault(SETTING, "");
            return told.toLowerCase(Locale.ROOT).equals(MORE) ? Map.of(SETTING, MORE) : Map.of();
        } catch (ConfigurationException e) {
            return Map.of(); // the server will say what is wrong with its files
        }
    }
}
