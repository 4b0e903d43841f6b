package dev.zvpg.postgres;

import dev.zvpg.Effort;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The versions under test: the oldest and the newest; in a full run all, and what is installed on this machine. */
public final class Versions14To18 {

    private Versions14To18() {}

    /** One installation of each version; a method source. */
    public static Stream<Postgres> all() {
        return Effort.isFull() ? Stream.concat(embedded(), installed()) : embedded();
    }

    /** The same without one that is installed here, for what does not depend on who built it. */
    static Stream<Postgres> embedded() {
        return Effort.isFull()
                ? IntStream.rangeClosed(14, 18).mapToObj(Postgres::embedded)
                : Stream.of(Postgres.embedded(14), Postgres.embedded(18));
    }

    private static Stream<Postgres> installed() {
        try {
            return Stream.of(Postgres.onPath());
        } catch (dev.zvpg.error.ConfigurationException e) {
            return Stream.empty();
        }
    }
}
