package dev.zvpg.postgres;

import dev.zvpg.Effort;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.storage.Storage;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

@Tag(Effort.ANYBODY)
class RepositoryOnDirectoryStorageTest extends PostgresRepositoryContract {

    @Override
    protected Storage openStorage(Path directory) {
        return DirectoryStorage.at(directory.resolve("storage")).open();
    }
}
