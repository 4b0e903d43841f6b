package dev.zvpg.postgres.run;

import dev.zvpg.internal.io.OwnerLock;
import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.process.ServerLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * What a JVM that was killed while it launched a server has left under way: for some milliseconds there are only shells
 * on their way to becoming a server, which no file of PostgreSQL's tells of. A second server would meet the first one,
 * and what is deleted would be written to.
 *
 * <p>Whoever launches holds an {@link OwnerLock} in the run directory meanwhile. Where one is found whose owner is
 * dead, its launch is waited for. A shell that comes late, after that, finds the owner's file gone and gives up.
 */
final class CutOffLaunch {

    /**
     * How long shells may take to become a server, or to fail. Only waited for where no lock tells that all have ended.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long POLL_NANOS = Duration.ofMillis(1).toNanos();

    private final ServerUser user;
    private final Path runDirectory;
    private final Path dataDirectory;

    CutOffLaunch(ServerUser user, Path runDirectory, Path dataDirectory) {
        this.user = user;
        this.runDirectory = runDirectory;
        this.dataDirectory = dataDirectory;
    }

    /** Returns when nothing is left under way, except what a living JVM launches. At once where nothing was. */
    void await() {
        try {
            // where the cluster is not mounted, or gone, no launch can be under way
            if (!Files.exists(ServerLock.file(dataDirectory)) || !OwnerLock.isAnyDead(runDirectory)) {
                return;
            }
            end(); // before the files are gone, so that whoever is killed here leaves the next one the same task
            OwnerLock.forgetTheDead(runDirectory);
            end();
        } catch (IOException e) {
            throw Failures.of("cannot find out whether a server is being started on " + dataDirectory, e);
        }
    }

    private void end() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!serves() && !ServerLock.isFree(user, dataDirectory) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Whether a server has come out of it that can be found. */
    private boolean serves() {
        return PostmasterPid.read(dataDirectory)
                .filter(lock -> lock.port() > 0)
                .flatMap(lock -> lock.server(dataDirectory))
                .isPresent();
    }
}
