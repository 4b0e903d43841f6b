package dev.zvpg.directory;

import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.storage.CopyProgress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The calling thread and one helper: a second pair of hands hides the waiting for the file system, a third one gained
 * nothing where it was measured. Tells how far the copy is, always on the thread that made it.
 *
 * <p>Used by one thread.
 */
final class CopyWorkers {

    private static final int FILES_WORTH_A_HELPER = 32;
    private static final long CHUNK_BYTES = 16L << 20;
    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final CopyProgress progress;
    private final long totalBytes;
    private final Thread owner = Thread.currentThread();
    private final AtomicLong doneBytes = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private long lastTold = System.nanoTime();

    CopyWorkers(CopyProgress progress, long totalBytes) {
        this.progress = progress;
        this.totalBytes = totalBytes;
    }

    /** What is done with each. */
    interface Task<T> {
        void run(T item) throws IOException;
    }

    /** Does something with each; when it throws, no thread is at work any longer. */
    <T> void each(List<T> items, Task<T> task) throws IOException {
        if (items.isEmpty()) {
            return;
        }
        Queue<T> queue = new ConcurrentLinkedQueue<>(items);
        Thread helper = new Thread(() -> work(queue, task), "zvpg-copy");
        helper.setDaemon(true);
        boolean helped = items.size() >= FILES_WORTH_A_HELPER;
        if (helped) {
            helper.start();
        }
        try {
            work(queue, task);
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

    private <T> void work(Queue<T> queue, Task<T> task) {
        try {
            for (T item = queue.poll(); item != null && failure.get() == null; item = queue.poll()) {
                task.run(item);
            }
        } catch (IOException | RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        }
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

    /** Copies what the file holds now: one that grows meanwhile would never end. */
    void transfer(FileChannel from, FileChannel to) throws IOException {
        long size = from.size();
        long position = 0;
        while (position < size && failure.get() == null) {
            long copied = from.transferTo(position, Math.min(CHUNK_BYTES, size - position), to);
            if (copied <= 0) {
                break; // it has shrunk
            }
            position += copied;
            doneBytes.addAndGet(copied);
            if (Thread.currentThread() == owner) {
                tell();
            }
        }
    }

    /** Tells how far the copy is, a few times a second. */
    private void tell() {
        long now = System.nanoTime();
        if (now - lastTold >= PROGRESS_NANOS) {
            lastTold = now;
            progress.copied(Math.min(doneBytes.get(), totalBytes), totalBytes);
        }
    }
}
