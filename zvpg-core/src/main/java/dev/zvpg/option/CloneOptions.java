package dev.zvpg.option;

import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
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
 *
 * @param port the port it always listens on; empty for the next free one of the repository's range
 * @param settings server settings that win over the cluster's own
 * @param timeToLive how long after its making it expires; empty for never. Greater than zero, at most {@link #LONGEST_LIFE}
 * @param isProtected whether it can neither be deleted nor expire
 */
public record CloneOptions(
        OptionalInt port, Map<String, String> settings, Optional<Duration> timeToLive, boolean isProtected) {

    /** The next free port, no settings, no end, and no protection. */
    public static final CloneOptions DEFAULT = new CloneOptions(OptionalInt.empty(), Map.of(), Optional.empty(), false);

    /** The longest time to live: 36,500 days. */
    public static final Duration LONGEST_LIFE = Duration.ofDays(36_500);

    /** Checks the time to live and copies the settings. */
    public CloneOptions {
        settings = Map.copyOf(settings);
        timeToLive.ifPresent(time -> {
            if (time.isNegative() || time.isZero() || time.compareTo(LONGEST_LIFE) > 0) {
                throw new IllegalArgumentException(
                        "a clone's time to live is greater than zero and at most " + LONGEST_LIFE.toDays()
                                + " days, not " + time + "; leave it out for a clone that never expires");
            }
        });
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
        Map<String, String> more = new TreeMap<>(settings);
        more.put(name, value);
        return new CloneOptions(port, more, timeToLive, isProtected);
    }

    /**
     * Expires: from then on the next {@link Zvpg#open()} or {@link Repository#deleteExpired()} deletes it, running or not.
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
}
