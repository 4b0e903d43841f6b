package dev.zvpg.zfs;

import dev.zvpg.storage.StorageContract;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** What every storage promises, on a real kernel module. */
@EnabledIfEnvironmentVariable(
        named = TestPool.VARIABLE,
        matches = ".+",
        disabledReason = "needs a ZFS pool made for tests; zfs-machine run has one")
class ZfsStorageIT extends StorageContract {

    @Override
    protected TestPool newGround() {
        return new TestPool();
    }

    @Override
    protected int walkSteps() {
        return 200; // on an emulated processor
    }
}
