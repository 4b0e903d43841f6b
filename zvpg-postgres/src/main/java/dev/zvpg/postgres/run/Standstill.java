package dev.zvpg.postgres.run;

import dev.zvpg.postgres.cluster.Cluster;
import dev.zvpg.postgres.os.OsProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Tells when a server that starts stands still. How long a recovery takes depends on how much there is to recover and
 * on the disk; so what counts is whether the processes that do it have spent time on a processor lately. One that waits
 * for a disk that answers does, again and again; one that waits for a disk that does not, or that was stopped, does
 * not. What the server does for clients who come too early is no progress.
 *
 * <p>Where the system does not tell, nothing is progress. Confined to one thread.
 */
public final class Standstill {

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Those that recover; they do not exist at first, and never in a server for a single user. */
    private static final Pattern RECOVERING = Pattern.compile("postgres: (?:.*: )?(?:startup|checkpointer)(?: .*)?");

    private final Path dataDirectory;
    private final long patienceNanos;
    private Map<OsProcess, Long> spent = Map.of();
    private long moved = System.nanoTime();
    private long looked = moved;

    /**
     * Begins to watch.
     *
     * @param patience how long it may stand still
     */
    public Standstill(Duration patience, Path dataDirectory) {
        this.patienceNanos = patience.toNanos();
        this.dataDirectory = dataDirectory;
    }

    /**
     * Whether nothing has moved for as long as is allowed. Looks only now and then, so it may be asked all the time.
     */
    public boolean isReached() {
        long now = System.nanoTime();
        if (now - looked >= Math.min(LOOK_NANOS, patienceNanos / 2)) {
            looked = now;
            Map<OsProcess, Long> before = spent;
            spent = spent();
            moved = spent.equals(before) ? moved : now;
        }
        return now - moved > patienceNanos;
    }

    private Map<OsProcess, Long> spent() {
        List<OsProcess> all = Cluster.survivors(dataDirectory);
        List<OsProcess> recovering = all.stream()
                .filter(process ->
                        RECOVERING.matcher(process.title().orElse("")).matches())
                .toList();
        Map<OsProcess, Long> result = new HashMap<>();
        (recovering.isEmpty() ? all : recovering).forEach(process -> result.put(process, process.processorTicks()));
        return result;
    }
}
