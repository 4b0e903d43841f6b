package dev.zvpg.zfs;

import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** A storage of its own for each test, of which nothing is left afterwards. */
abstract class WithStorage {

    static final VolumeId MAIN = new VolumeId("main");
    static final VolumeId CLONE = new VolumeId("clone");
    static final SnapshotId V1 = new SnapshotId("v1");

    final TestPool pool = new TestPool();
    final Storage storage = pool.open();

    @AfterEach
    void leaveNothing() {
        storage.close();
        pool.close();
    }

    final void mainWithSnapshot() throws IOException {
        Trees.create(storage, MAIN, Map.of());
        Files.writeString(storage.directory(MAIN).resolve("file"), "x");
        storage.snapshot(MAIN, V1, Map.of("message", "m"), CopyProgress.NONE);
    }

    final String dataset(VolumeId volume) {
        return new Names(pool.dataset()).dataset(volume);
    }

    final List<VolumeId> volumes() {
        return storage.list().volumes().stream().map(StoredVolume::id).toList();
    }
}
