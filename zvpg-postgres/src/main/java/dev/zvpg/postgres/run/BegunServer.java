package dev.zvpg.postgres.run;

import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.ServerException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.postgres.cluster.Cluster;
import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.os.SharedMemoryRoom;
import dev.zvpg.postgres.process.ServerLock;
import dev.zvpg.server.PortTakenException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A server that a launch has begun, until it is ready. Its process is known by the number that the launch gives, and
 * where that cannot be noted, by the lock in its data directory. Confined to one thread.
 */
final class BegunServer {

    private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final Duration PID_PATIENCE = Duration.ofSeconds(5);

    private final ServerUser user;
    private final int port;
    private final Path dataDirectory;
    private final Launch launch;
    private final ServerLog log;

    BegunServer(ServerUser user, int port, Path dataDirectory, Launch launch, ServerLog log) {
        this.user = user;
        this.port = port;
        this.dataDirectory = dataDirectory;
        this.launch = launch;
        this.log = log;
    }

    /**
     * Waits until the server is ready.
     *
     * @param timeout how long it may stand still
     * @throws ZvpgException when it has ended, stands still, or the thread is interrupted; it may still run
     */
    OsProcess awaitReady(Duration timeout) throws PortTakenException, IOException {
        Optional<OsProcess> process = Optional.empty();
        OptionalInt pid = OptionalInt.empty();
        Standstill standstill = new Standstill(timeout, dataDirectory);
        long patience = System.nanoTime() + PID_PATIENCE.toNanos();
        while (true) {
            if (pid.isEmpty()) {
                pid = launch.pid();
                process = pid.isPresent() ? OsProcess.find(pid.getAsInt()) : process;
            }
            // asked before the file is read: what is ready and then dies is found out by the connection
            boolean ended =
                    pid.isPresent() && process.filter(OsProcess::isAlive).isEmpty();
            Optional<PostmasterPid> file = PostmasterPid.read(dataDirectory);
            if (pid.isEmpty()) {
                // perhaps it cannot be noted, on a full disk; whoever has the lock now is what was begun
                process = file.flatMap(lock -> lock.server(dataDirectory));
                ended = process.isEmpty() && System.nanoTime() - patience > 0 && ServerLock.isFree(user, dataDirectory);
            }
            if (!ended && process.isPresent() && file.isPresent() && isReady(file.get(), process.get())) {
                return process.get();
            }
            if (ended) {
                if (log.saysPortTaken()) {
                    throw new PortTakenException(port);
                }
                throw failure("ended while it started");
            }
            if (standstill.isReached()) {
                throw failure(
                        "was not ready, made no progress for " + timeout + " and was stopped; look at its disk, or "
                                + "allow it more with startTimeout (startTimeoutSeconds in a configuration)");
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new OperationInterruptedException(
                        "interrupted while a server started on " + dataDirectory + "; it was stopped", null);
            }
            LockSupport.parkNanos(this, POLL_NANOS);
        }
    }

    private static boolean isReady(PostmasterPid file, OsProcess process) {
        return file.pid() == process.pid() && file.isReady();
    }

    private ZvpgException failure(String what) {
        var lines = log.lastLines();
        String message = "the server on " + dataDirectory + " " + what + "; its log is " + log.file();
        if (log.isOnFullDisk()) {
            return new OutOfSpaceException(
                    message + ", whose disk is full, so its last words may be missing",
                    "free some space and start it again",
                    lines);
        }
        if (SharedMemoryRoom.isMissing(String.join("\n", lines))) {
            return SharedMemoryRoom.failure(message, lines);
        }
        return new ServerException(
                message,
                null,
                OptionalInt.empty(),
                // without a log there is at most what the shell said
                lines.isEmpty() ? launch.said() : lines);
    }

    /**
     * The server's process, however far it has come: pg_ctl returns before the shell that it started has noted its
     * number.
     */
    Optional<OsProcess> process() {
        long patience = System.nanoTime() + PID_PATIENCE.toNanos();
        while (true) {
            OptionalInt pid = number();
            Optional<OsProcess> process =
                    pid.isPresent() ? OsProcess.find(pid.getAsInt()) : Cluster.server(dataDirectory);
            if (pid.isPresent()
                    || process.isPresent()
                    || System.nanoTime() - patience > 0
                    || ServerLock.isFree(user, dataDirectory)) {
                return process;
            }
        }
    }

    /** The number of its process, once it is known. */
    OptionalInt number() {
        try {
            return launch.pid();
        } catch (IOException e) {
            return OptionalInt.empty(); // what should hold it does not, and the server's lock may
        }
    }
}
