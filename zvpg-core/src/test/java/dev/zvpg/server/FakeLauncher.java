package dev.zvpg.server;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.ServerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Launches servers that are only files, so that the domain can be tested without PostgreSQL: a server runs while its
 * data directory holds a {@code postmaster.pid} that names this very directory, and its rows are files in {@code rows}.
 * As with PostgreSQL, an image of a running one does not tell exactly how far it is. Several processes see the same
 * state. Thread-safe.
 */
public final class FakeLauncher implements ServerLauncher {

    static final String PID = "postmaster.pid";
    static final String ROWS = "rows";
    static final String WAL = "wal";
    static final String IN_PRODUCTION = "in-production";
    static final String SUPERUSER = "superuser";
    static final String CRASHED = "crashed";
    static final String PASSWORD = "password";

    private final Set<Integer> takenPorts = ConcurrentHashMap.newKeySet();
    private final Set<Path> unreachable = ConcurrentHashMap.newKeySet();
    private final Set<Path> elsewhere = ConcurrentHashMap.newKeySet();
    private volatile @Nullable RuntimeException nextFailure;
    private volatile @Nullable Throwable nextStartFailure;
    private volatile @Nullable RuntimeException nextTakeOverFailure;
    private final AtomicInteger contentsHeld = new AtomicInteger();
    private volatile @Nullable Runnable afterDisarm;
    private volatile @Nullable RuntimeException afterCopy;
    private volatile Consumer<String> commitHook = moment -> {};

    /** Lets every start on this port find it taken. */
    public FakeLauncher portTaken(int port) {
        takenPorts.add(port);
        return this;
    }

    /** Lets the user of the servers not enter a directory. */
    public FakeLauncher unreachable(Path directory) {
        unreachable.add(directory);
        return this;
    }

    /** Lets a server seem to run on a data directory in another container. */
    public FakeLauncher runsElsewhere(Path dataDirectory) {
        elsewhere.add(dataDirectory);
        return this;
    }

    /** Ends that. */
    public void nothingRunsElsewhere() {
        elsewhere.clear();
    }

    /** Lets the next initialize, disarm or start fail. */
    public void failNext(RuntimeException failure) {
        nextFailure = failure;
    }

    /** Lets the next start fail, whatever else comes before it. */
    public void failNextStart(Throwable failure) {
        nextStartFailure = failure;
    }

    /** Does something at the end of the next disarm. */
    public void afterNextDisarm(Runnable action) {
        afterDisarm = action;
    }

    /** Lets the next taking over of another repository's cluster fail. */
    public void failNextTakeOver(RuntimeException failure) {
        nextTakeOverFailure = failure;
    }

    /** Lets every adoption fail when all is copied. */
    public void failAfterCopy(RuntimeException failure) {
        afterCopy = failure;
    }

    /**
     * Does something around the commits of merges, such as fail.
     *
     * @param hook gets {@code before} and {@code after} each one, with a space and the database
     */
    public void onCommit(Consumer<String> hook) {
        commitHook = hook;
    }

    private void aroundCommit(String moment) {
        commitHook.accept(moment);
    }

    @Override
    public String version() {
        return "99.1";
    }

    @Override
    public void initialize(Path dataDirectory, Credentials superuser) {
        failIfAsked();
        run(() -> {
            Files.createDirectories(dataDirectory.resolve(ROWS));
            Files.setPosixFilePermissions(dataDirectory, PosixFilePermissions.fromString("rwx------"));
            Files.writeString(dataDirectory.resolve("PG_VERSION"), "99\n");
            Files.writeString(dataDirectory.resolve(WAL), "1");
            Files.writeString(dataDirectory.resolve(PASSWORD), superuser.user() + " " + superuser.password());
        });
    }

