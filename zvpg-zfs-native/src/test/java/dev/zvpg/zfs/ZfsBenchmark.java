package dev.zvpg.zfs;

import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * What the storage takes beside ZFS's own command line, and whether a clone's time depends on how much there is. Rounds
 * of the two sides alternate, so that what else the machine does meets both; the figures are medians, in milliseconds,
 * and the ratio counts. Prints {@code name value unit ratio bar pass|short}. Arguments choose parts: {@code command},
 * {@code size}, {@code number}.
 *
 * <p>Confined to the main thread.
 */
final class ZfsBenchmark {

    private static final int ROUNDS = 15;
    private static final int WARM_UP = 5;
    private static final int MANY_SNAPSHOTS = 200;
    private static final int MANY_CLONES = 100;
    private static final int FEW_ALIVE = 10;
    private static final int MANY_ALIVE = 1000;
    private static final int SMALL_MB = 40;
    private static final int LARGE_MB = 1024;
    private static final String COLUMNS = "name,origin,creation,used,referenced,zvpg:message,zvpg:kind";

    private final String root = PoolTools.NAME + "/" + UUID.randomUUID();
    private final String ours = root + "/ours";
    private final String theirs = root + "/theirs";
    private final Path mounts = Path.of("/tmp", root);
    private final Storage storage;
    private int serial;

    private ZfsBenchmark() throws Exception {
        PoolTools.run("zfs", "create", "-o", "mountpoint=none", root);
        this.storage = ZfsStorage.dataset(ours).open();
    }

    /** Work to be timed. */
    private interface Work {
        void run() throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        Set<String> parts = Set.of(arguments.length == 0 ? new String[] {"command", "size", "number"} : arguments);
        ZfsBenchmark benchmark = new ZfsBenchmark();
        try {
            if (parts.contains("command")) {
                benchmark.againstTheCommandLine();
            }
            if (parts.contains("size")) {
                benchmark.againstSize();
            }
            if (parts.contains("number")) {
                benchmark.againstNumber();
            }
        } finally {
            benchmark.storage.close();
            PoolTools.destroy(benchmark.root);
        }
    }

    private void againstTheCommandLine() throws Exception {
        VolumeId volume = volume("main", SMALL_MB);
        String dataset = theirs;
        PoolTools.run("zfs", "create", "-o", "mountpoint=" + mounts.resolve("theirs"), dataset);
        fill(mounts.resolve("theirs"), SMALL_MB);

        compare("snapshot-with-message", 0.35, () -> snapshot(volume), () -> {
            String name = dataset + "@" + next();
            PoolTools.run("zfs", "snapshot", name);
            PoolTools.run("zfs", "set", "zvpg:message=why", name);
        });

        SnapshotId image = snapshot(volume);
        String origin = dataset + "@origin";
        PoolTools.run("zfs", "snapshot", origin);
        List<VolumeId> clones = new ArrayList<>();
        compare("clone-and-mount", 0.6, () -> clones.add(clone(image)), () -> {
            String name = dataset + "-" + next();
            PoolTools.run("zfs", "clone", "-o", "mountpoint=" + mounts.resolve(name), origin, name);
        });

        for (int i = ROUNDS + WARM_UP + 1; i < MANY_SNAPSHOTS; i++) {
            snapshot(volume);
        }
        while (clones.size() < MANY_CLONES) {
            clones.add(clone(image));
        }
        Work listing = () -> PoolTools.run("zfs", "list", "-H", "-p", "-t", "all", "-r", "-o", COLUMNS, ours);
        compare("list-200-snapshots-100-clones", 0.5, storage::list, listing);
        compare("open-and-list-200-snapshots-100-clones", 0.5, this::openAndList, listing);
        clones.forEach(storage::destroy);
    }

    /** A listing without anything known from an earlier one. */
    private void openAndList() {
        try (Storage fresh = ZfsStorage.dataset(ours).open()) {
            fresh.list();
        }
    }

    private void againstSize() throws Exception {
        SnapshotId small = snapshot(volume("small", SMALL_MB));
        SnapshotId large = snapshot(volume("large", LARGE_MB));
        List<VolumeId> clones = new ArrayList<>();
        compare("clone-at-1-gb-to-40-mb", 1.2, () -> clones.add(clone(large)), () -> clones.add(clone(small)));
        clones.forEach(storage::destroy);
    }

    /** Not in alternating rounds, because 1,000 clones cannot come and go. */
    private void againstNumber() throws Exception {
        SnapshotId image = snapshot(volume("crowd", SMALL_MB));
        List<VolumeId> clones = new ArrayList<>();
        crowd(image, clones, FEW_ALIVE); // the JVM gets to know it
        List<Long> few = crowd(image, clones, FEW_ALIVE);
        List<Long> many = crowd(image, clones, MANY_ALIVE);
        print("clone-at-1000-alive-to-10", 1.5, median(many), median(few));
    }

    /** How long a clone takes when so many are alive. */
    private List<Long> crowd(SnapshotId image, List<VolumeId> clones, int alive) throws Exception {
        while (clones.size() < alive) {
            clones.add(clone(image));
        }
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            times.add(time(() -> clones.add(clone(image))));
            storage.destroy(clones.remove(clones.size() - 1));
        }
        return times;
    }

    private VolumeId volume(String hint, int megabytes) throws IOException {
        VolumeId volume = VolumeId.generate(hint);
        Trees.create(storage, volume, Map.of("kind", "branch"));
        fill(storage.directory(volume), megabytes);
        return volume;
    }

    /** Random, so that it does not compress. */
    private static void fill(Path directory, int megabytes) throws IOException {
        Random random = new Random(megabytes);
        byte[] block = new byte[1024 * 1024];
        try (OutputStream file = Files.newOutputStream(directory.resolve("data"))) {
            for (int i = 0; i < megabytes; i++) {
                random.nextBytes(block);
                file.write(block);
            }
        }
    }

    private SnapshotId snapshot(VolumeId volume) {
        SnapshotId snapshot = SnapshotId.generate("s");
        storage.snapshot(volume, snapshot, Map.of("message", "why", "kind", "snapshot"), CopyProgress.NONE);
        return snapshot;
    }

    /** Ready for a server: mounted, and with its attributes. */
    private VolumeId clone(SnapshotId snapshot) {
        VolumeId volume = VolumeId.generate("c");
        Trees.clone(storage, snapshot, volume, Map.of("kind", "clone"));
        storage.directory(volume);
        return volume;
    }

    private int next() {
        return ++serial;
    }

    private static void compare(String name, double bar, Work left, Work right) throws Exception {
        List<Long> lefts = new ArrayList<>();
        List<Long> rights = new ArrayList<>();
        for (int i = 0; i < WARM_UP + ROUNDS; i++) {
            long first = time(left);
            long second = time(right);
            if (i >= WARM_UP) {
                lefts.add(first);
                rights.add(second);
            }
        }
        print(name, bar, median(lefts), median(rights));
    }

    private static long time(Work work) throws Exception {
        long begin = System.nanoTime();
        work.run();
        return System.nanoTime() - begin;
    }

    private static double median(List<Long> nanos) {
        return nanos.stream().sorted().toList().get(nanos.size() / 2) / 1e6;
    }

    @SuppressWarnings("SystemOut") // this is its answer
    private static void print(String name, double bar, double value, double other) {
        double ratio = value / other;
        System.out.printf("%s %.1f ms %.2f %.2f %s%n", name, value, ratio, bar, ratio <= bar ? "pass" : "short");
    }
}
