package dev.zvpg.storage;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A thread that works on a storage in memory as another process would, and can be killed like one. */
final class MemoryProcess implements OtherProcess {

    private static final String END = "end";

    private final MemoryStorage storage;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile @Nullable Throwable failure;
    private boolean atEnd;

    MemoryProcess(MemoryStorage storage, List<String> work) {
        this.storage = storage;
        this.thread = new Thread(() -> run(work));
        thread.setDaemon(true);
        thread.start();
    }

    private void run(List<String> work) {
        try (storage) {
            StorageWork.run(storage, work, lines::add);
        } catch (InterruptedException | RuntimeException | Error e) {
            failure = e;
            StringWriter text = new StringWriter();
            e.printStackTrace(new PrintWriter(text));
            lines.add(text.toString());
        } finally {
            lines.add(END);
        }
    }

    @Override
    public List<String> lines(int count) {
        List<String> taken = new ArrayList<>();
        try {
            while (taken.size() < count && !atEnd) {
                String line = lines.take();
                atEnd = line.equals(END);
                if (!atEnd) {
                    taken.add(line);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return taken;
    }

    @Override
    public List<String> rest() {
        return lines(Integer.MAX_VALUE);
    }

    @Override
    public int exitCode() throws InterruptedException {
        thread.join();
        return failure == null ? 0 : 1;
    }

    @Override
    public void kill() throws InterruptedException {
        storage.kill();
        thread.interrupt();
        thread.join();
    }

    @Override
    public void close() {
        storage.kill();
        thread.interrupt();
    }
}
