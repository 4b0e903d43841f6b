package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.TestDirectories;
import dev.zvpg.Zvpg;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.postgres.run.Ports;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.PortTakenException;
import dev.zvpg.server.ServerLauncher;
import dev.zvpg.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A directory for one test that the server's user can enter, also when the tests are root. Afterwards no process works
 * in it any more, whatever the test did, and it is gone; a test that left a server running fails.
 *
 * <p>Confined to one test.
 */
public final class Sandbox implements BeforeEachCallback, AfterEachCallback {

    /** The superuser of every cluster made here. */
    public static final Credentials SUPERUSER = new Credentials("zvpg", "s3cret 'quoted\"");

    private static final int FIRST_PORT = 20_000;
    private static final int LAST_PORT = 29_999;
    private static final int PORTS = 500;

    /** Above those of the repositories, and below those that the system gives to clients. */
    private static final int FIRST_SINGLE_PORT = 31_000;

    private static final int SINGLE_PORTS = 1_700;

    /** Another beginning in each JVM, and then one after the other: no two tests get the same. */
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(SINGLE_PORTS));

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final long RETRY_NANOS = 1_000_000;

    private Path root = Path.of("/nowhere");

    /** Some work in a repository whose main branch runs. */
    public interface Work {

        /** Does it. */
        void on(Branch main) throws Exception;
    }

    /** Makes it; it is usable from the beginning of the test on. */
    public Sandbox() {}

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        open();
    }

    /** Makes it for a process that is no test, which removes it by itself. */
    void open() throws IOException {
        root = TestDirectories.open("zvpg-test-");
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        List<Long> left = left();
        left.forEach(Sandbox::kill);
        boolean socketsLeft = Files.exists(root) && leftovers();
        OpenDirectory.deleteTree(root);
        if (context.getExecutionException().isEmpty()) {
            assertThat(left).as("processes left by the test").isEmpty();
            assertThat(socketsLeft).as("sockets or locks left by the test").isFalse();
        }
    }

    /** What does not end by itself: a server that was stopped is gone before the last of its processes. */
    private List<Long> left() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        List<Long> left = processes(root);
        while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(RETRY_NANOS);
            left = processes(root);
        }
        return left;
    }

    /** A path in it. */
    public Path path(String name) {
        return root.resolve(name);
    }

    /** A repository on directory storage, to be made or opened, each time on other ports. */
    public Zvpg zvpg(ServerLauncher postgres) {
        int first = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
        return Zvpg.at(path("home"))
                .storage(DirectoryStorage.at(path("storage")))
                .postgres(postgres)
                .ports(first, first + PORTS);
    }

    /** A new cluster, copied from one that is made once for each version. */
    public Path cluster(Postgres postgres, String name) throws IOException, InterruptedException {
        return copy(Prepared.cluster(postgres, "sandbox", data -> postgres.initialize(data, SUPERUSER)), name);
    }

    /** A copy of a directory as a storage makes it: owner, modes and links stay. */
    public Path copy(Path source, String name) throws IOException, InterruptedException {
        Path copy = path(name);
        Prepared.copy(source, copy);
        return copy;
    }

    /** What to start on a cluster, on a port that nobody has at the moment. */
    public ServerSpec spec(Path dataDirectory, Map<String, String> settings) {
        return new ServerSpec(
                dataDirectory, path(dataDirectory.getFileName() + "-run"), freePort(), SUPERUSER, settings);
    }

    /** Starts a server, on another port when somebody was faster. */
    public PostgresServer start(Postgres postgres, Path dataDirectory, Map<String, String> settings) {
        for (int attempt = 0; attempt < 20; attempt++) {
            try {
                return postgres.start(spec(dataDirectory, settings));
            } catch (PortTakenException e) {
                // another test, most likely
            }
        }
        throw new AssertionError("no free port in 20 attempts");
    }

    /** The same without settings. */
    public PostgresServer start(Postgres postgres, Path dataDirectory) {
        return start(postgres, dataDirectory, Map.of());
    }

    /** A port that nobody has at the moment, and no other test gets. */
    public static int freePort() {
        for (int attempt = 0; attempt < SINGLE_PORTS; attempt++) {
            int port = FIRST_SINGLE_PORT + Math.floorMod(NEXT.getAndIncrement(), SINGLE_PORTS);
            try {
                Ports.requireFree(port);
                return port;
            } catch (PortTakenException e) {
                // the next one
            }
        }
        throw new AssertionError("no free port from " + FIRST_SINGLE_PORT + " on");
    }

    /** The living processes that work in a directory or below it: servers, and programs that make them. */
    public static List<Long> processes(Path directory) throws IOException {
        List<Long> found = new ArrayList<>();
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            all.map(ProcessHandle::pid)
                    .forEach(pid -> OsProcess.find(pid)
                            .flatMap(OsProcess::workingDirectory)
                            .filter(working -> working.startsWith(directory))
                            .ifPresent(working -> found.add(pid)));
        }
        return found;
    }

    private boolean leftovers() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith(".s.PGSQL."));
        }
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    /** Works in a new repository, which is gone afterwards. */
    void with(Postgres postgres, Work work) throws Exception {
        Repository repo = zvpg(new Prepared(postgres)).init();
        try {
            Branch main = repo.branch("main");
            main.start();
            work.on(main);
        } finally {
            repo.destroy();
        }
    }
}
