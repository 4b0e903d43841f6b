package dev.zvpg.postgres.run;

import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.postgres.cluster.Cluster;
import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.postgres.process.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Ends one server process. */
public record ServerControl(
        Installation installation,
        Signals signals,
        OsProcess process,
        Path dataDirectory,
        RunDirectory run,
        ServerLog log) {

    private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final Duration FAST = Duration.ofSeconds(60);
    private static final Duration IMMEDIATE = Duration.ofSeconds(10);

    /** Sessions are ended and a checkpoint is written; what does not end in time is stopped as at once. */
    public void stop() {
        if (!endedAfter("INT", FAST)) {
            stopAtOnce();
            return;
        }
        cleanUp();
    }

    /** As at a crash: nothing committed is lost, and the next start recovers. */
    public void stopAtOnce() {
        boolean wasAlive = process.isAlive();
        boolean ended = endedAfter("QUIT", IMMEDIATE);
        if (!ended) {
            process.handle().ifPresent(ProcessHandle::destroyForcibly);
            if (!ends(IMMEDIATE, process::isAlive)) {
                throw new ServerException(
                        "the server on " + dataDirectory + " (process " + process.pid()
                                + ") does not end, not even when it " + "is killed; it probably waits for a disk",
                        null,
                        OptionalInt.empty(),
                        log.lastLines());
            }
        }
        if (anotherLives()) {
            return;
        }
        // it ends after its children; when it was killed, they notice its death by themselves, but in their own time
        if (!wasAlive || !ended) {
            endOrphans();
        }
        cleanUp();
    }

    private void endOrphans() {
        ends(IMMEDIATE, () -> {
            List<OsProcess> orphans = OsProcess.serverProcessesIn(realDataDirectory());
            orphans.forEach(orphan -> orphan.handle().ifPresent(ProcessHandle::destroyForcibly));
            return !orphans.isEmpty();
        });
    }

    private boolean endedAfter(String signal, Duration patience) {
        if (!process.isAlive()) {
            return true;
        }
        try {
            signals.send(signal, process);
        } catch (IOException e) {
            throw Failures.of("cannot stop the server on " + dataDirectory, e);
        }
        return ends(patience, process::isAlive);
    }

    private boolean ends(Duration patience, BooleanSupplier lives) {
        long deadline = System.nanoTime() + patience.toNanos();
        return Uninterrupted.call(() -> {
            while (lives.getAsBoolean()) {
                if (System.nanoTime() - deadline > 0) {
                    return false;
                }
                Uninterrupted.park(POLL_NANOS);
            }
            return true;
        });
    }

    /** A handle outlives its server; by now the data directory and the sockets may be those of the next one. */
    private boolean anotherLives() {
        return Cluster.server(dataDirectory)
                .filter(server -> !server.equals(process))
                .isPresent();
    }

    private Path realDataDirectory() {
        try {
            return dataDirectory.toRealPath();
        } catch (IOException e) {
            return dataDirectory;
        }
    }

    private void cleanUp() {
        signals.ended(process);
        if (anotherLives()) {
            return;
        }
        removeLock();
        run.release();
    }

    /**
     * A server that was killed, or died before it could, has left its lock; the next start would have to explain it
     * away.
     */
    private void removeLock() {
        PostmasterPid.read(dataDirectory)
                .filter(file -> file.pid() == process.pid())
                .ifPresent(file -> PostmasterPid.delete(dataDirectory));
    }
}
