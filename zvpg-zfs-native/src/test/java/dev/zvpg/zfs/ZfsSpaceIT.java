package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Whether a listing, which asks only for what can have changed since the last one, tells the space that ZFS's own tool
 * tells.
 */
@NeedsPool
class ZfsSpaceIT {

    private static final int STEPS = 60;
    private static final int FILES = 6;

    private final TestPool pool = new TestPool();
    private final Storage storage = pool.open();
    private final List<VolumeId> volumes = new ArrayList<>();
    private final List<SnapshotId> snapshots = new ArrayList<>();

    @AfterEach
    void leaveNothing() {
        storage.close();
        pool.close();
    }

    @Test
    void aListingTellsTheSameSpaceAsTheZfsCommandWhateverHappenedBetweenListings() throws Exception {
        long seed = Long.getLong("zvpg.seed", System.nanoTime());
        System.out.println("space of a random history: -Dzvpg.seed=" + seed);
        Random random = new Random(seed);
        create("main-0");
        List<String> history = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            history.add(step(i, random));
            if (random.nextInt(3) > 0) { // sometimes much happens between two listings
                objectsHaveTheSpaceThatZfsTells(seed, history);
            }
        }
        objectsHaveTheSpaceThatZfsTells(seed, history);
    }

    private void create(String name) throws IOException {
        VolumeId volume = new VolumeId(name);
        Trees.create(storage, volume, Map.of());
        storage.directory(volume);
        volumes.add(volume);
    }

    private <T> T any(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }

    private String step(int number, Random random) throws Exception {
        VolumeId volume = any(volumes, random);
        int kind = random.nextInt(10);
        if (kind < 4) {
            byte[] bytes = new byte[(1 + random.nextInt(4)) * 128 * 1024];
            random.nextBytes(bytes);
            Path file = storage.directory(volume).resolve("file" + random.nextInt(FILES));
            Files.write(file, bytes);
            return "write " + file.getFileName() + " of " + volume;
        }
        if (kind < 7 || snapshots.isEmpty()) {
            SnapshotId snapshot = new SnapshotId("s" + number);
            storage.snapshot(volume, snapshot, Map.of(), CopyProgress.NONE);
            snapshots.add(snapshot);
            return "snapshot " + snapshot + " of " + volume;
        }
        SnapshotId snapshot = any(snapshots, random);
        if (kind == 7) {
            VolumeId clone = new VolumeId("clone-" + number);
            Trees.clone(storage, snapshot, clone, Map.of());
            storage.directory(clone);
            volumes.add(clone);
            return "clone " + clone + " of " + snapshot;
        }
        if (kind == 8) {
            storage.destroy(snapshot);
            snapshots.remove(snapshot);
            return "destroy " + snapshot;
        }
        if (random.nextBoolean() && volumes.size() > 1) {
            storage.destroy(volume);
            volumes.remove(volume);
            return "destroy " + volume;
        }
        // somebody else's, under a name that comes back
        String foreign = new Names(pool.dataset()).dataset(volume) + "@foreign";
        if (pool.lzc().exists(foreign)) {
            pool.lzc().destroySnapshots(List.of(foreign), false);
            return "destroy " + foreign;
        }
        pool.lzc().snapshot(List.of(foreign), Map.of());
        return "take " + foreign;
    }

    private void objectsHaveTheSpaceThatZfsTells(long seed, List<String> history) throws Exception {
        PoolTools.run("zpool", "sync", TestPool.POOL);
        Listing listing = storage.list();
        Map<String, String> ours = new HashMap<>();
        for (StoredVolume volume : listing.volumes()) {
            ours.put(
                    new Names(pool.dataset()).dataset(volume.id()),
                    volume.usedBytes().getAsLong() + " "
                            + volume.referencedBytes().getAsLong());
        }
        listing.snapshots()
                .forEach(snapshot -> ours.put(
                        new Names(pool.dataset()).dataset(snapshot.volume()) + "@" + snapshot.id(),
                        snapshot.usedBytes().getAsLong() + " "
                                + snapshot.referencedBytes().getAsLong()));
        Map<String, String> theirs = new HashMap<>();
        PoolTools.run("zfs", "list", "-Hp", "-t", "all", "-r", "-o", "name,usedds,used,refer", pool.dataset())
                .lines()
                .map(line -> line.split("\t"))
                .forEach(fields ->
                        theirs.put(fields[0], (fields[0].contains("@") ? fields[2] : fields[1]) + " " + fields[3]));
        assertThat(theirs).as("seed %d after %s", seed, history).containsAllEntriesOf(ours);
    }
}
