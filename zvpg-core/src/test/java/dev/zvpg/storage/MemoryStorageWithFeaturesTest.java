package dev.zvpg.storage;

/** The storage in memory with every feature, as ZFS is. */
class MemoryStorageWithFeaturesTest extends MemoryStorageContract {

    MemoryStorageWithFeaturesTest() {
        super(StorageFeature.values());
    }
}