    /**
     * Copies the rows of another fake cluster; whoever is named in a file {@code superuser} in it connects to the copy.
     */
    @Override
    public Adoption adopt(
            ClusterSource source,
            Path dataDirectory,
            Credentials superuser,
            Map<String, String> settings,
            CopyProgress progress) {
        if (!(source instanceof ClusterSource.Directory original)) {
            throw new UnsupportedOperationException("a fake server speaks no protocol");
        }
        if (runs(original.path())) {
            throw new InUseException("a server runs on " + original.path());
        }
        initialize(dataDirectory, superuser);
        Map<String, String> rows = FakeServer.rowsOf(original.path());
        long done = 0;
        for (Map.Entry<String, String> row : rows.entrySet()) {
            run(() -> Files.writeString(dataDirectory.resolve(ROWS).resolve(row.getKey()), row.getValue()));
            progress.copied(++done, rows.size());
        }
        RuntimeException failure = afterCopy;
        if (failure != null) {
            throw failure;
        }
        Path role = original.path().resolve(SUPERUSER);
        String user = Files.exists(role) ? call(() -> Files.readString(role)) : superuser.user();
        run(() -> Files.writeString(dataDirectory.resolve(PASSWORD), user + " " + superuser.password()));
        return new Adoption(
                new Credentials(user, superuser.password()),
                List.of(new Finding("access rules of the original", "replaced")));
    }

    @Override
    public DataDirectory inspect(Path dataDirectory) {
        if (!Files.exists(dataDirectory.resolve("PG_VERSION"))) {
            throw gone(dataDirectory);
        }
        DataDirectory.State state = runs(dataDirectory)
                ? DataDirectory.State.RUNNING
                : Files.exists(dataDirectory.resolve(CRASHED))
                        ? DataDirectory.State.CRASHED
                        : DataDirectory.State.STOPPED;
        boolean exact = state == DataDirectory.State.STOPPED && !Files.exists(dataDirectory.resolve(IN_PRODUCTION));
        return new DataDirectory(99, state, exact);
    }

    @Override
    public Position position(Path dataDirectory) {
        return positionOf(dataDirectory);
    }

    /** Everything of it is in its directory. */
    @Override
    public void requireSelfContained(Path dataDirectory) {}

    @Override
    public List<Finding> disarm(Path dataDirectory) {
        failIfAsked();
        List<Finding> findings = new ArrayList<>();
        run(() -> {
            if (Files.deleteIfExists(dataDirectory.resolve(PID))) {
                findings.add(new Finding("postmaster.pid of the original", "removed"));
            }
        });
        Runnable action = afterDisarm;
        if (action != null) {
            afterDisarm = null;
            action.run();
        }
        return findings;
    }

    /** As with PostgreSQL, the cluster is further afterwards than it was. */
    @Override
    public List<Finding> takeOver(Path dataDirectory, Credentials superuser, Map<String, String> settings) {
        RuntimeException failure = nextTakeOverFailure;
        nextTakeOverFailure = null;
        if (failure != null) {
            throw failure;
        }
        run(() -> {
            Files.deleteIfExists(dataDirectory.resolve(CRASHED));
            Files.deleteIfExists(dataDirectory.resolve(FakeServer.BACKUP_LABEL));
            Files.deleteIfExists(dataDirectory.resolve(IN_PRODUCTION));
            Files.writeString(dataDirectory.resolve(PASSWORD), superuser.user() + " " + superuser.password());
            replace(
                    dataDirectory.resolve(WAL),
                    Long.toString(positionOf(dataDirectory).nextTransactionId() + 1));
        });
        return List.of(new Finding("superuser of another repository", "given this repository's password"));
    }

    /** Refuses what nobody could connect to. */
    private static void requirePassword(ServerSpec spec) {
        Path file = spec.dataDirectory().resolve(PASSWORD);
        String wanted = spec.credentials().user() + " " + spec.credentials().password();
        if (Files.exists(file) && !call(() -> Files.readString(file)).equals(wanted)) {
            throw new ServerException("password authentication failed for user "
                    + spec.credentials().user());
        }
    }

    @Override
    public void check(Map<String, String> settings) {
        if (settings.containsKey("port")) {
            throw new IllegalArgumentException("setting port cannot be chosen");
        }
    }

