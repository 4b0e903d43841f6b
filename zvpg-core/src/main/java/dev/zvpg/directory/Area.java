package dev.zvpg.directory;

import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;

/** The part of a {@link Place} that a tree is in. */
enum Area {
    VOLUMES("volumes"),
    SNAPSHOTS("snapshots");

    private final String directory;

    Area(String directory) {
        this.directory = directory;
    }

    /** Its directory's name. */
    String directory() {
        return directory;
    }

    static Area of(StoredId id) {
        return id instanceof VolumeId ? VOLUMES : SNAPSHOTS;
    }

    /**
     * The identity that a text stands for.
     *
     * @throws IllegalArgumentException when it is none
     */
    StoredId id(String text) {
        return this == VOLUMES ? new VolumeId(text) : new SnapshotId(text);
    }
}
