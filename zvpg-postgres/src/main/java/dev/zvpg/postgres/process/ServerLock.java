package dev.zvpg.postgres.process;

import dev.zvpg.error.InUseException;
import dev.zvpg.postgres.cluster.Cluster;
import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.ServerUser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Tells whether a server works on a data directory whose process cannot be seen: in another container, each process has
 * another number or none, and shared memory is another. Every server holds a lock of {@code flock(2)} on a file of its
 * data directory. It inherits the open file from a shell that locked it, as its children do from it; so the lock is
 * there until the last of them has ended, however it does, and all containers of a machine see it. After a power cut
 * nobody has it.
 *
 * <p>It is shared, so that a program that outlives the server which ran it does not keep the next one from starting.
 * Where there is no {@code flock}, only processes tell.
 */
public final class ServerLock {

    /**
     * What a shell says to lock the file that it has open as this descriptor, and to go on in any case: a file system
     * without such locks is no reason not to start.
     */
    public static final String HOLD = "flock -s -n 9 2>/dev/null || :";

    /** The descriptor. PostgreSQL leaves alone what it did not open. */
    public static final String DESCRIPTOR = "9";

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int FREE = 0;
    private static final int HELD = 1;
    private static final int UNKNOWN = 2;

    private ServerLock() {}

    /** The file that is locked: it is in every cluster, and stays the same as long as there is one. */
    public static Path file(Path dataDirectory) {
        return dataDirectory.resolve(Cluster.VERSION_FILE);
    }

    /** Whether a process of a server, or one that it started, has the lock's file open. */
    public static boolean isInheritedBy(OsProcess process, Path realDataDirectory) {
        return process.hasOpen(file(realDataDirectory), DESCRIPTOR);
    }

    /**
     * Refuses a data directory on which a server works that cannot be seen. Asked where {@code postmaster.pid} names no
     * process that can be.
     *
     * @param verb what is not done then
     */
    public static void requireNoneElsewhere(ServerUser user, String verb, Path dataDirectory) {
        boolean held = isHeldUnseen(user, dataDirectory);
        if (held) { // perhaps by the last process of a dead one, which ended between the two looks
            held = isHeldUnseen(user, dataDirectory);
        }
        if (held) {
            throw new InUseException(
                    "cannot " + verb + " " + dataDirectory
                            + ": a server seems to run on it in another container, because a process that cannot be seen from here "
                            + "holds the lock on " + file(dataDirectory),
                    "stop it there, or, if you know that none runs, remove "
                            + dataDirectory.resolve(PostmasterPid.FILE));
        }
    }

    private static boolean isHeldUnseen(ServerUser user, Path dataDirectory) {
        return PostmasterPid.exists(dataDirectory)
                && isHeld(user, dataDirectory)
                && Cluster.survivors(dataDirectory).isEmpty();
    }

    private static boolean isHeld(ServerUser user, Path dataDirectory) {
        return tryToLock(user, dataDirectory) == HELD;
    }

    /** Whether it is certain that no process of a server is left. */
    public static boolean isFree(ServerUser user, Path dataDirectory) {
        return tryToLock(user, dataDirectory) == FREE;
    }

    private static int tryToLock(ServerUser user, Path dataDirectory) {
        try {
            // as the server's user, who may have put anything in the place of the file
            return Program.runToTheEnd(
                            user,
                            TIMEOUT,
                            Map.of(),
                            "/bin/sh",
                            "-c",
                            "command -v flock >/dev/null || exit " + UNKNOWN + "; exec flock -n \"$0\" true",
                            file(dataDirectory).toString())
                    .exitCode();
        } catch (IOException e) {
            throw Failures.of("cannot find out whether a server runs on " + dataDirectory, e);
        }
    }
}
