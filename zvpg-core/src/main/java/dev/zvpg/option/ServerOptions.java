package dev.zvpg.option;

import java.util.Map;
import java.util.TreeMap;

/**
 * How the server of an existing branch or clone runs from its next start on. Handed to a lambda that returns a changed
 * copy: {@code main.configure(o -> o.setting("wal_level", "logical"))}.
 *
 * <p>Immutable.
 */
public final class ServerOptions {

    /** No settings but the cluster's own. */
    public static final ServerOptions DEFAULT = new ServerOptions(Map.of());

    private final Map<String, String> settings;

    private ServerOptions(Map<String, String> settings) {
        this.settings = Map.copyOf(settings);
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
     * Begins with the settings that were chosen before.
     *
     * @param settings settings of the server with their values
     * @return the options
     */
    public static ServerOptions of(Map<String, String> settings) {
        return new ServerOptions(settings);
    }

    /**
     * Runs with this setting, instead of an earlier one of the same name.
     *
     * @param name a setting of the server, such as {@code work_mem}
     * @param value its value, as the server's configuration file would have it, without quotes
     * @return a copy
     */
    public ServerOptions setting(String name, String value) {
        Map<String, String> changed = without(name);
        changed.put(name, value);
        return new ServerOptions(changed);
    }

    /**
     * Runs with what the cluster's own files say about a setting.
     *
     * @param name a setting; one that was not chosen stays as it is
     * @return a copy
     */
    public ServerOptions reset(String name) {
        return new ServerOptions(without(name));
    }

    /** Names of settings have no case. */
    private Map<String, String> without(String name) {
        Map<String, String> rest = new TreeMap<>(settings);
        rest.keySet().removeIf(name::equalsIgnoreCase);
        return rest;
    }

    @Override
    public String toString() {
        return "ServerOptions[settings=" + settings + "]";
    }
}
