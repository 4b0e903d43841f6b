package dev.zvpg.postgres.cluster;

import java.util.Locale;
import java.util.Map;

/** Lets a cluster have the WAL that its files ask for, where that is more than a backup needs. */
public final class WalLevel {

    public static final String SETTING = "wal_level";

    /** What a backup of a running server needs. */
    public static final String ENOUGH = "replica";

    private static final String MORE = "logical";

    private WalLevel() {}

    /** What to set instead of {@link #ENOUGH} for a server with such files. */
    public static Map<String, String> instead(Map<String, String> inFiles) {
        String told = inFiles.getOrDefault(SETTING, "");
        return told.toLowerCase(Locale.ROOT).equals(MORE) ? Map.of(SETTING, MORE) : Map.of();
    }
}
