package dev.zvpg.postgres;

import dev.zvpg.Repository;
import dev.zvpg.RunningServer;
import dev.zvpg.ScratchClone;
import dev.zvpg.ScratchPool;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.run.Connections;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Measures scratch clones against their floor, a bare {@code postgres} with lean settings on the same files and one
 * query, in turns; and leases of a pool against a query on a server that runs. Not a test: run its main with the class
 * path of the tests, a directory, and a number of rounds.
 */
public final class ScratchLatency {

    private static final int WARM_UP = 5;

    private final Map<String, List<Double>> samples = new TreeMap<>();
    private final Postgres postgres;

    private ScratchLatency(Postgres postgres) {
        this.postgres = postgres;
    }

    /** Prints medians in milliseconds. */
    public static void main(String[] arguments) throws Exception {
        Path parent = Path.of(arguments.length > 0 ? arguments[0] : "/tmp");
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 40;
        Postgres postgres =
                arguments.length > 2 ? Postgres.embedded(Integer.parseInt(arguments[2])) : Postgres.embedded();
        Path home = Files.createTempDirectory(parent, "zvpg-scratch-");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Repository repo = Zvpg.at(home.resolve("home")).postgres(postgres).init()) {
            try {
                RunningServer server = repo.branch("main").start();
                query(server.dataSource("postgres"), "CREATE TABLE t AS SELECT g FROM generate_series(1, 1000) g");
                query(server.dataSource("postgres"), "VACUUM");
                repo.branch("main").stop();
                new ScratchLatency(postgres).run(repo.branch("main").snapshot("v1", ""), rounds);
            } finally {
                repo.destroy();
            }
        } finally {
            OpenDirectory.deleteTree(home);
        }
    }

    private void run(Snapshot snapshot, int rounds) throws Exception {
        for (int round = -WARM_UP; round < rounds; round++) {
            cold(snapshot, round);
        }
        try (ScratchPool pool = snapshot.pool(o -> o.size(4))) {
            for (int round = -WARM_UP; round < rounds; round++) {
                warm(pool, round, "SELECT count(*) FROM t");
            }
            System.out.println("readers: " + pool.info());
        }
        try (ScratchPool pool = snapshot.pool(o -> o.size(4))) {
            long began = System.nanoTime();
            for (int round = 0; round < rounds; round++) {
                try (ScratchClone pg = pool.lease()) {
                    query(pg.dataSource(), "INSERT INTO t VALUES (1)");
                }
            }
            System.out.printf(
                    "writers: %s, %.1f a second%n", pool.info(), rounds / ((System.nanoTime() - began) / 1e9));
        }
        samples.forEach((what, values) -> {
            double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
            System.out.printf(
                    "%-40s p50 %7.2f  p95 %7.2f  min %7.2f%n",
                    what, sorted[sorted.length / 2], sorted[(int) (sorted.length * 0.95)], sorted[0]);
        });
    }

    private void cold(Snapshot snapshot, int round) throws Exception {
        long t0 = System.nanoTime();
        ScratchClone pg = snapshot.scratch();
        long t1 = System.nanoTime();
        query(pg.dataSource(), "SELECT 1");
        long t2 = System.nanoTime();
        Path copy = pg.dataDirectory().resolveSibling("floor");
        new ProcessBuilder("cp", "-a", pg.dataDirectory().toString(), copy.toString())
                .start()
                .waitFor();
        OpenDirectory.deleteTree(copy.resolve("postmaster.pid"));
        int port = Sandbox.freePort();
        List<String> command = new ArrayList<>(ServerUser.of(null).commandPrefix());
        command.addAll(List.of(postgres.binDirectory().resolve("postgres").toString(), "-D", copy.toString()));
        command.addAll(List.of("-p", Integer.toString(port), "-k", "", "-h", "127.0.0.1"));
        postgres.leanSettings(Map.of()).forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        long t3 = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        while (PostmasterPid.read(copy).filter(PostmasterPid::isReady).isEmpty()) {
            LockSupport.parkNanos(500_000);
        }
        query(new Connections(port, pg.credentials()).dataSource("postgres"), "SELECT 1");
        long t4 = System.nanoTime();
        process.destroy();
        process.waitFor();
        OpenDirectory.deleteTree(copy);
        long t5 = System.nanoTime();
        pg.close();
        long t6 = System.nanoTime();
        add(round, "cold: scratch()", t1 - t0);
        add(round, "cold: scratch() to first answer", t2 - t0);
        add(round, "cold: close()", t6 - t5);
        add(round, "floor: bare postgres to first answer", t4 - t3);
    }

    private void warm(ScratchPool pool, int round, String sql) throws Exception {
        while (pool.info().ready() == 0) {
            LockSupport.parkNanos(1_000_000);
        }
        long t0 = System.nanoTime();
        try (ScratchClone pg = pool.lease()) {
            long t1 = System.nanoTime();
            query(pg.dataSource(), sql);
            long t2 = System.nanoTime();
            query(pg.dataSource(), sql);
            long t3 = System.nanoTime();
            add(round, "warm: lease()", t1 - t0);
            add(round, "warm: lease() to first answer", t2 - t0);
            add(round, "warm: the same on a server that runs", t3 - t2);
        }
    }

    private void add(int round, String what, long nanos) {
        if (round >= 0) {
            samples.computeIfAbsent(what, key -> new ArrayList<>()).add(nanos / 1e6);
        }
    }

    private static void query(DataSource source, String sql) throws Exception {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
