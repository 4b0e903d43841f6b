package dev.zvpg.postgres.junit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock between the threads and the JVMs that want one thing; the operating system drops it with the process. The file stays
 * when the lock goes: who deleted it could not know who is about to lock it. Confined to the thread that took it.
 */
final class KeyLock implements AutoCloseable {

    /** A file lock belongs to the whole JVM, so its threads need a lock of their own, and one channel at a time. */
    private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private static final long POLL_MILLIS = 10;

    private final ReentrantLock threads;
    private final FileChannel channel;

    private KeyLock(ReentrantLock threads, FileChannel channel) {
        this.threads = threads;
        this.channel = channel;
    }

    /** Waits for the lock. */
    static KeyLock acquire(Path file) throws IOException, InterruptedException {
        ReentrantLock threads = threads(file);
        threads.lockInterruptibly();
        return lock(file, threads, true).orElseThrow();
    }

    /** The lock, when nobody has it. */
    static Optional<KeyLock> tryAcquire(Path file) throws IOException, InterruptedException {
        ReentrantLock threads = threads(file);
        return threads.tryLock() ? lock(file, threads, false) : Optional.empty();
    }

    private static ReentrantLock threads(Path file) {
        return THREADS.computeIfAbsent(file.toAbsolutePath().normalize(), path -> new ReentrantLock());
    }

    private static Optional<KeyLock> lock(Path file, ReentrantLock threads, boolean wait)
            throws IOException, InterruptedException {
        FileChannel channel = null;
        boolean held = false;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            held = tryLock(channel);
            // asked for again and again: a lock that is waited for may be refused because the kernel, which sees
            // processes
            // and not threads, takes two threads of one that wait for two of another for a deadlock
            while (wait && !held) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                held = tryLock(channel);
            }
            return held ? Optional.of(new KeyLock(threads, channel)) : Optional.empty();
        } finally {
            if (!held) {
                try {
                    if (channel != null) {
                        channel.close();
                    }
                } finally {
                    threads.unlock();
                }
            }
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) { // the same class from another class loader has it
            return false;
        }
    }

    /** Notes that what it protects is used now. By writing: to set the time opens the file, and closing that drops the lock. */
    void touch() throws IOException {
        channel.write(ByteBuffer.wrap(new byte[] {'\n'}), 0);
    }

    /** When what the lock protects was used last; long ago when nobody ever locked it. */
    static Instant lastUsed(Path file) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (NoSuchFileException e) {
            return Instant.EPOCH;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            threads.unlock();
        }
    }
}
