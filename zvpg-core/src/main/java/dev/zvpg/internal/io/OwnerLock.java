package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Says that whoever made something still lives, by a lock on a file that the system drops with the process. So whoever
 * gets the lock knows that the owner is dead. A process number could be another's by now, or mean nothing in another
 * container.
 *
 * <p>Thread-safe.
 */
public final class OwnerLock implements AutoCloseable {

    private static final String PREFIX = "owner-";

    private final Path file;
    private final String token;
    private final FileMutex.Held held;

    private OwnerLock(Path file, String token, FileMutex.Held held) {
        this.file = file;
        this.token = token;
        this.held = held;
    }

    /**
     * Makes an owner, which lives until it is closed or the process ends.
     *
     * @param directory where the locks are
     * @return the owner
     * @throws IOException when its file cannot be made
     */
    public static OwnerLock create(Path directory) throws IOException {
        String token = Long.toString(new SecureRandom().nextLong(1L << 50), Character.MAX_RADIX);
        Path file = file(directory, token);
        return new OwnerLock(file, token, FileMutex.of(file).lockUninterruptibly());
    }

    /**
     * Its name.
     *
     * @return at most ten digits and small letters
     */
    public String token() {
        return token;
    }

    /**
     * Its file, which is there while the owner lives, and after that until somebody forgets it.
     *
     * @return a path in the directory of the locks
     */
    public Path file() {
        return file;
    }

    /**
     * Whether an owner lives. When it does not, its file is gone afterwards.
     *
     * @param directory where the locks are
     * @param token the owner's
     * @return whether somebody holds its lock
     * @throws IOException when that cannot be found out
     */
    public static boolean isAlive(Path directory, String token) throws IOException {
        Path file = file(directory, token);
        if (!Files.exists(file)) {
            return false;
        }
        Optional<FileMutex.Held> dead;
        try {
            dead = FileMutex.of(file).tryLock();
        } catch (NoSuchFileException e) {
            return false;
        }
        if (dead.isEmpty()) {
            return true;
        }
        try (FileMutex.Held held = dead.get()) {
            Files.deleteIfExists(file);
            return false;
        }
    }

    /**
     * Removes the files of the owners that are dead.
     *
     * @param directory where the locks are
     * @return the tokens of those that live
     * @throws IOException when that cannot be found out
     */
    public static List<String> forgetTheDead(Path directory) throws IOException {
        List<String> alive = new ArrayList<>();
        for (Path file : files(directory)) {
            String token = String.valueOf(file.getFileName()).substring(PREFIX.length());
            if (isAlive(directory, token)) {
                alive.add(token);
            }
        }
        return alive;
    }

    /**
     * Whether there is an owner that is dead and not forgotten.
     *
     * @param directory where the locks are; there is none where it is missing
     * @return whether {@link #forgetTheDead} has something to do
     * @throws IOException when that cannot be found out
     */
    public static boolean isAnyDead(Path directory) throws IOException {
        for (Path file : files(directory)) {
            Optional<FileMutex.Held> dead = FileMutex.of(file).tryLock();
            if (dead.isPresent()) {
                dead.get().close();
                return true;
            }
        }
        return false;
    }

    private static List<Path> files(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, PREFIX + "*")) {
            found.forEach(files::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return files;
    }

    private static Path file(Path directory, String token) {
        return directory.resolve(PREFIX + token);
    }

    /**
     * Ends the owner; what it made is to be removed before.
     *
     * @throws IOException when its file cannot be removed; it is dead in any case
     */
    @Override
    public void close() throws IOException {
        try (held) {
            Files.deleteIfExists(file);
        }
    }
}
