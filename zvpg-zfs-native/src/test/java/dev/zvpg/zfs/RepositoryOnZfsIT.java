package dev.zvpg.zfs;

import dev.zvpg.postgres.Postgres;
import dev.zvpg.postgres.PostgresRepositoryContract;
import dev.zvpg.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a repository promises with real servers, on a real kernel module. Its snapshots under load are made without the
 * server's backup API, because they are atomic.
 */
@NeedsPool
@Order(Integer.MAX_VALUE) // takes minutes
class RepositoryOnZfsIT extends PostgresRepositoryContract {

    private final TestPool pool = new TestPool();

    /** After the contract has destroyed its repository, and looked whether anything is left. */
    @RegisterExtension
    final AfterEachCallback cleanUp = context -> pool.close();

    @Override
    protected Storage openStorage(Path directory) {
        return pool.open(directory.resolve("mounts"));
    }

    @Override
    protected Postgres postgres() {
        return Postgres.onPath();
    }

    @Override
    protected int snapshotsUnderLoad() {
        // an emulated processor takes about ten seconds for each
        return isEmulated() ? 15 : super.snapshotsUnderLoad();
    }

    private static boolean isEmulated() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.anyMatch(line -> line.contains("QEMU TCG"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
