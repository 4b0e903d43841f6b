package dev.zvpg;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An open repository as the owner of scratch clones: a lock file that the operating system unlocks with the process, however
 * that ends. So whoever can lock it knows that the owner is dead; a process number could be another's by now, or mean nothing
 * in another container.
 *
 * <p>Thread-safe.
 */
final class Owner implements AutoCloseable {

    private static final String PREFIX = "owner-";

    /** A process's locks on a file go with any of its channels to it, so it never opens those that it holds. */
    private static final Set<String> HERE = ConcurrentHashMap.newKeySet();

    /** For a second copy of this class in the same process, from another class loader. */
    private static final String PROCESS = process();

    private final Path file;
    private final String id;
    private final FileChannel channel;

    private Owner(Path file, String id, FileChannel channel) {
        this.file = file;
        this.id = id;
        this.channel = channel;
    }

    /** A new owner, alive until it is closed or the process ends. */
    static Owner in(Path locks) {
        String id = PROCESS + "-" + Long.toString(new SecureRandom().nextLong(1L << 50), Character.MAX_RADIX);
        Path file = locks.resolve(PREFIX + id);
        boolean interrupted = Thread.interrupted(); // a channel closes itself under an interrupted thread
        HERE.add(id);
        try {
            return new Owner(file, id, locked(file));
        } catch (IOException e) {
            HERE.remove(id);
            throw Home.failed("lock", file, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whoever finds it between its creation and its locking takes it for a dead one's, and removes it. */
    private static FileChannel locked(Path file) throws IOException {
        while (true) {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            boolean locked = false;
            try {
                channel.lock();
                locked = Files.exists(file);
            } finally {
                if (!locked) {
                    channel.close();
                }
            }
            if (locked) {
                return channel;
            }
        }
    }

    String id() {
        return id;
    }

    /** Whether an owner lives; when it does not, its file is gone afterwards. */
    static boolean isAlive(Path locks, String id) {
        Path file = locks.resolve(PREFIX + id);
        if (HERE.contains(id) || (id.startsWith(PROCESS + "-") && Files.exists(file))) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (channel.tryLock() == null) {
                return true;
            }
            Files.deleteIfExists(file);
            return false;
        } catch (NoSuchFileException e) {
            return false;
        } catch (OverlappingFileLockException e) {
            return true;
        } catch (IOException e) {
            throw Home.failed("lock", file, e);
        }
    }

    /** Removes the files of owners that are dead. */
    static void forgetTheDead(Path locks) {
        try (var files = Files.newDirectoryStream(locks, PREFIX + "*")) {
            for (Path file : files) {
                isAlive(locks, String.valueOf(file.getFileName()).substring(PREFIX.length()));
            }
        } catch (IOException e) {
            throw Home.failed("read", locks, e);
        }
    }

    /** Dies; its scratch clones are to be removed before. */
    @Override
    public void close() {
        try (channel) {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw Home.failed("unlock", file, e);
        } finally {
            HERE.remove(id);
        }
    }

    /** This process's number and the moment it began, which no other has both of. */
    private static String process() {
        ProcessHandle self = ProcessHandle.current();
        long began = self.info().startInstant().map(i -> i.toEpochMilli()).orElse(0L);
        return self.pid() + "-" + began;
    }
}
