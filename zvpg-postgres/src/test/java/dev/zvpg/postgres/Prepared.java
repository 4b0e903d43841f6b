package dev.zvpg.postgres;

import dev.zvpg.TestDirectories;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.run.SingleUser;
import dev.zvpg.server.Adoption;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.CopyProgress;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.DataDirectory;
import dev.zvpg.server.Finding;
import dev.zvpg.server.Overlay;
import dev.zvpg.server.OverlayRefusedException;
import dev.zvpg.server.OverlaySpec;
import dev.zvpg.server.PortTakenException;
import dev.zvpg.server.Position;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerLauncher;
import dev.zvpg.server.ServerSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * PostgreSQL whose new clusters are copies of one that is made once in this JVM, for tests that are not about making
 * one. All else is as it is.
 *
 * @param starts how many servers were started
 */
public record Prepared(Postgres postgres, AtomicInteger starts) implements ServerLauncher {

    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final Map<String, Path> CLUSTERS = new ConcurrentHashMap<>();

    /** Nothing was started yet. */
    public Prepared(Postgres postgres) {
        this(postgres, new AtomicInteger());
    }

    /** Makes a cluster. */
    interface Making {
        void in(Path dataDirectory) throws Exception;
    }

    /**
     * A cluster to copy, which is made when it is asked for first and removed with this JVM.
     *
     * @param kind tells those of one installation apart
     */
    static Path cluster(Postgres postgres, String kind, Making making) {
        return CLUSTERS.computeIfAbsent(postgres.binDirectory() + "|" + postgres.user() + "|" + kind, key -> {
            try {
                Path directory = TestDirectories.open("zvpg-template-");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(directory)));
                making.in(directory.resolve("data"));
                return directory.resolve("data");
            } catch (Exception e) {
                throw new IllegalStateException("cannot make a cluster of " + postgres, e);
            }
        });
    }

    /** Copies a directory as a storage does: owner, modes and links stay. */
    static void copy(Path source, Path copy) throws IOException {
        Process cp = new ProcessBuilder("cp", "-a", source.toString(), copy.toString())
                .inheritIO()
                .start();
        try {
            if (cp.waitFor() != 0) {
                throw new IOException("cp -a " + source + " " + copy + " failed");
            }
        } catch (InterruptedException e) {
            cp.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void remove(Path directory) {
        try {
            OpenDirectory.deleteTree(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void initialize(Path dataDirectory, Credentials superuser) {
        Path template = cluster(
                postgres,
                "of " + superuser.user(),
                data -> postgres.initialize(data, new Credentials(superuser.user(), "unknown")));
        try {
            copy(template, dataDirectory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        new SingleUser(Installation.at(postgres.binDirectory()), ServerUser.of(null), dataDirectory, TIMEOUT)
                .execute(
                        "set a password",
                        Map.of("fsync", "off"),
                        "postgres",
                        "ALTER ROLE CURRENT_USER PASSWORD '"
                                + superuser.password().replace("'", "''") + "'");
    }

    @Override
    public String version() {
        return postgres.version();
    }

    @Override
    public Adoption adopt(
            ClusterSource source,
            Path dataDirectory,
            Credentials superuser,
            Map<String, String> settings,
            CopyProgress progress) {
        return postgres.adopt(source, dataDirectory, superuser, settings, progress);
    }

    @Override
    public void requireSelfContained(Path dataDirectory) {
        postgres.requireSelfContained(dataDirectory);
    }

    @Override
    public Position position(Path dataDirectory) {
        return postgres.position(dataDirectory);
    }

    @Override
    public boolean isHousekeeping(Path dataDirectory, Position from, Position to) {
        return postgres.isHousekeeping(dataDirectory, from, to);
    }

    @Override
    public DataDirectory inspect(Path dataDirectory) {
        return postgres.inspect(dataDirectory);
    }

    @Override
    public List<Finding> disarm(Path dataDirectory) {
        return postgres.disarm(dataDirectory);
    }

    @Override
    public void check(Map<String, String> settings) {
        postgres.check(settings);
    }

    @Override
    public void requireReachable(ServerSpec spec) {
        postgres.requireReachable(spec);
    }

    @Override
    public Map<String, String> leanSettings(Map<String, String> chosen) {
        return postgres.leanSettings(chosen);
    }

    @Override
    public Optional<Overlay> overlay(OverlaySpec spec) throws OverlayRefusedException {
        return postgres.overlay(spec);
    }

    @Override
    public Server start(ServerSpec spec) throws PortTakenException {
        Server started = postgres.start(spec);
        starts.incrementAndGet();
        return started;
    }

    @Override
    public Optional<Server> find(ServerSpec spec) {
        return postgres.find(spec);
    }
}
