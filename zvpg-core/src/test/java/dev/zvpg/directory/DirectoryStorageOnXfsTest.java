package dev.zvpg.directory;

import dev.zvpg.Effort;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Shared blocks on XFS. */
@Tag(Effort.FULL)
class DirectoryStorageOnXfsTest extends DirectoryStorageContract {

    @RegisterExtension
    static final LoopMount MOUNT = LoopMount.xfs();

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
