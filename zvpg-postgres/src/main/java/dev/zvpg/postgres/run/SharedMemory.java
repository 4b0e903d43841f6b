package dev.zvpg.postgres.run;

import dev.zvpg.error.Problem;
import dev.zvpg.postgres.os.OsProcess;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The memory that the processes of a server share by names in {@code /dev/shm}: parallel queries need it, and
 * statistics do.
 */
public final class SharedMemory {

    private static final String PLACE = "/dev/shm";
    private static final String SEGMENT = PLACE + "/PostgreSQL.";

    /** What the system adds to the name of a file that has none any more. */
    private static final String DELETED = " (deleted)";

    private static final long MEGABYTE = 1 << 20;

    /** A hash of one parallel query takes as much, with the default {@code work_mem}. */
    private static final long ENOUGH_BYTES = 16 * MEGABYTE;

    private SharedMemory() {}

    /** What is wrong with that of a server, given its main process. */
    public static List<Problem> problems(OsProcess postmaster) {
        List<Problem> problems = new ArrayList<>();
        List<String> segments = postmaster.mappedFiles().stream()
                .filter(name -> name.startsWith(SEGMENT))
                .toList();
        if (segments.stream().anyMatch(name -> name.endsWith(DELETED))) {
            problems.add(
                    new Problem(
                            "the shared memory of its server was removed from " + PLACE
                                    + ", as systemd does when a user logs out (RemoveIPC), so sessions and parallel queries fail",
                            "set RemoveIPC=no in /etc/systemd/logind.conf, or run servers as a system user; then restart this one"));
        }
        if (!segments.isEmpty()) {
            tooSmall(postmaster.asSeenByIt(PLACE)).ifPresent(problems::add);
        }
        return problems;
    }

    /** Whether parallel queries will fail. */
    public static Optional<Problem> tooSmall(Path place) {
        try {
            FileStore memory = Files.getFileStore(place);
            long free = memory.getUsableSpace();
            return free >= ENOUGH_BYTES
                    ? Optional.empty()
                    : Optional.of(new Problem(
                            PLACE + ", where its server keeps the memory that parallel queries share, has "
                                    + free / MEGABYTE + " of " + memory.getTotalSpace() / MEGABYTE + " MB free",
                            "make it larger (docker run --shm-size=256m, mount -o remount,size=256m " + PLACE
                                    + "), or set max_parallel_workers_per_gather to 0"));
        } catch (IOException e) {
            return Optional.empty(); // it is in a container that we cannot look into
        }
    }
}
