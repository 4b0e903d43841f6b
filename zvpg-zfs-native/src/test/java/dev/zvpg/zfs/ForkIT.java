package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The storage starts no program: the kernel says so. */
@NeedsPool
@Isolated("the kernel tells of what this JVM starts, whichever test of it did")
class ForkIT {

    private final String dataset = PoolTools.NAME + "/" + UUID.randomUUID();

    @AfterEach
    void destroyDataset() throws Exception {
        PoolTools.destroy(dataset);
    }

    @Test
    void noVerbOfTheStorageStartsAProcess() throws Exception {
        try (Forks forks = Forks.watch()) {
            try (Storage storage = ZfsStorage.dataset(dataset).open()) {
                EveryVerb.use(storage);
            }
            assertThat(forks.seen()).isEmpty();
        }
    }

    @Test
    void aProcessThatThisJvmStartsIsNoticed() throws Exception {
        try (Forks forks = Forks.watch()) {
            new ProcessBuilder("true").start().waitFor();
            assertThat(forks.seen()).isNotEmpty();
        }
    }

    @Test
    void aProgramThatTheKernelStartsIsNoticed() throws Exception {
        try (Storage storage = ZfsStorage.dataset(dataset).open()) {
            VolumeId volume = VolumeId.generate("main");
            Trees.create(storage, volume, Map.of());
            storage.snapshot(volume, SnapshotId.generate("v1"), Map.of(), CopyProgress.NONE);
            Path snapshots = storage.directory(volume).resolve(".zfs/snapshot");
            try (Forks forks = Forks.watch()) {
                for (Path snapshot : PoolTools.children(snapshots)) {
                    PoolTools.children(snapshot);
                }
                assertThat(forks.seen()).isNotEmpty();
            }
        }
    }
}
