package dev.zvpg;

import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.server.FakeLauncher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Measures what the number of snapshots costs, on directory storage: {@code clone}, {@code log} and {@code status} at
 * 10 and at 1,000 snapshots. The servers are fakes; the data is a file of a given size, because a copy of nothing costs
 * nothing. Confined to one thread.
 */
final class RepositoryBenchmark {

    private static final int ROUNDS = 25;

    private RepositoryBenchmark() {}

    /**
     * Measures.
     *
     * @param arguments the directory to work in, the bytes of data in each snapshot
     */
    @SuppressWarnings("SystemOut") // it is what this is for
    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createTempDirectory(Path.of(arguments[0]), "zvpg-bench-");
        int bytes = Integer.parseInt(arguments[1]);
        try (Repository repo =
                Zvpg.at(directory.resolve("home")).postgres(new FakeLauncher()).init()) {
            Branch main = repo.branch("main");
            byte[] data = new byte[bytes];
            new Random(1).nextBytes(data);
            Files.write(main.dataDirectory().resolve("data"), data);
            System.out.println("ms (least and p50 of " + ROUNDS + "), " + bytes + " bytes in each snapshot");
            int taken = 0;
            for (int count : new int[] {10, 100, 1000}) {
                for (; taken < count; taken++) {
                    main.snapshot("s" + taken, "one of many");
                }
                Snapshot from = repo.snapshot("main@s0");
                double[] clone = times(
                        () -> from.clone("trial"), () -> repo.clone("trial").delete());
                double[] log = times(main::log, () -> {});
                double[] status = times(repo::status, () -> {});
                System.out.printf(
                        "%4d snapshots: clone %s, log %s, status %s%n", count, text(clone), text(log), text(status));
            }
        } finally {
            OpenDirectory.deleteTree(directory);
        }
    }

    private static double[] times(Runnable measured, Runnable cleaning) {
        double[] times = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long began = System.nanoTime();
            measured.run();
            times[i] = (System.nanoTime() - began) / 1e6;
            cleaning.run();
        }
        Arrays.sort(times);
        return times;
    }

    private static String text(double[] sorted) {
        return String.format(Locale.ROOT, "%.1f / %.1f", sorted[0], sorted[ROUNDS / 2]);
    }
}
