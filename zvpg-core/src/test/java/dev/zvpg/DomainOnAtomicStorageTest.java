package dev.zvpg;

import dev.zvpg.storage.MemoryStorage;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageFeature;

class DomainOnAtomicStorageTest extends DomainContract {

    private final MemoryStorage storage =
            MemoryStorage.with(StorageFeature.ATOMIC_SNAPSHOT, StorageFeature.CONSTANT_TIME_CLONE);

    @Override
    protected Storage openStorage() {
        return storage.reopen();
    }
}