    @Override
    public void requireReachable(ServerSpec spec) {
        for (Path at = spec.dataDirectory(); at != null; at = at.getParent()) {
            if (unreachable.contains(at)) {
                throw new PermissionException("the server's user may not enter " + at, "open it");
            }
        }
    }

    @Override
    public Map<String, String> leanSettings(Map<String, String> chosen) {
        Map<String, String> settings = new HashMap<>(Map.of("lean", "on", "memory", "16MB"));
        settings.putAll(chosen);
        return settings;
    }

    @Override
    public Server start(ServerSpec spec) throws PortTakenException {
        failIfAsked();
        Throwable failure = nextStartFailure;
        nextStartFailure = null;
        if (failure instanceof Error error) {
            throw error;
        } else if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (takenPorts.contains(spec.port())) {
            throw new PortTakenException(spec.port());
        }
        requirePassword(spec);
        Path pid = spec.dataDirectory().resolve(PID);
        if (Files.exists(pid)) {
            if (runs(spec.dataDirectory())) {
                throw new InUseException("a server runs on " + spec.dataDirectory());
            }
            throw new ServerException("the data directory was copied and never disarmed");
        }
        run(() -> {
            Files.createDirectories(spec.runDirectory());
            Files.deleteIfExists(spec.dataDirectory().resolve(CRASHED));
            Files.deleteIfExists(spec.dataDirectory().resolve(FakeServer.BACKUP_LABEL));
            Files.writeString(spec.dataDirectory().resolve(IN_PRODUCTION), "");
            replace(pid, spec.port() + "\n" + spec.dataDirectory());
        });
        return server(spec);
    }

    @Override
    public Optional<Server> find(ServerSpec spec) {
        if (elsewhere.contains(spec.dataDirectory())) {
            throw new InUseException("a server runs on " + spec.dataDirectory() + " in another container");
        }
        return port(spec.dataDirectory()).map(port -> server(spec.withPort(port)));
    }

    private FakeServer server(ServerSpec spec) {
        return new FakeServer(spec, this::aroundCommit, contentsHeld);
    }

    /** How many contents of its servers are held. */
    public int contentsHeld() {
        return contentsHeld.get();
    }

    /** Ends a server as kill -9 would. */
    public void crash(Path dataDirectory) {
        run(() -> {
            Files.delete(dataDirectory.resolve(PID));
            Files.createFile(dataDirectory.resolve(CRASHED));
        });
    }

    static boolean runs(Path dataDirectory) {
        return port(dataDirectory).isPresent();
    }

    /**
     * How far it is; for a crashed one how far it was when it was made, as after a crash before the first checkpoint.
     */
    static Position positionOf(Path dataDirectory) {
        if (Files.exists(dataDirectory.resolve(CRASHED))) {
            return new Position("0/1", 1, 1, "", Set.of());
        }
        long wal = call(() -> {
            try {
                return Long.parseLong(Files.readString(dataDirectory.resolve(WAL)));
            } catch (NoSuchFileException e) {
                throw gone(dataDirectory);
            }
        });
        return new Position("0/" + wal, wal, wal, "", Set.of());
    }

    private static Optional<Integer> port(Path dataDirectory) {
        return call(() -> {
            try {
                List<String> pid = Files.readAllLines(dataDirectory.resolve(PID));
                return pid.get(1).equals(dataDirectory.toString())
                        ? Optional.of(Integer.parseInt(pid.get(0)))
                        : Optional.empty();
            } catch (NoSuchFileException e) {
                return Optional.empty(); // another process may stop it or delete it all at any moment
            }
        });
    }

    private static ConfigurationException gone(Path dataDirectory) {
        return new ConfigurationException(dataDirectory, null, "no data directory", null);
    }

    /** Writes a file in one step, so that no other process reads a half of it. */
    static void replace(Path file, String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void failIfAsked() {
        RuntimeException failure = nextFailure;
        if (failure != null) {
            nextFailure = null;
            throw failure;
        }
    }

    interface Action {
        void run() throws IOException;
    }

    interface Read<T> {
        T call() throws IOException;
    }

    static void run(Action action) {
        try {
            action.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <T> T call(Read<T> read) {
        try {
            return read.call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
