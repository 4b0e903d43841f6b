package dev.zvpg.option;

import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * How the server of a new branch runs. Handed to a lambda that returns a changed copy:
 * {@code v1.branch("feature", o -> o.port(6010).setting("work_mem", "256MB"))}.
 *
 * <p>Immutable.
 */
public final class BranchOptions {

    /** The next free port, and no settings. */
    public static final BranchOptions DEFAULT = new BranchOptions(OptionalInt.empty(), Map.of());

    private final OptionalInt port;
    private final Map<String, String> settings;

    private BranchOptions(OptionalInt port, Map<String, String> settings) {
        this.settings = Map.copyOf(settings);
        this.port = port;
    }

    /**
     * Returns the port it always listens on; empty for the next free one of the repository's range.
     *
     * @return the choice, or its default
     */
    public OptionalInt port() {
        return port;
    }

    /**
     * Returns server settings that win over the cluster's own.
     *
     * @return the choice, or its default
     */
    public Map<String, String> settings() {
        return settings;
    }

    /**
     * Listens on this port, always.
     *
     * @param port a port of the repository's range
     * @return a copy
     */
    public BranchOptions port(int port) {
        return new BranchOptions(OptionalInt.of(port), settings);
    }

    /**
     * Runs with this setting.
     *
     * @param name a setting of the server, such as {@code work_mem}
     * @param value its value, as the server's configuration file would have it, without quotes
     * @return a copy
     */
    public BranchOptions setting(String name, String value) {
        return settings(Map.of(name, value));
    }

    /**
     * Runs with these settings.
     *
     * @param chosen settings of the server with their values, as {@link #setting} takes them
     * @return a copy
     */
    public BranchOptions settings(Map<String, String> chosen) {
        Map<String, String> more = new TreeMap<>(settings);
        more.putAll(chosen);
        return new BranchOptions(port, more);
    }

    @Override
    public String toString() {
        return "BranchOptions[port=" + port + ", settings=" + settings + "]";
    }
}
