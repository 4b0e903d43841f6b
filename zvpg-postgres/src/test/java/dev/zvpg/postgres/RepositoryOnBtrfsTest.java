package dev.zvpg.postgres;

import dev.zvpg.Effort;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.directory.LoopMount;
import dev.zvpg.storage.Storage;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Subvolumes: a running server's snapshot is one instant of it. */
@Tag(Effort.FULL)
class RepositoryOnBtrfsTest extends PostgresRepositoryContract {

    @RegisterExtension
    static final LoopMount MOUNT = LoopMount.btrfs();

    @Override
    protected Storage openStorage(Path directory) {
        Path root = MOUNT.root();
        return DirectoryStorage.at(root.resolve(String.valueOf(directory.getFileName())))
                .open();
    }
}
