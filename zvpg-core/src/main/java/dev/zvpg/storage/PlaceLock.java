package dev.zvpg.storage;

import dev.zvpg.internal.io.Uninterrupted;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One place, one holder: among processes by a lock on a file, among the threads of this one by a lock in memory.
 *
 * <p>The system drops a process's lock on a file as soon as the process closes any channel to it, so while a thread holds
 * the lock no other may as much as open the file: the lock in memory comes first, and all storages on the same place share it.
 *
 * <p>Thread-safe.
 */
final class PlaceLock {

    private static final Map<Object, ReentrantLock> IN_THIS_PROCESS = new ConcurrentHashMap<>();

    private static final long PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Path file;
    private final ReentrantLock threads;

    /**
     * The lock of a place.
     *
     * @param file the file to lock; its directory exists and tells which place it is, by whatever path it is reached
     */
    PlaceLock(Path file) throws IOException {
        this.file = file;
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a lock file is in a directory");
        Object key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
        this.threads = IN_THIS_PROCESS.computeIfAbsent(
                key == null ? directory.toRealPath() : key, unused -> new ReentrantLock());
    }

    /**
     * Waits for the lock and runs the action under it. The action is not interrupted, the wait is unless the caller is
     * {@link Uninterrupted}.
     *
     * @throws FileLockInterruptionException when the thread was interrupted while it waited; its flag is set
     */
    <T> T hold(Uninterrupted.Action<T> action) throws IOException {
        try {
            threads.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FileLockInterruptionException();
        }
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            lock(channel); // goes with the channel
            return Uninterrupted.call(action);
        } finally {
            threads.unlock();
        }
    }

    /**
     * Waits in the system, and where it refuses to wait, here. It looks for deadlocks among processes and knows nothing of
     * threads: two processes that wait for each other's locks with different threads are a deadlock to it (EDEADLK). Its
     * words for that depend on the user's language; any other refusal comes again from the attempt.
     */
    private static void lock(FileChannel channel) throws IOException {
        try {
            channel.lock();
            return;
        } catch (FileLockInterruptionException | ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            // try instead
        }
        while (channel.tryLock() == null) {
            LockSupport.parkNanos(PARK_NANOS);
            if (Thread.currentThread().isInterrupted()) {
                throw new FileLockInterruptionException();
            }
        }
    }
}
