package dev.zvpg.option;

import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * How the server of a new branch runs. Handed to a lambda that returns a changed copy:
 * {@code v1.branch("feature", o -> o.port(6010).setting("work_mem", "256MB"))}.
 *
 * <p>Immutable.
 *
 * @param port the port it always listens on; empty for the next free one of the repository's range
 * @param settings server settings that win over the cluster's own
 */
public record BranchOptions(OptionalInt port, Map<String, String> settings) {

    /** The next free port, and no settings. */
    public static final BranchOptions DEFAULT = new BranchOptions(OptionalInt.empty(), Map.of());

    /** Copies the settings. */
    public BranchOptions {
        settings = Map.copyOf(settings);
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
        Map<String, String> more = new TreeMap<>(settings);
        more.put(name, value);
        return new BranchOptions(port, more);
    }
}
