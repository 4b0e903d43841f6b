package dev.zvpg.directory;

import dev.zvpg.internal.io.OpenDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;

/** Lists a directory in which others work meanwhile. */
final class LiveListing {

    /** How often a directory is listed that changes all the time; each misses a given file more often than not. */
    private static final int LISTINGS = 32;

    /** Longer than the time between two ticks of a kernel's clock: changes of one tick have the same time. */
    private static final Duration CLOCK_TICK = Duration.ofMillis(20);

    private LiveListing() {}

    /**
     * Everything that some listing shows, until nothing has changed during one. On btrfs and tmpfs a file that is
     * renamed over gets a place behind the end that a listing has set itself when it began: it exists all the time, and
     * that listing misses it.
     */
    static Set<Path> names(OpenDirectory directory) throws IOException {
        Set<Path> all = new LinkedHashSet<>();
        for (int listings = 0; listings < LISTINGS; listings++) {
            Instant before = lastChange(directory);
            boolean settled = before.isBefore(Instant.now().minus(CLOCK_TICK));
            all.addAll(directory.names());
            if (settled && lastChange(directory).equals(before)) {
                break;
            }
        }
        return all;
    }

    private static Instant lastChange(OpenDirectory directory) throws IOException {
        return directory.facts().modified().toInstant();
    }
}
