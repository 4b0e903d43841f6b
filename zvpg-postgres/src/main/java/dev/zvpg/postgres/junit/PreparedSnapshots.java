package dev.zvpg.postgres.junit;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.RunningServer;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.internal.io.OwnerLock;
import dev.zvpg.postgres.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds what was prepared with one installation of PostgreSQL: a repository in the cache that all runs share, with a
 * branch for each key. A branch without the snapshot {@value #PREPARED} was cut off in the making. Thread-safe.
 */
final class PreparedSnapshots implements AutoCloseable {

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

    /** Opens what is there for this installation, made when absent, and clears away what is old. */
    static PreparedSnapshots open(Path cache, Postgres postgres) throws IOException, InterruptedException {
        // the same version may be built in ways that do not read each other's files, and so may this library
        String build = new Digest()
                .add(postgres.binDirectory().toString())
                .add(postgres.user())
                .add("storage format " + DirectoryStorage.FORMAT)
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

    /** Returns a file with the password, in the format of libpq. */
    Path passwordFile() {
        return repository.passwordFile();
    }

    /**
     * Returns the snapshot of a key, prepared unless somebody did that before. Waits for whoever is doing it. It stays
     * until this is closed.
     */
    Snapshot prepare(String key, Preparation preparation) throws Exception {
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
            return make(name, key, preparation);
        }
    }

    private Snapshot make(String name, String key, Preparation preparation) throws Exception {
        long began = System.nanoTime();
        Snapshot snapshot = empty.derive(name, clone -> run(preparation, clone.server()));
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
