package dev.zvpg;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Named locks between the threads and processes that use one repository. The operating system drops them with the process,
 * so a crash leaves none. Order: working copies' locks first, by id where there are two, then the repository's. Thread-safe.
 */
final class Locks {

    /** A lock that is held; closing it lets go. Confined to the thread that took it. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * File locks belong to the whole JVM, and closing any channel of a file drops them all; so each file has one entry here,
     * and at most one channel at a time.
     */
    private static final Map<Path, Entry> ENTRIES = new ConcurrentHashMap<>();

    private static final Logger LOG = LoggerFactory.getLogger(Locks.class);
    private static final long RETRY_NANOS = 1_000_000;

    private final Path directory;

    Locks(Path directory) {
        this.directory = directory;
    }

    /** For the short moments in which names and ports are given out and references move. */
    Held repository() {
        return exclusive(
                "repository", false); // short, and often in the middle of something: an interrupt waits its turn
    }

    /** For everything that must not meet itself on one working copy: start, stop, snapshot, delete. */
    Held workingCopy(String id) {
        return exclusive("copy-" + id, true);
    }

    /** The same for two of them at once. */
    Held workingCopies(String one, String other) {
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

    /** Says that objects are being made that nothing refers to yet. Shared by any number of makers. */
    Held making() {
        Entry entry = entry("making");
        acquire(entry.lock.readLock(), "making", true);
        try {
            entry.addReader();
            return entry::removeReader;
        } catch (IOException | RuntimeException e) {
            entry.lock.readLock().unlock();
            throw failure("making", e);
        }
    }

    /** Says that nobody makes anything, so that what nothing refers to is left over. Empty when somebody does. */
    Optional<Held> sweeping() {
        Entry entry = entry("making");
        if (!entry.lock.writeLock().tryLock()) {
            return Optional.empty();
        }
        boolean held = false;
        try {
            held = entry.tryLockFile();
            return held ? Optional.of(entry::releaseExclusive) : Optional.empty();
        } catch (IOException e) {
            throw failure("making", e);
        } finally {
            if (!held) {
                entry.lock.writeLock().unlock();
            }
        }
    }

    /** Removes the lock file of a working copy that is gone; called while its lock is held. */
    void forget(String id) {
        Path file = real().resolve("copy-" + id);
        ENTRIES.remove(file);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // an empty file stays behind; nobody looks at it again
        }
    }

    private Held exclusive(String name, boolean interruptible) {
        Entry entry = entry(name);
        acquire(entry.lock.writeLock(), name, interruptible);
        if (entry.lock.getWriteHoldCount() > 1) {
            return entry.lock.writeLock()::unlock;
        }
        try {
            entry.lockFile(false, interruptible);
            return entry::releaseExclusive;
        } catch (IOException | RuntimeException e) {
            entry.lock.writeLock().unlock();
            throw failure(name, e);
        }
    }

    private static void acquire(Lock lock, String name, boolean interruptible) {
        if (!interruptible) {
            lock.lock();
            return;
        }
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(name, e);
        }
    }

    private Entry entry(String name) {
        return ENTRIES.computeIfAbsent(real().resolve(name), Entry::new);
    }

    /** One entry for each file, by whichever path one came to it. */
    private Path real() {
        try {
            return directory.toRealPath();
        } catch (IOException e) {
            return directory;
        }
    }

    private static RuntimeException failure(String name, Exception e) {
        if (e instanceof FileLockInterruptionException || e instanceof ClosedByInterruptException) {
            Thread.currentThread().interrupt();
            return interrupted(name, e);
        }
        return e instanceof RuntimeException runtime
                ? runtime
                : new StorageException("lock", name, e + "; check that the home directory can be written", e);
    }

    private static StorageException interrupted(String name, Exception e) {
        return new StorageException("lock", name, "interrupted while waiting for it", e);
    }

    private static final class Entry {

        private final Path file;
        private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        private @Nullable FileChannel channel;
        private int readers;

        Entry(Path file) {
            this.file = file;
        }

        FileChannel open() throws IOException {
            try {
                return FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            } catch (NoSuchFileException e) { // the repository was removed, or is not there yet
                throw new NotFoundException("the repository is gone: " + file + " has no directory", e);
            }
        }

        void lockFile(boolean shared, boolean interruptible) throws IOException {
            boolean interrupted = false;
            try {
                while (channel == null) {
                    FileChannel opened = open();
                    try {
                        lock(opened, shared);
                        channel = opened;
                    } catch (FileLockInterruptionException | ClosedByInterruptException e) {
                        opened.close();
                        if (interruptible) {
                            throw e;
                        }
                        interrupted |= Thread.interrupted();
                    } catch (IOException | RuntimeException e) {
                        opened.close();
                        throw e;
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        /**
         * Waits for the lock. The kernel looks for deadlocks among processes, not threads, so it may see one (EDEADLK) where
         * two threads of one process merely wait for two others; then asking again and again finds its turn.
         */
        private static void lock(FileChannel opened, boolean shared) throws IOException {
            try {
                opened.lock(0, Long.MAX_VALUE, shared);
                return;
            } catch (ClosedChannelException | FileLockInterruptionException e) {
                throw e;
            } catch (IOException suspected) {
                LOG.debug("Asking again for a lock", suspected);
            }
            while (opened.tryLock(0, Long.MAX_VALUE, shared) == null) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new FileLockInterruptionException();
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }

        boolean tryLockFile() throws IOException {
            FileChannel opened = open();
            try {
                FileLock fileLock = opened.tryLock();
                if (fileLock == null) {
                    opened.close();
                    return false;
                }
            } catch (IOException | RuntimeException e) {
                opened.close();
                throw e;
            }
            channel = opened;
            return true;
        }

        void releaseExclusive() {
            try {
                unlockFile();
            } finally {
                lock.writeLock().unlock();
            }
        }

        private void unlockFile() {
            FileChannel open = channel;
            channel = null;
            try {
                if (open != null) {
                    open.close();
                }
            } catch (IOException e) {
                throw new StorageException("unlock", file.toString(), e.toString(), e);
            }
        }

        synchronized void addReader() throws IOException {
            if (readers == 0) {
                lockFile(true, true);
            }
            readers++;
        }

        synchronized void removeReader() {
            readers--;
            try {
                if (readers == 0) {
                    unlockFile();
                }
            } finally {
                lock.readLock().unlock();
            }
        }
    }
}
