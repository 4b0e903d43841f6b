package dev.zvpg.postgres.junit;

import dev.zvpg.RunningServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Counts preparations across JVMs: each adds a byte to a file beside the cache that it works in. Thread-safe. */
final class Preparations {

    private static final String FILE = "preparations";

    private Preparations() {}

    static Path in(Path directory) throws IOException {
        return Files.write(directory.resolve(FILE), new byte[0]);
    }

    /** Called by a preparation. */
    static void note(RunningServer server) throws IOException {
        Path directory = server.logFile();
        while (directory != null && !Files.exists(directory.resolve(FILE))) {
            directory = directory.getParent();
        }
        if (directory != null) {
            Files.write(directory.resolve(FILE), new byte[] {1}, StandardOpenOption.APPEND);
        }
    }

    static long count(Path directory) throws IOException {
        return Files.size(directory.resolve(FILE));
    }
}
