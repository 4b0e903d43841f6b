package dev.zvpg.postgres;

import dev.zvpg.storage.DirectoryStorage;
import dev.zvpg.storage.LoopMount;
import dev.zvpg.storage.Storage;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Subvolumes: a running server's snapshot is one instant of it. */
class RepositoryOnBtrfsTest extends PostgresRepositoryContract {

    private static @Nullable LoopMount mount;

    @BeforeAll
    static void mountIt() throws Exception {
        mount = LoopMount.of("apt-get install btrfs-progs", "mkfs.btrfs", "-q");
    }

    @AfterAll
    static void unmountIt() {
        if (mount != null) {
            mount.close();
            mount = null;
        }
    }

    @Override
    protected Storage openStorage(Path directory) {
        Path root = Objects.requireNonNull(mount, "mounted before all tests").root();
        return DirectoryStorage.at(root.resolve(String.valueOf(directory.getFileName())));
    }
}
