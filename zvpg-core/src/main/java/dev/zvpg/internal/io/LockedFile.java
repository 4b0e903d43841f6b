package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A file that this process has locked, through the only channel that it has to it.
 *
 * <p>Two class loaders, such as those of two web applications, have a copy of this class each. What all of them see is
 * the system properties: a property is there for each file that one of them has locked or is about to, and only who set
 * it opens the file. It is text, because much that lists the properties expects no more, and names the process, because
 * properties are handed on to others.
 *
 * <p>Closed once, by whoever has the last use of it.
 */
final class LockedFile {

    private static final String PROPERTY = "dev.zvpg.locked." + process() + ".";
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final String property;
    private final FileChannel channel;

    private LockedFile(String property, FileChannel channel) {
        this.property = property;
        this.channel = channel;
    }

    /**
     * Opens and locks it.
     *
     * @param key tells the file from all others
     * @param wait or be empty when another class loader or process has it
     */
    static Optional<LockedFile> open(Path file, String key, boolean shared, boolean wait)
            throws IOException, InterruptedException {
        String property = PROPERTY + key;
        while (System.getProperties().putIfAbsent(property, "") != null) {
            if (!wait) {
                return Optional.empty();
            }
            Uninterrupted.park(RETRY_NANOS);
        }
        FileChannel channel = null;
        try {
            channel = channel(file, shared, wait);
            return Optional.ofNullable(channel).map(locked -> new LockedFile(property, locked));
        } finally {
            if (channel == null) {
                System.getProperties().remove(property);
            }
        }
    }

    private static @Nullable FileChannel channel(Path file, boolean shared, boolean wait)
            throws IOException, InterruptedException {
        while (true) {
            Optional<Object> inode = inode(file);
            FileChannel channel = FileChannel.open(
                    file,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
            boolean locked = false;
            try {
                // who was opened is known when the name led to the same before and after; an open file's number stays
                // its own
                boolean known = inode.isPresent() && inode.equals(inode(file));
                if (known && !lock(channel, shared, wait)) {
                    return null;
                }
                locked = known && inode.equals(inode(file));
                if (locked) {
                    return channel;
                }
            } finally {
                if (!locked) {
                    channel.close();
                }
            }
        }
    }

    private static Optional<Object> inode(Path file) throws IOException {
        try {
            return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Waits in the system, and where it refuses to wait, here. It looks for deadlocks among processes and knows nothing
     * of threads: two processes that wait for each other's locks with different threads are a deadlock to it (EDEADLK).
     * Its words for that depend on the user's language; any other refusal comes again from the attempt.
     */
    private static boolean lock(FileChannel channel, boolean shared, boolean wait)
            throws IOException, InterruptedException {
        if (wait) {
            try {
                channel.lock(0, Long.MAX_VALUE, shared);
                return true;
            } catch (FileLockInterruptionException | ClosedByInterruptException e) {
                Thread.interrupted();
                throw new InterruptedException();
            } catch (IOException suspected) {
                // asked for again below
            }
        }
        while (channel.tryLock(0, Long.MAX_VALUE, shared) == null) {
            if (!wait) {
                return false;
            }
            Uninterrupted.park(RETRY_NANOS);
        }
        return true;
    }

    void touch() throws IOException {
        Uninterrupted.call(() -> channel.write(ByteBuffer.wrap(new byte[] {'\n'}), 0));
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // the system has let go of the descriptor, and of the lock with it
        } finally {
            System.getProperties().remove(property);
        }
    }

    /** This process's number and the moment it began, which no other has both of. */
    private static String process() {
        ProcessHandle self = ProcessHandle.current();
        return self.pid() + "-"
                + self.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }
}
