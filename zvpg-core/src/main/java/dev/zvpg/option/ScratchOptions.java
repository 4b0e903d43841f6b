package dev.zvpg.option;

import java.util.Map;
import java.util.TreeMap;

/**
 * How the server of a scratch clone runs. Handed to a lambda that returns a changed copy:
 * {@code v1.scratch(o -> o.setting("work_mem", "64MB"))}.
 *
 * <p>Immutable.
 */
public final class ScratchOptions {

    /**
     * The default: starts fast, takes little memory, and never waits for a disk. What that sets is the launcher's to
     * say; for PostgreSQL it is listed at {@code Postgres.leanSettings()}.
     */
    public static final ScratchOptions LEAN = new ScratchOptions(true, Map.of());

    /** The cluster's own settings, as a named clone would have them: for tests of what the lean ones switch off. */
    public static final ScratchOptions FAITHFUL = new ScratchOptions(false, Map.of());

    private final boolean lean;
    private final Map<String, String> settings;

    private ScratchOptions(boolean lean, Map<String, String> settings) {
        this.settings = Map.copyOf(settings);
        this.lean = lean;
    }

    /**
     * Returns whether it runs with the {@linkplain dev.zvpg.server.ServerLauncher#leanSettings() lean settings}.
     *
     * @return the choice, or its default
     */
    public boolean lean() {
        return lean;
    }

    /**
     * Returns server settings that win over the cluster's own, and over the lean ones.
     *
     * @return the choice, or its default
     */
    public Map<String, String> settings() {
        return settings;
    }

    /**
     * Runs with the lean settings, or without.
     *
     * @param lean false for the cluster's own
     * @return a copy
     */
    public ScratchOptions lean(boolean lean) {
        return new ScratchOptions(lean, settings);
    }

    /**
     * Runs with this setting.
     *
     * @param name a setting of the server, such as {@code work_mem}
     * @param value its value, as the server's configuration file would have it, without quotes
     * @return a copy
     */
    public ScratchOptions setting(String name, String value) {
        Map<String, String> more = new TreeMap<>(settings);
        more.put(name, value);
        return new ScratchOptions(lean, more);
    }

    @Override
    public String toString() {
        return "ScratchOptions[lean=" + lean + ", settings=" + settings + "]";
    }
}
