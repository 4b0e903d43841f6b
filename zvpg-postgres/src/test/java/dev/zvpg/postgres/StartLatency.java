package dev.zvpg.postgres;

import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.run.Connections;
import dev.zvpg.postgres.run.RunDirectory;
import dev.zvpg.postgres.run.Settings;
import dev.zvpg.server.ServerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures a start and a stop against a bare {@code postgres} with the same command line on the same data, in turns.
 * Not a test:
 * {@code mvn -q test-compile exec:java -Dexec.classpathScope=test -Dexec.mainClass=dev.zvpg.postgres.StartLatency}.
 */
public final class StartLatency {

    private static final int WARM_UP = 5;
    private static final int ROUNDS = 40;

    private StartLatency() {}

    /** Prints medians in milliseconds. */
    public static void main(String[] arguments) throws Exception {
        Postgres postgres =
                arguments.length > 0 ? Postgres.embedded(Integer.parseInt(arguments[0])) : Postgres.embedded();
        Path root = Files.createTempDirectory(Path.of("/tmp"), "zvpg-latency-");
        Files.setPosixFilePermissions(root, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        Path data = root.resolve("data");
        postgres.initialize(data, Sandbox.SUPERUSER);
        List<Double> start = new ArrayList<>();
        List<Double> stop = new ArrayList<>();
        List<Double> bareStart = new ArrayList<>();
        List<Double> bareStop = new ArrayList<>();
        for (int i = 0; i < WARM_UP + ROUNDS; i++) {
            ServerSpec spec =
                    new ServerSpec(data, root.resolve("run"), Sandbox.freePort(), Sandbox.SUPERUSER, Map.of());
            long t0 = System.nanoTime();
            PostgresServer server = postgres.start(spec);
            long t1 = System.nanoTime();
            server.stop();
            long t2 = System.nanoTime();
            start.add((t1 - t0) / 1e6);
            stop.add((t2 - t1) / 1e6);
            bare(postgres, spec, bareStart, bareStop);
        }
        OpenDirectory.deleteTree(root);
        System.out.printf("PostgreSQL %s, %d rounds, p50 (p95) in ms%n", postgres.version(), ROUNDS);
        report("start to first connection", start);
        report("bare postgres to first connection", bareStart);
        report("stop", stop);
        report("bare SIGINT to the end of the process", bareStop);
    }

    private static void bare(Postgres postgres, ServerSpec spec, List<Double> start, List<Double> stop)
            throws Exception {
        ServerUser user = ServerUser.of(null);
        RunDirectory run = RunDirectory.prepare(
                user,
                spec.runDirectory(),
                spec.dataDirectory(),
                spec.credentials().user());
        List<String> command = new ArrayList<>(user.commandPrefix());
        command.addAll(List.of(
                postgres.binDirectory().resolve("postgres").toString(),
                "-D",
                spec.dataDirectory().toString()));
        Settings.of(18, spec.port(), run, 0, Map.of()).forEach((name, value) -> {
            if (!name.equals("archive_library") && !name.equals("sync_replication_slots")) {
                command.addAll(List.of("-c", name + "=" + value));
            }
        });
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("LC_ALL", "C");
        long t0 = System.nanoTime();
        Process process = builder.start();
        while (PostmasterPid.read(spec.dataDirectory())
                .filter(file -> file.pid() == process.pid() && file.isReady())
                .isEmpty()) {
            LockSupport.parkNanos(200_000);
        }
        try (Connection connection = new Connections(spec.port(), spec.credentials())
                .dataSource("postgres")
                .getConnection()) {
            connection.isValid(0);
        }
        start.add((System.nanoTime() - t0) / 1e6);
        long t1 = System.nanoTime();
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
        process.waitFor();
        stop.add((System.nanoTime() - t1) / 1e6);
    }

    private static void report(String what, List<Double> values) {
        double[] sorted =
                values.stream().skip(WARM_UP).mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        System.out.printf(
                "%-40s %6.1f (%.1f)%n", what, sorted[sorted.length / 2], sorted[(int) (sorted.length * 0.95)]);
    }
}
