package dev.zvpg;

import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.storage.Storage;
import org.junit.jupiter.api.Tag;

@Tag(Effort.ANYBODY)
class DomainOnDirectoryStorageTest extends DomainContract {

    @Override
    protected Storage openStorage() {
        return DirectoryStorage.at(directory.resolve("storage")).open();
    }
}
