package dev.zvpg.zfs;

import dev.zvpg.error.ZvpgException;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The main class of a process whose threads make, use and destroy clones of one snapshot for a while. Prints what its
 * own use of memory and files was early and late.
 *
 * <p>Confined to the main thread, but for the threads it starts.
 */
final class SoakWorker {

    private static final AtomicLong ROUNDS = new AtomicLong();
    private static final Queue<Throwable> ERRORS = new ConcurrentLinkedQueue<>();

    private SoakWorker() {}

    /**
     * Works.
     *
     * @param arguments the dataset, the snapshot, the number of threads, the duration in seconds
     */
    @SuppressWarnings("SystemOut") // the test reads it
    public static void main(String[] arguments) throws Exception {
        Duration duration = Duration.ofSeconds(Long.parseLong(arguments[3]));
        try (Storage storage = ZfsStorage.dataset(arguments[0]).open()) {
            long begin = System.nanoTime();
            SnapshotId snapshot = new SnapshotId(arguments[1]);
            // a third of the time to load classes and to fill caches; what is left of the growth after that is a leak
            work(storage, snapshot, Integer.parseInt(arguments[2]), begin, duration.dividedBy(3));
            report("early");
            work(storage, snapshot, Integer.parseInt(arguments[2]), begin, duration);
            report("late");
        }
        ERRORS.forEach(error -> System.out.println("error " + error));
    }

    private static void work(Storage storage, SnapshotId snapshot, int threads, long begin, Duration until)
            throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        for (int i = 0; i < threads; i++) {
            pool.execute(() -> {
                do { // once at least, however slow the machine
                    round(storage, snapshot);
                } while (System.nanoTime() - begin < until.toNanos());
            });
        }
        pool.shutdown();
        pool.awaitTermination(1, TimeUnit.HOURS);
    }

    private static void round(Storage storage, SnapshotId snapshot) {
        VolumeId volume = VolumeId.generate("soak");
        try {
            Trees.clone(storage, snapshot, volume, Map.of("kind", "clone"));
            Path directory = storage.directory(volume);
            Files.writeString(directory.resolve("own"), volume.value());
            storage.update(java.util.List.of(AttributeChange.set(volume, Map.of("name", volume.value()))));
            requireOwn(directory, volume);
            storage.destroy(volume);
            ROUNDS.incrementAndGet();
        } catch (ZvpgException | IOException | IllegalStateException e) {
            ERRORS.add(e);
        }
    }

    private static void requireOwn(Path directory, VolumeId volume) throws IOException {
        String own = Files.readString(directory.resolve("own"));
        String base = Files.readString(directory.resolve("base"));
        if (!own.equals(volume.value()) || !base.equals("base")) {
            throw new IllegalStateException("the clone " + volume + " holds " + own + " and " + base);
        }
    }

    @SuppressWarnings("SystemOut")
    private static void report(String when) throws IOException {
        System.gc();
        System.out.println(when + " rounds=" + ROUNDS + " files=" + openFiles() + " memory=" + memory());
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    /** What belongs to this process alone, native memory included; in KB. */
    private static long memory() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
