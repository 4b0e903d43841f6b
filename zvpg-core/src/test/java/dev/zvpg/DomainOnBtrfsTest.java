package dev.zvpg;

import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.directory.LoopMount;
import dev.zvpg.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag(Effort.FULL)
class DomainOnBtrfsTest extends DomainContract {

    @RegisterExtension
    static final LoopMount MOUNT = LoopMount.btrfs();

    private @Nullable Path place;

    @Override
    protected Storage openStorage() {
        try {
            if (place == null) {
                place = Files.createTempDirectory(MOUNT.root(), "storage-");
            }
            return DirectoryStorage.at(place).open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
