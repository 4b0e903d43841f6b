package dev.zvpg.internal.home;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.internal.io.IoFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which lock is which between the threads and processes that use one repository; a crash leaves none. Order: working
 * copies' locks first, by id where there are two, then the repository's. Thread-safe.
 */
public final class Locks {

    /** A lock that is held; closing it lets go. */
    public interface Held extends AutoCloseable {
        @Override
        void close();
    }

    private interface Taking<T> {
        T take(FileMutex mutex) throws IOException, InterruptedException;
    }

    private final Path directory;

    public Locks(Path directory) {
        this.directory = directory;
    }

    /** For the short moments in which names and ports are given out and references move. */
    public Held repository() {
        // short, and often in the middle of something: an interrupt waits its turn
        return take("repository", FileMutex::lockUninterruptibly)::close;
    }

    /** For everything that must not meet itself on one working copy: start, stop, snapshot, delete. */
    public Held workingCopy(String id) {
        return take(copy(id), FileMutex::lock)::close;
    }

    /** The same, if nobody has it now. */
    public Optional<Held> tryWorkingCopy(String id) {
        try {
            return FileMutex.of(directory.resolve(copy(id))).tryLock().map(held -> held::close);
        } catch (NoSuchFileException e) {
            return Optional.empty(); // the repository was removed
        } catch (IOException e) {
            throw IoFailure.of("lock", directory.resolve(copy(id)), e);
        }
    }

    /** The same for two of them at once. */
    public Held workingCopies(String one, String other) {
        boolean inOrder = one.compareTo(other) <= 0;
        Held first = workingCopy(inOrder ? one : other);
        try {
            Held second = workingCopy(inOrder ? other : one);
            return () -> {
                try {
                    second.close();
                } finally {
                    first.close();
                }
            };
        } catch (RuntimeException | Error e) {
            first.close();
            throw e;
        }
    }

    /** Removes the lock file of a working copy that is gone; called while its lock is held. */
    public void forget(String id) {
        try {
            Files.deleteIfExists(directory.resolve(copy(id)));
        } catch (IOException e) {
            // an empty file stays behind; nobody looks at it again
        }
    }

    private static String copy(String id) {
        return "copy-" + id;
    }

    private <T> T take(String name, Taking<T> how) {
        Path file = directory.resolve(name);
        try {
            return how.take(FileMutex.of(file));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationInterruptedException("interrupted while waiting for the lock " + name, e);
        } catch (NoSuchFileException e) { // the repository was removed, or is not there yet
            throw new NotFoundException("the repository is gone: " + file + " has no directory", e);
        } catch (IOException e) {
            throw IoFailure.of("lock", file, e);
        }
    }
}
