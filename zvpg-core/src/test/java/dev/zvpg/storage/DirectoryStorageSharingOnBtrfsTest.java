package dev.zvpg.storage;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Shared blocks on btrfs. */
class DirectoryStorageSharingOnBtrfsTest extends DirectoryStorageContract {

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
    Path fileSystem() {
        return Objects.requireNonNull(mount, "mounted before all tests").root();
    }

    @Override
    protected int walkSteps() {
        return 200;
    }

    @Override
    int kills() {
        return 5;
    }

    @Override
    CopyMethod method() {
        return CopyMethod.REFLINK;
    }
}
