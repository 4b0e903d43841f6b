package dev.zvpg.postgres.prepared;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.RunningServer;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.internal.io.OwnerLock;
import dev.zvpg.option.ScratchOptions;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.postgres.report.Digest;
import dev.zvpg.postgres.report.LogTail;
import dev.zvpg.postgres.report.ServerReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Databases that were prepared once, for whoever wants to begin with one: a preparation, such as the migrations of an
 * application, has a key, and its outcome is a snapshot that later runs find again.
 *
 * <pre>{@code
 * try (PreparedSnapshots prepared = PreparedSnapshots.open(Postgres.embedded());
 *         ScratchClone orders = prepared.snapshot("orders-v42", pg -> migrate(pg.dataSource())).scratch()) {
 *     run(orders.jdbcUrl(), orders.credentials());   // orders.reset() makes it what was prepared again
 * }
 * }</pre>
 *
 * <p>It needs no JUnit; {@code ZvpgExtension} is made of it. See {@link dev.zvpg.postgres.prepared} for where that is
 * kept. What was made of its snapshots ends when this is closed, or with the JVM.
 *
 * <p>Thread-safe.
 */
public final class PreparedSnapshots implements AutoCloseable {

    // A repository with a branch for each key. A branch without the snapshot PREPARED was cut off in the making.

    /** The snapshot of each key, and of the empty cluster: what is derived from a snapshot has its name. */
    static final String PREPARED = "prepared";

    private static final Logger LOG = LoggerFactory.getLogger(PreparedSnapshots.class);

    /** Not the ports of repositories that people work with, which are stopped and begin again where they were. */
    private static final int FIRST_PORT = 16_000;

    private static final int LAST_PORT = 16_999;

    private final Path directory;
    private final Repository repository;
    private final Snapshot empty;

    /** Says of the keys that were asked for that they are in use, until this is closed. */
    private final Map<String, OwnerLock> uses = new HashMap<>();

    private PreparedSnapshots(Path directory, Repository repository) {
        this.directory = directory;
        this.repository = repository;
        Branch main = repository.branch(Zvpg.FIRST_BRANCH);
        this.empty = main.findSnapshot(PREPARED)
                .orElseGet(() -> main.snapshot(PREPARED, "what every preparation begins with"));
    }

    /**
     * Opens what was prepared with an installation before, in {@code postgres.cacheDirectory("prepared")}.
     *
     * @param postgres the installation
     * @return what there is, to be closed
     * @throws dev.zvpg.error.PermissionException when there is no place that only its user can write to
     * @throws IOException when the directory cannot be made
     * @throws InterruptedException when interrupted while another JVM opens it
     */
    public static PreparedSnapshots open(Postgres postgres) throws IOException, InterruptedException {
        return open(postgres, postgres.cacheDirectory("prepared"));
    }

    /**
     * Opens what was prepared with an installation before, and clears away what is old.
     *
     * @param postgres the installation
     * @param cache a directory for all installations, made when absent; the user who runs PostgreSQL must be able to
     *     enter it
     * @return what there is, to be closed
     * @throws IOException when the directory cannot be made
     * @throws InterruptedException when interrupted while another JVM opens it
     */
    public static PreparedSnapshots open(Postgres postgres, Path cache) throws IOException, InterruptedException {
        // the same version may be built in ways that do not read each other's files, and so may this library
        String build = new Digest()
                .add(postgres.binDirectory().toString())
                .add(postgres.user())
                .add("storage format " + DirectoryStorage.FORMAT)
                .add(postgres.clusters().toString())
                .hex(4);
        Path directory = cache.resolve(postgres.version() + "-" + build);
        // what must stay private in it is private by itself; the server's user has to get through
        for (Path made : List.of(directory, directory.resolve("keys"))) {
            Files.createDirectories(made);
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x")); // whatever the umask
        }
        try (FileMutex.Held lock = FileMutex.of(directory.resolve("lock")).lock()) {
            lock.touch();
            Repository repository = Zvpg.at(directory.resolve("repository"))
                    .postgres(postgres)
                    .ports(FIRST_PORT, LAST_PORT)
                    .openOrInit();
            try {
                PreparedSnapshots prepared = new PreparedSnapshots(directory, repository);
                repository.deleteExpired(); // clones of tests that failed
                new Pruning(repository, prepared::lockFile, prepared::usesOf, Pruning.MOST_KEYS).run();
                return prepared;
            } catch (IOException | InterruptedException | RuntimeException | Error e) {
                repository.close();
                throw e;
            }
        }
    }

