package dev.zvpg.postgres.junit;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.AtomicFile;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.OwnerLock;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.server.Credentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
 * What was prepared with one installation of PostgreSQL: a repository in the cache that all runs share, with a branch for each
 * key. A branch without the snapshot {@value #PREPARED} was cut off in the making. Thread-safe.
 */
final class PreparedSnapshots implements AutoCloseable {

    static final String PREPARED = "prepared";

    private static final Logger LOG = LoggerFactory.getLogger(PreparedSnapshots.class);
    private static final String EMPTY = "empty";

    /** Not the ports of repositories that people work with, which are stopped and begin again where they were. */
    private static final int FIRST_PORT = 16_000;

    private static final int LAST_PORT = 16_999;

    private final Path directory;
    private final Postgres postgres;
    private final Repository repository;
    private final Snapshot empty;

    /** Says of the keys that were asked for that they are in use, until this is closed. */
    private final Map<String, OwnerLock> uses = new HashMap<>();

    private PreparedSnapshots(Path directory, Postgres postgres, Repository repository) {
        this.directory = directory;
        this.postgres = postgres;
        this.repository = repository;
        Branch main = repository.branch(Zvpg.FIRST_BRANCH);
        this.empty =
                main.findSnapshot(EMPTY).orElseGet(() -> main.snapshot(EMPTY, "what every preparation begins with"));
    }

    /** Opens what is there for this installation, made when absent, and clears away what is old. */
    static PreparedSnapshots open(Path cache, Postgres postgres) throws IOException, InterruptedException {
        // the same version may be built in ways that do not read each other's files
        String build = new Digest()
                .add(postgres.binDirectory().toString())
                .add(postgres.user())
                .hex(4);
        Path directory = cache.resolve(postgres.version() + "-" + build);
        // what must stay private in it is private by itself; the server's user has to get through
        for (Path made : List.of(directory, directory.resolve("keys"), directory.resolve("preparing"))) {
            Files.createDirectories(made);
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x")); // whatever the umask
        }
        try (FileMutex.Held lock = FileMutex.of(directory.resolve("lock")).lock()) {
            lock.touch();
            Repository repository = openOrInit(directory.resolve("repository"), postgres);
            try {
                PreparedSnapshots prepared = new PreparedSnapshots(directory, postgres, repository);
                prepared.writePasswordFile(repository.branch(Zvpg.FIRST_BRANCH).credentials());
                new Pruning(repository, prepared::lockFile, prepared::usesOf, Pruning.MOST_KEYS).run();
                return prepared;
            } catch (IOException | InterruptedException | RuntimeException | Error e) {
                repository.close();
                throw e;
            }
        }
    }

    private static Repository openOrInit(Path home, Postgres postgres) {
        Zvpg zvpg = Zvpg.at(home).postgres(postgres).ports(FIRST_PORT, LAST_PORT);
        try {
            return zvpg.open();
        } catch (NotFoundException absent) {
            try {
                return zvpg.init(); // or its making was cut off, which this finishes
            } catch (RuntimeException | Error e) {
                e.addSuppressed(absent);
                throw e;
            }
        }
    }

    /** In the format of libpq, so that the password need not appear in a message. */
    Path passwordFile() {
        return directory.resolve("pgpass");
    }

    private void writePasswordFile(Credentials credentials) throws IOException {
        String line = "127.0.0.1:*:*:" + credentials.user() + ":" + credentials.password() + "\n";
        AtomicFile.replace(passwordFile(), line.getBytes(StandardCharsets.UTF_8), OpenDirectory.PRIVATE);
    }

    /**
     * The snapshot of a key, prepared unless somebody did that before. Waits for whoever is doing it. It stays until this is
     * closed.
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
            found.ifPresent(Branch::delete);
            return make(name, key, preparation);
        }
    }

    private Snapshot make(String name, String key, Preparation preparation) throws Exception {
        long began = System.nanoTime();
        Branch branch = empty.branch(name);
        try {
            new PreparationRun(postgres, branch, directory.resolve("preparing").resolve(name), LAST_PORT)
                    .run(preparation);
            Snapshot snapshot = branch.snapshot(PREPARED, key);
            LOG.info(
                    "prepared {} in {} ms",
                    key,
                    Duration.ofNanos(System.nanoTime() - began).toMillis());
            return snapshot;
        } catch (Exception | Error e) {
            try {
                branch.delete();
            } catch (ZvpgException | IllegalStateException undeleted) {
                e.addSuppressed(undeleted); // the next one clears it away
            }
            throw e;
        }
    }

    /** Its time is that of the key's last use. */
    private Path lockFile(String name) {
        return directory.resolve("keys").resolve(name);
    }

    /** Where those who use a key have a lock each. A shared one on the key's own file would keep others from asking for it. */
    private Path usesOf(String name) {
        return directory.resolve("uses").resolve(name);
    }

    /** Called under the key's lock, as pruning looks at it. */
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
