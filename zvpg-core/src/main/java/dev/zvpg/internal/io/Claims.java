package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Names that processes are at work on. A claim is a file of that name that its process has locked, and the system drops
 * the lock with the process: so a file that nobody has locked says that work on this name was cut off.
 *
 * <p>Thread-safe, also among processes.
 *
 * @param directory where the files are; nothing else may be put there
 */
public record Claims(Path directory) {

    /** Longer than anybody takes who only looks whether a claim is held. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final long RETRY_NANOS = Duration.ofMillis(1).toNanos();

    /** A claim that is held. Thread-safe. */
    public static final class Claim implements AutoCloseable {

        private final Path file;
        private final FileMutex.Held held;

        private Claim(Path file, FileMutex.Held held) {
            this.file = file;
            this.held = held;
        }

        /** Gives it up with the work unfinished: whoever looks finds it cut off. */
        public void abandon() {
            held.close();
        }

        /**
         * Gives it up because the work is done. Idempotent.
         *
         * @throws IOException when its file cannot be removed; it is abandoned then
         */
        @Override
        public void close() throws IOException {
            try (held) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * Claims a name, whether or not somebody's work on it was cut off.
     *
     * @param name the name of a file
     * @return the claim; empty when somebody alive has it
     * @throws IOException when its file cannot be made
     */
    public Optional<Claim> take(String name) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Optional<Claim> taken = tryToTake(name);
        // who looks at a claim holds it for a moment; who works holds it longer, and has something to show for it
        while (taken.isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(RETRY_NANOS);
            taken = tryToTake(name);
        }
        return taken;
    }

    /**
     * Claims a name without waiting for anybody.
     *
     * @param name the name of a file
     * @return the claim; empty when somebody has it, if only to look
     * @throws IOException when its file cannot be made
     */
    public Optional<Claim> tryToTake(String name) throws IOException {
        Path file = directory.resolve(name);
        return FileMutex.of(file).tryLock().map(held -> new Claim(file, held));
    }

    /**
     * Whether there is a claim on a name, held or cut off.
     *
     * @param name the name of a file
     * @return whether its file is there
     */
    public boolean exists(String name) {
        return Files.exists(directory.resolve(name), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Lists the names on which there is a claim.
     *
     * @return the names, held or cut off, in order; none where the directory is missing
     * @throws IOException when the directory cannot be read
     */
    public List<String> names() throws IOException {
        return OpenDirectory.list(directory).stream()
                .map(file -> String.valueOf(file.getFileName()))
                .toList();
    }
}
