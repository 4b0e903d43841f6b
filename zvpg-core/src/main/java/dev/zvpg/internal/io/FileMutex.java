package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A lock on a file: for one holder, or for several that share it, among all threads, class loaders and processes. The
 * system drops it with the process, however that ends.
 *
 * <p>The system drops a process's lock on a file as soon as the process closes <em>any</em> descriptor of it. So the
 * file is not as much as opened before its turn: first threads take turns in memory, then class loaders and processes,
 * see {@link LockedFile}. Class loaders take turns even where each of them would share.
 *
 * <p>Its holder may delete the file: who waited for it then waits for the one that has taken its place. A thread that
 * holds it alone may take it once more by the methods that wait.
 *
 * <p>Immutable.
 */
public final class FileMutex {

    private final Path file;

    private FileMutex(Path file) {
        this.file = file;
    }

    /** A lock that is held. Thread-safe; another thread may let go than the one that took it. */
    public interface Held extends AutoCloseable {

        /**
         * Sets the time of the file's last change. Nothing else may do so while it is locked, because that opens the
         * file.
         *
         * @throws IOException when it cannot be written
         */
        void touch() throws IOException;

        /** Lets go; once is enough. */
        @Override
        void close();
    }

    /**
     * Names a lock and does nothing yet.
     *
     * @param file the file to lock, made where it is missing; its directory, which exists, tells by whatever path which
     *     it is
     * @return the lock
     */
    public static FileMutex of(Path file) {
        return new FileMutex(file.toAbsolutePath().normalize());
    }

    /**
     * Waits until nobody else holds it.
     *
     * @return the lock
     * @throws NoSuchFileException when its directory is missing
     * @throws IOException when the file cannot be opened for writing, or not be locked
     * @throws InterruptedException when the thread is interrupted before it has the lock
     */
    public Held lock() throws IOException, InterruptedException {
        return take(Gate.ALL, true).orElseThrow();
    }

    /**
     * Waits until nobody else holds it, as long as that takes.
     *
     * @return the lock
     * @throws IOException as {@link #lock()} does
     */
    public Held lockUninterruptibly() throws IOException {
        return Uninterrupted.call(this::lock);
    }

    /**
     * Waits until nobody holds it alone.
     *
     * @return the lock, which others may share
     * @throws IOException as {@link #lock()} does
     * @throws InterruptedException as {@link #lock()} does
     */
    public Held lockShared() throws IOException, InterruptedException {
        return take(1, true).orElseThrow();
    }

    /**
     * Takes it, alone, when nobody holds it, not even this thread.
     *
     * @return the lock, or empty
     * @throws IOException as {@link #lock()} does
     */
    public Optional<Held> tryLock() throws IOException {
        return Uninterrupted.call(() -> take(Gate.ALL, false));
    }

    /**
     * Waits until nobody else holds it, and runs an action under it.
     *
     * @param action what to do, which no interrupt cuts short
     * @param <T> what comes of it
     * @return what comes of it
     * @throws FileLockInterruptionException when the thread was interrupted while it waited; its flag is set
     * @throws IOException as {@link #lock()} does, or when the action fails
     */
    public <T> T hold(Uninterrupted.Action<T, IOException> action) throws IOException {
        try (Held held = lock()) {
            return Uninterrupted.call(action);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FileLockInterruptionException();
        }
    }

    private Optional<Held> take(int turns, boolean wait) throws IOException, InterruptedException {
        Path directory = Objects.requireNonNull(file.getParent(), "a lock file is in a directory");
        Object inode =
                Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
        Gate gate = Gate.enter(inode + "/" + file.getFileName());
        boolean held = false;
        try {
            Optional<Held> taken = gate.take(file, turns, wait);
            held = taken.isPresent();
            return taken;
        } finally {
            if (!held) {
                gate.leave();
            }
        }
    }

    /** Where the threads meet that use this copy of the class; there while one of them has or wants the lock. */
    private static final class Gate {

        static final int ALL = 1 << 20;

        private static final Map<String, Gate> GATES = new ConcurrentHashMap<>();

        private final String key;
        private final Semaphore turns = new Semaphore(ALL, true);
        private final ReentrantLock sharing = new ReentrantLock();
        private int users; // changed by the map only
        private int holders; // by whoever has all turns, or one and is sharing
        private @Nullable LockedFile locked;
        private volatile @Nullable Thread alone;

        Gate(String key) {
            this.key = key;
        }

        static Gate enter(String key) {
            return GATES.compute(key, (same, known) -> {
                Gate gate = known == null ? new Gate(key) : known;
                gate.users++;
                return gate;
            });
        }

        void leave() {
            GATES.computeIfPresent(key, (same, gate) -> --gate.users == 0 ? null : gate);
        }

        Optional<Held> take(Path file, int wanted, boolean wait) throws IOException, InterruptedException {
            int needed = wait && Thread.currentThread().equals(alone) ? 0 : wanted;
            if (needed == 0) {
                // not even asked for: a fair semaphore has whoever wants nothing queue too, behind those that wait for
                // us
            } else if (wait) {
                turns.acquire(needed);
            } else if (!turns.tryAcquire(needed)) {
                return Optional.empty();
            }
            boolean held = false;
            try {
                held = join(file, wanted == 1, wait);
                if (needed == ALL) {
                    alone = held ? Thread.currentThread() : null;
                }
                return held ? Optional.of(new Turn(this, needed)) : Optional.empty();
            } finally {
                if (!held) {
                    turns.release(needed);
                }
            }
        }

        /** The first one locks the file. */
        private boolean join(Path file, boolean shared, boolean wait) throws IOException, InterruptedException {
            sharing.lockInterruptibly();
            try {
                if (locked == null) {
                    locked = LockedFile.open(file, key, shared, wait).orElse(null);
                }
                holders += locked == null ? 0 : 1;
                return locked != null;
            } finally {
                sharing.unlock();
            }
        }

        /** The last one unlocks the file. */
        void release(int held) {
            sharing.lock();
            try {
                if (held == ALL) {
                    alone = null;
                }
                if (--holders == 0 && locked != null) {
                    locked.close();
                    locked = null;
                }
            } finally {
                sharing.unlock();
            }
            turns.release(held);
            leave();
        }

        void touch() throws IOException {
            sharing.lock();
            try {
                Objects.requireNonNull(locked, "nobody holds it any more").touch();
            } finally {
                sharing.unlock();
            }
        }
    }

    private static final class Turn implements Held {

        private final Gate gate;
        private final int turns;
        private boolean closed;

        Turn(Gate gate, int turns) {
            this.gate = gate;
            this.turns = turns;
        }

        @Override
        public void touch() throws IOException {
            gate.touch();
        }

        @Override
        public void close() {
            synchronized (this) {
                if (closed) {
                    return;
                }
                closed = true;
            }
            gate.release(turns);
        }
    }
}