    /**
     * Makes a key that changes with the content of files, so that it need not be changed by hand.
     *
     * @param name the key's first part, which people read
     * @param files files, or directories with all that is in them
     * @return such as {@code orders-0f3a51c2b7de}
     * @throws java.io.UncheckedIOException when one cannot be read
     */
    public static String contentKey(String name, Path... files) {
        Digest digest = new Digest();
        for (Path file : files) {
            digest.addTree(file);
        }
        return name + "-" + digest.hex(6);
    }

    /**
     * Returns a file with the password of all its servers.
     *
     * @return an absolute path; the file is in the format of libpq's {@code PGPASSFILE}
     */
    public Path passwordFile() {
        return repository.passwordFile();
    }

    /**
     * Returns the snapshot of a key, prepared unless somebody did that before. Waits for whoever is doing it. It stays
     * at least until this is closed.
     *
     * @param key what stands for the outcome of the preparation: change it whenever that changes, or make it of the
     *     files that are read with {@link #contentKey}
     * @param preparation makes the outcome of an empty cluster, on a server with the lean settings
     * @return the snapshot: {@code scratch()}, {@code pool()} and {@code withScratch()} make servers of it
     * @throws Exception what the preparation threw; nothing is prepared then
     */
    public Snapshot snapshot(String key, Preparation preparation) throws Exception {
        return snapshot(key, preparation, UnaryOperator.identity());
    }

    /**
     * Returns the snapshot of a key as {@link #snapshot(String, Preparation)} does, with options for the server of the
     * preparation, such as libraries that it has to load. Whoever makes servers of the snapshot says again what they need.
     *
     * @param key what stands for the outcome of the preparation, which the options are part of
     * @param preparation makes the outcome of an empty cluster
     * @param options changes the default options
     * @return the snapshot
     * @throws Exception what the preparation threw; nothing is prepared then
     */
    public Snapshot snapshot(String key, Preparation preparation, UnaryOperator<ScratchOptions> options)
            throws Exception {
        String name = Digest.name(key);
        try (FileMutex.Held lock = FileMutex.of(lockFile(name)).lock()) {
            lock.touch();
            use(name);
            Optional<Branch> found = repository.findBranch(name);
            Optional<Snapshot> made = found.flatMap(branch -> branch.findSnapshot(PREPARED));
            if (made.isPresent()) {
                return made.get();
            }
            found.ifPresent(Branch::discard); // cut off in the making
            return make(name, key, preparation, options);
        }
    }

    private Snapshot make(String name, String key, Preparation preparation, UnaryOperator<ScratchOptions> options)
            throws Exception {
        long began = System.nanoTime();
        Snapshot snapshot = empty.derive(name, options, clone -> run(preparation, clone.server()));
        LOG.info(
                "prepared {} in {} ms",
                key,
                Duration.ofNanos(System.nanoTime() - began).toMillis());
        return snapshot;
    }

    private static void run(Preparation preparation, RunningServer server) throws Exception {
        LogTail log = LogTail.fromNowOn(server);
        try {
            preparation.prepare(server);
            // otherwise the first test that reads a row changes its clone, which cannot be handed out again then
            server.tidy();
        } catch (Exception | Error e) {
            e.addSuppressed(ServerReport.of(server, "the preparation", log, ""));
            throw e;
        }
    }

    /** Returns the file whose time is that of the key's last use. */
    private Path lockFile(String name) {
        return directory.resolve("keys").resolve(name);
    }

    /**
     * Returns where those who use a key have a lock each. A shared one on the key's own file would keep others from
     * asking for it.
     */
    private Path usesOf(String name) {
        return directory.resolve("uses").resolve(name);
    }

    /** Says that the key is in use. Called under the key's lock, as pruning looks at it. */
    private void use(String name) throws IOException {
        synchronized (uses) {
            if (!uses.containsKey(name)) {
                uses.put(name, OwnerLock.create(Files.createDirectories(usesOf(name))));
            }
        }
    }

    /** Ends what was made of its snapshots, which stay. Idempotent. */
    @Override
    public void close() {
        synchronized (uses) {
            for (OwnerLock use : uses.values()) {
                try {
                    use.close();
                } catch (IOException e) {
                    LOG.debug("a file stays behind in {}, until the key is pruned", directory, e);
                }
            }
            uses.clear();
        }
        repository.close();
    }
}
