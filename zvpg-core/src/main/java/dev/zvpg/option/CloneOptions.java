package dev.zvpg.option;

import dev.zvpg.Clone;
import dev.zvpg.Repository;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * How the server of a new clone runs, and how long the clone lives. Handed to a lambda that returns a changed copy:
 * {@code v1.clone("trial", o -> o.port(6010).setting("work_mem", "256MB").timeToLive(Duration.ofHours(8)))}.
 *
 * <p>Immutable.
 */
public final class CloneOptions {

    /** The next free port, no settings, no end, and no protection. */
    public static final CloneOptions DEFAULT = new CloneOptions(OptionalInt.empty(), Map.of(), Optional.empty(), false);

    /** The longest time to live: 36,500 days. */
    public static final Duration LONGEST_LIFE = Duration.ofDays(36_500);

    private final OptionalInt port;
    private final Map<String, String> settings;
    private final Optional<Duration> timeToLive;
    private final boolean isProtected;

    private CloneOptions(
            OptionalInt port, Map<String, String> settings, Optional<Duration> timeToLive, boolean isProtected) {
        this.settings = Map.copyOf(settings);
        timeToLive.ifPresent(time -> {
            if (time.isNegative() || time.isZero() || time.compareTo(LONGEST_LIFE) > 0) {
                throw new IllegalArgumentException(
                        "a clone's time to live is greater than zero and at most " + LONGEST_LIFE.toDays()
                                + " days, not " + time + "; leave it out for a clone that never expires");
            }
        });
        this.port = port;
        this.timeToLive = timeToLive;
        this.isProtected = isProtected;
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
     * Returns how long after its making it expires; empty for never. Greater than zero, at most {@link #LONGEST_LIFE}.
     *
     * @return the choice, or its default
     */
    public Optional<Duration> timeToLive() {
        return timeToLive;
    }

    /**
     * Returns whether it can neither be deleted nor expire.
     *
     * @return the choice, or its default
     */
    public boolean isProtected() {
        return isProtected;
    }

    /**
     * Listens on this port, always.
     *
     * @param port a port of the repository's range
     * @return a copy
     */
    public CloneOptions port(int port) {
        return new CloneOptions(OptionalInt.of(port), settings, timeToLive, isProtected);
    }

    /**
     * Runs with this setting.
     *
     * @param name a setting of the server, such as {@code work_mem}
     * @param value its value, as the server's configuration file would have it, without quotes
     * @return a copy
     */
    public CloneOptions setting(String name, String value) {
        return settings(Map.of(name, value));
    }

    /**
     * Runs with these settings.
     *
     * @param chosen settings of the server with their values, as {@link #setting} takes them
     * @return a copy
     */
    public CloneOptions settings(Map<String, String> chosen) {
        Map<String, String> more = new TreeMap<>(settings);
        more.putAll(chosen);
        return new CloneOptions(port, more, timeToLive, isProtected);
    }

    /**
     * Expires: from then on the next {@link Repository#deleteExpired()} deletes it, running or not.
     *
     * @param time how long after its making, greater than zero, at most {@link #LONGEST_LIFE}
     * @return a copy
     */
    public CloneOptions timeToLive(Duration time) {
        return new CloneOptions(port, settings, Optional.of(time), isProtected);
    }

    /**
     * Can neither be deleted nor expire until {@link Clone#unprotect()}.
     *
     * @return a copy
     */
    public CloneOptions protect() {
        return new CloneOptions(port, settings, timeToLive, true);
    }

    @Override
    public String toString() {
        return "CloneOptions[port=" + port + ", settings=" + settings + ", timeToLive=" + timeToLive + ", isProtected="
                + isProtected + "]";
    }
}
