package dev.zvpg.directory;

import dev.zvpg.Effort;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same where {@code cp} shares the blocks. */
@Tag(Effort.FULL)
class HostileStorageOnXfsTest extends HostileStorageTest {

    @RegisterExtension
    static final LoopMount MOUNT = LoopMount.xfs();

    @Override
    Path fileSystem() {
        return MOUNT.root();
    }

    @Override
    CopyMethod method() {
        return CopyMethod.REFLINK;
    }

    @Override
    int trees() {
        return 60;
    }
}
