package dev.zvpg.postgres.prepared;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.OwnerLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what the repository of prepared snapshots need not keep: keys that are no longer used, and preparations that
 * were cut off. What cannot be removed now is left to the next run.
 *
 * @param lockFile the lock file of a key, by the name of its branch
 * @param usesOf where those who use a key have a lock each, by the name of its branch
 * @param mostKeys how many keys stay, however recently the others were used, unless that was within {@link #RECENT}
 */
record Pruning(Repository repository, Function<String, Path> lockFile, Function<String, Path> usesOf, int mostKeys) {

    /** How long a key stays that is not used. */
    static final Duration UNUSED = Duration.ofDays(14);

    /** How many keys stay in the cache. */
    static final int MOST_KEYS = 16;

    /** What was used within this time will be again: a project with many keys must not make them anew in every run. */
    static final Duration RECENT = Duration.ofDays(1);

    private static final Logger LOG = LoggerFactory.getLogger(Pruning.class);

    private record Key(Branch branch, Path lockFile, Instant lastUsed) {

        boolean isOlderThan(Duration age) {
            return lastUsed.isBefore(Instant.now().minus(age));
        }
    }

    void run() throws IOException, InterruptedException {
        List<Key> keys = newestFirst();
        for (int i = 0; i < keys.size(); i++) {
            Key key = keys.get(i);
            boolean old = key.isOlderThan(UNUSED) || (i >= mostKeys && key.isOlderThan(RECENT));
            if (old || !isPrepared(key.branch())) {
                remove(key);
            }
        }
    }

    private List<Key> newestFirst() throws IOException {
        List<Key> keys = new ArrayList<>();
        for (Branch branch : repository.branches()) {
            if (!branch.name().equals(Zvpg.FIRST_BRANCH)) {
                Path file = lockFile.apply(branch.name());
                keys.add(new Key(branch, file, lastUsed(file)));
            }
        }
        keys.sort(Comparator.comparing(Key::lastUsed).reversed());
        return keys;
    }

    /** Returns when what a lock protects was used last; long ago when nobody ever locked it. */
    private static Instant lastUsed(Path lockFile) throws IOException {
        try {
            return Files.getLastModifiedTime(lockFile).toInstant();
        } catch (NoSuchFileException e) {
            return Instant.EPOCH;
        }
    }

    /** Tells whether it is prepared, or gone: another JVM may be clearing it away, to prepare it itself. */
    private static boolean isPrepared(Branch branch) {
        try {
            return branch.findSnapshot(PreparedSnapshots.PREPARED).isPresent();
        } catch (NotFoundException e) {
            return true;
        }
    }

    /**
     * Removes it unless somebody has it: then it is being made, or a run that uses it has not ended, however long ago
     * it began.
     */
    private void remove(Key key) throws IOException {
        Optional<FileMutex.Held> lock = FileMutex.of(key.lockFile()).tryLock();
        if (lock.isEmpty()) {
            return;
        }
        try (FileMutex.Held held = lock.get()) {
            boolean unused = lastUsed(key.lockFile()).equals(key.lastUsed());
            Path uses = usesOf.apply(key.branch().name());
            if ((unused || !isPrepared(key.branch()))
                    && OwnerLock.forgetTheDead(uses).isEmpty()) {
                delete(key.branch());
                OpenDirectory.deleteTree(uses);
            }
        }
    }

    private static void delete(Branch branch) {
        try {
            branch.discard();
            LOG.info("removed the unused {}", branch);
        } catch (ZvpgException e) {
            LOG.warn("cannot remove the unused {}", branch, e);
        }
    }
}
