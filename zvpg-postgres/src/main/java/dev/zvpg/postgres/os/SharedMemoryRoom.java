package dev.zvpg.postgres.os;

import dev.zvpg.error.OutOfSpaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Recognizes that PostgreSQL had no room for the memory that its processes share. Stateless. */
public final class SharedMemoryRoom {

    private static final Path PLACE = Path.of("/dev/shm");

    private SharedMemoryRoom() {}

    /** Tells whether a program or a server says so. */
    public static boolean isMissing(String said) {
        return said.lines()
                .anyMatch(line -> line.contains("shared memory segment \"/PostgreSQL.")
                        && line.contains("No space left on device"));
    }

    /** Throws what there is to say then. */
    public static void require(String said) {
        if (isMissing(said)) {
            throw failure("PostgreSQL has no room in " + PLACE, List.of());
        }
    }

    /** Makes the exception, for a server whose log is told with it. */
    public static OutOfSpaceException failure(String what, List<String> lines) {
        return new OutOfSpaceException(
                what + ": " + room(),
                "make " + PLACE
                        + " larger, 64 MB at least (docker run --shm-size=64m; an emptyDir of medium Memory in Kubernetes)",
                lines);
    }

    private static String room() {
        try {
            return PLACE + " has " + Files.getFileStore(PLACE).getTotalSpace() / 1024 + " kB";
        } catch (IOException e) {
            return "it cannot be read: " + e;
        }
    }
}
