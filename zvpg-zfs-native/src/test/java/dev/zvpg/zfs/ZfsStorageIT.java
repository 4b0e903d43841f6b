package dev.zvpg.zfs;

import dev.zvpg.storage.StorageContract;

/** What every storage promises, on a real kernel module. */
@NeedsPool
class ZfsStorageIT extends StorageContract {

    @Override
    protected TestPool newGround() {
        return new TestPool();
    }

    @Override
    protected int walkSteps() {
        return 120; // on an emulated processor
    }

    @Override
    protected int kills() {
        return 1;
    }
}
