package dev.zvpg.directory;

import dev.zvpg.Effort;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Shared blocks on btrfs. */
@Tag(Effort.FULL)
class DirectoryStorageSharingOnBtrfsTest extends DirectoryStorageContract {

    @RegisterExtension
    static final LoopMount MOUNT = LoopMount.btrfs();

    @Override
    Path fileSystem() {
        return MOUNT.root();
    }

    @Override
    protected int walkSteps() {
        return 120;
    }

    @Override
    protected int kills() {
        return 3;
    }

    @Override
    CopyMethod method() {
        return CopyMethod.REFLINK;
    }
}
