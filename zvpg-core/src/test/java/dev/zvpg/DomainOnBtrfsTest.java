package dev.zvpg;

import dev.zvpg.storage.DirectoryStorage;
import dev.zvpg.storage.LoopMount;
import dev.zvpg.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class DomainOnBtrfsTest extends DomainContract {

    private static @Nullable LoopMount mount;

    private @Nullable Path place;

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
    protected Storage openStorage() {
        try {
            if (place == null) {
                place = Files.createTempDirectory(Objects.requireNonNull(mount).root(), "storage-");
            }
            return DirectoryStorage.at(place);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
