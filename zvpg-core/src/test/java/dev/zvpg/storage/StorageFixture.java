package dev.zvpg.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A storage in an empty place of its own for each test, and what tests of it share. */
public abstract class StorageFixture {

    /** The volume that most tests begin with. */
    protected static final VolumeId MAIN = new VolumeId("main");

    /** Its first snapshot. */
    protected static final SnapshotId V1 = new SnapshotId("v1");

    /** A clone of that. */
    protected static final VolumeId CLONE = new VolumeId("clone");

    private final List<Storage> opened = new ArrayList<>();
    Ground ground;
    Storage storage;

    /** For subclasses. */
    protected StorageFixture() {}

    /**
     * Makes an empty place.
     *
     * @return the place, for one test
     */
    protected abstract Ground newGround();

    @BeforeEach
    void openStorage() {
        ground = newGround();
        storage = open();
    }

    @AfterEach
    void closeStorage() {
        try {
            opened.forEach(Storage::close);
        } finally {
            ground.close();
        }
    }

    /**
     * Opens the storage once more.
     *
     * @return a new instance, closed after the test
     */
    protected final Storage open() {
        Storage another = ground.open();
        opened.add(another);
        return another;
    }

    /**
     * The storage under test.
     *
     * @return the instance that was opened before the test
     */
    protected final Storage storage() {
        return storage;
    }

    /** Makes {@link #MAIN} with one file. */
    protected final void mainWith(String file, String contents) {
        Trees.create(storage, MAIN, Map.of());
        TreeText.write(storage.directory(MAIN), file, contents);
    }

    /** Takes a snapshot without attributes. */
    protected final void snapshot(VolumeId volume, SnapshotId snapshot) {
        storage.snapshot(volume, snapshot, Map.of(), CopyProgress.NONE);
    }

    /** Makes a clone without attributes. */
    protected final void clone(SnapshotId snapshot, VolumeId volume) {
        Trees.clone(storage, snapshot, volume, Map.of());
    }

    final void destroy(StoredId id) {
        if (id instanceof VolumeId volume) {
            storage.destroy(volume);
        } else if (id instanceof SnapshotId snapshot) {
            storage.destroy(snapshot);
        }
    }

    /** Destroys all that is listed, after which the place must be as empty as it looks. */
    final void destroyEverything() {
        listed().forEach(this::destroy);
        assertThat(listed()).isEmpty();
        assertThat(ground.isEmpty())
                .as("nothing is left in the place of %s", storage)
                .isTrue();
    }

    final Path directory(StoredId id) {
        return id instanceof VolumeId volume ? storage.directory(volume) : storage.directory((SnapshotId) id);
    }

    final List<StoredId> listed() {
        Listing listing = storage.list();
        return Stream.<StoredId>concat(
                        listing.volumes().stream().map(StoredVolume::id),
                        listing.snapshots().stream().map(StoredSnapshot::id))
                .toList();
    }

    final void assertNothingButMainAnd(SnapshotId snapshot) {
        assertThat(listed()).containsExactly(MAIN, snapshot);
    }

    final void assertNothingButMain() {
        assertThat(listed()).containsExactly(MAIN);
    }

    final Map<String, String> attributes(StoredId id) {
        Listing listing = storage.list();
        return Stream.concat(
                        listing.volumes().stream()
                                .filter(v -> v.id().equals(id))
                                .map(StoredVolume::attributes),
                        listing.snapshots().stream()
                                .filter(s -> s.id().equals(id))
                                .map(StoredSnapshot::attributes))
                .findFirst()
                .orElseThrow();
    }

    static void together(List<Callable<Void>> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(work.size());
        try {
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
