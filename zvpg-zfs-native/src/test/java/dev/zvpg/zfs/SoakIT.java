package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Jvm;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.binding.Mounts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** 64 threads in 4 processes make and destroy clones side by side, and leave nothing. */
@NeedsPool
@Order(Integer.MAX_VALUE) // takes minutes
@Isolated("it needs the machine for itself")
class SoakIT {

    private static final int PROCESSES = 4;
    private static final int THREADS = 16;

    /** For how long; {@code ZVPG_ZFS_SOAK_SECONDS} says otherwise. */
    private static final String SECONDS = System.getenv().getOrDefault("ZVPG_ZFS_SOAK_SECONDS", "60");

    /** A list that is not freed for each round would be far more. */
    private static final long MAX_GROWTH_KB = 24 * 1024;

    private final String dataset = PoolTools.NAME + "/" + UUID.randomUUID();

    @AfterEach
    void destroyDataset() throws Exception {
        PoolTools.destroy(dataset);
    }

    @Test
    void clonesComeAndGoInManyThreadsAndProcessesWithoutErrorsOrLeaks() throws Exception {
        try (Storage storage = ZfsStorage.dataset(dataset).open()) {
            VolumeId main = VolumeId.generate("main");
            SnapshotId base = SnapshotId.generate("base");
            Trees.create(storage, main, Map.of());
            Files.writeString(storage.directory(main).resolve("base"), "base");
            storage.snapshot(main, base, Map.of(), CopyProgress.NONE);
            List<String> datasets = PoolTools.tree(dataset);
            List<Mounts.Mount> mounts = mounts();

            List<Process> workers = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                workers.add(worker(base));
            }
            for (Process worker : workers) {
                check(new String(worker.getInputStream().readAllBytes(), StandardCharsets.UTF_8), worker.waitFor());
            }

            assertThat(storage.list().volumes()).hasSize(1);
            assertThat(PoolTools.tree(dataset)).isEqualTo(datasets);
            assertThat(mounts()).isEqualTo(mounts);
        }
    }

    private List<Mounts.Mount> mounts() {
        return Mounts.list().stream()
                .filter(mount -> mount.dataset().startsWith(dataset))
                .toList();
    }

    private Process worker(SnapshotId base) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(Jvm.command(
                List.of("-Xmx48m", "-XX:+IgnoreUnrecognizedVMOptions", "--enable-native-access=ALL-UNNAMED"),
                System.getProperty("java.class.path"),
                SoakWorker.class,
                dataset,
                base.value(),
                Integer.toString(THREADS),
                SECONDS));
        // one heap of the C library for all threads, so that its size tells of leaks and not of the threads' order
        builder.environment().put("MALLOC_ARENA_MAX", "1");
        return builder.redirectErrorStream(true).start();
    }

    @SuppressWarnings("SystemOut") // the figures, for who reads the log
    private static void check(String output, int exitCode) {
        System.out.print(output);
        assertThat(exitCode).as(output).isZero();
        assertThat(output).doesNotContain("error ");
        Report early = Report.of("early", output);
        Report late = Report.of("late", output);
        assertThat(late.rounds).as("rounds").isGreaterThan(early.rounds);
        assertThat(late.files).as("open files").isEqualTo(early.files);
        assertThat(late.memory - early.memory).as("growth in KB").isLessThan(MAX_GROWTH_KB);
    }

    /** What a worker says of itself. */
    private record Report(long rounds, long files, long memory) {

        static Report of(String when, String output) {
            Matcher report = Pattern.compile(when + " rounds=(\\d+) files=(\\d+) memory=(\\d+)")
                    .matcher(output);
            assertThat(report.find()).as(output).isTrue();
            return new Report(
                    Long.parseLong(report.group(1)), Long.parseLong(report.group(2)), Long.parseLong(report.group(3)));
        }
    }
}
