package dev.zvpg;

import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.storage.Storage;

class DomainOnDirectoryStorageTest extends DomainContract {

    @Override
    protected Storage openStorage() {
        return DirectoryStorage.at(directory.resolve("storage")).open();
    }
}
