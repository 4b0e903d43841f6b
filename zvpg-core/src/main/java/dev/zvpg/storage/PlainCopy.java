package dev.zvpg.storage;

import dev.zvpg.internal.io.Uninterrupted;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Copies a tree byte by byte, on the calling thread and one helper: a second pair of hands hides the waiting for the file
 * system, a third one gained nothing where it was measured.
 *
 * <p>Used for one copy, by one thread.
 */
final class PlainCopy {

    /** How often a live tree is gone through again for what its copy lacks. */
    private static final int PASSES = 8;

    private static final int FILES_WORTH_A_HELPER = 32;
    private static final long CHUNK_BYTES = 16L << 20;
    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final Set<StandardOpenOption> NEW_FILE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private final TreePlan plan;
    private final boolean alive;
    private final CopyCallback callback;
    private final Node made;
    private final long totalBytes;
    private final Queue<Node> queue;
    private final AtomicLong doneBytes = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private long lastTold = System.nanoTime();

    /**
     * Prepares a copy.
     *
     * @param plan what to copy; the target's root exists
     * @param made the target's root as this process made it, before it got the source's owner and mode
     * @param alive whether files of the source may vanish meanwhile
     */
    private PlainCopy(TreePlan plan, Node made, boolean alive, CopyCallback callback) {
        this.plan = plan;
        this.alive = alive;
        this.callback = callback;
        this.made = made;
        this.totalBytes = plan.bytes();
        this.queue = new ConcurrentLinkedQueue<>(plan.files);
    }

    /** Copies; when it throws, no thread of it writes any longer. */
    void run() throws IOException {
        for (Node directory : plan.directories) {
            makeDirectory(directory.target());
        }
        copyFiles();
        for (Node link : plan.symbolicLinks) {
            copyLink(link);
        }
        copyHardLinks();
        // a directory's time changes with its entries, and its mode may forbid new ones: last, and innermost first
        for (int i = plan.directories.size() - 1; i >= 0; i--) {
            plan.directories.get(i).label(made);
        }
        callback.progress(totalBytes, totalBytes);
    }

    private static void makeDirectory(Path target) throws IOException {
        try {
            Files.createDirectory(target, Node.DIRECTORY_MODE);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
            // the earlier copy has given it the original's mode, which may forbid new entries
            Files.setAttribute(target, "unix:mode", Node.NEW_DIRECTORY);
        }
    }

    private void copyFiles() throws IOException {
        Thread helper = new Thread(() -> work(false), "zvpg-copy");
        helper.setDaemon(true);
        boolean helped = plan.files.size() >= FILES_WORTH_A_HELPER;
        if (helped) {
            helper.start();
        }
        try {
            work(true);
            while (helped && helper.isAlive() && failure.get() == null) {
                helper.join(TimeUnit.NANOSECONDS.toMillis(PROGRESS_NANOS));
                tell();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure.compareAndSet(null, interruption(e));
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        } finally {
            if (helped) {
                if (failure.get() != null) {
                    helper.interrupt();
                }
                Uninterrupted.join(helper);
            }
        }
        rethrow(failure.get());
    }

    private static void rethrow(@Nullable Throwable failed) throws IOException {
        if (failed instanceof IOException e) {
            throw e;
        }
        if (failed instanceof RuntimeException e) {
            throw e;
        }
        if (failed instanceof Error e) {
            throw e;
        }
    }

    private static IOException interruption(InterruptedException e) {
        InterruptedIOException interruption = new InterruptedIOException("the copy was interrupted");
        interruption.initCause(e);
        return interruption;
    }

    private void work(boolean tells) {
        try {
            for (Node file = queue.poll(); file != null && failure.get() == null; file = queue.poll()) {
                copyFile(file, tells);
            }
        } catch (IOException | RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        }
    }

    private void copyFile(Node file, boolean tells) throws IOException {
        try (FileChannel from = FileChannel.open(file.source(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            try (FileChannel to = FileChannel.open(file.target(), NEW_FILE, Node.FILE_MODE)) {
                transfer(from, to, tells);
            }
        } catch (NoSuchFileException e) {
            if (alive && file.source().toString().equals(e.getFile())) {
                return;
            }
            throw e;
        }
        file.label(made);
    }

    /** Copies what the file holds now: one that grows meanwhile would never end. */
    private void transfer(FileChannel from, FileChannel to, boolean tells) throws IOException {
        long size = from.size();
        long position = 0;
        while (position < size && failure.get() == null) {
            long copied = from.transferTo(position, Math.min(CHUNK_BYTES, size - position), to);
            if (copied <= 0) {
                break; // it has shrunk
            }
            position += copied;
            doneBytes.addAndGet(copied);
            if (tells) {
                tell();
            }
        }
    }

    private void copyLink(Node link) throws IOException {
        try {
            Files.createSymbolicLink(link.target(), Files.readSymbolicLink(link.source()));
        } catch (NoSuchFileException e) {
            if (alive) {
                return;
            }
            throw e;
        }
        link.label(made);
    }

    private void copyHardLinks() throws IOException {
        Map<Node.Identity, Path> copies = new HashMap<>();
        for (Node file : plan.files) {
            if (file.links() > 1) {
                copies.put(file.identity(), file.target());
            }
        }
        for (Node link : plan.hardLinks) {
            Path copy = copies.get(link.identity());
            if (copy != null && Files.exists(copy, LinkOption.NOFOLLOW_LINKS)) {
                Files.createLink(link.target(), copy);
            } else { // the first of them has vanished before it was copied
                copyFile(link, true);
                copies.put(link.identity(), link.target());
            }
        }
    }

    /** Tells how far the copy is, a few times a second, always on the thread that called the verb. */
    private void tell() {
        long now = System.nanoTime();
        if (now - lastTold >= PROGRESS_NANOS) {
            lastTold = now;
            callback.progress(Math.min(doneBytes.get(), totalBytes), totalBytes);
        }
    }

    /** Copies everything; the target's root exists and is empty. */
    static void copy(Path source, Path target, boolean alive, CopyCallback callback) throws IOException {
        Node made = Node.read(target, target);
        new PlainCopy(TreePlan.of(source, target), made, alive, callback).run();
        if (alive) {
            complete(source, target, made);
        }
    }

    /**
     * Copies what an earlier copy of a live tree has left out, until nothing is.
     *
     * @param made the target's root before that copy
     */
    static void complete(Path source, Path target, Node made) throws IOException {
        for (int pass = 0; pass < PASSES; pass++) {
            TreePlan missing = TreePlan.ofMissing(source, target);
            if (missing.isEmpty()) {
                return;
            }
            new PlainCopy(missing, made, true, CopyCallback.NONE).run();
        }
    }
}
