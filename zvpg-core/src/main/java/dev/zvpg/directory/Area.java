package dev.zvpg.directory;

import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredId;

/** The part of a {@link Place} that a tree is in. */
enum Area {

    /** Volumes that were created, and whatever else lies there: what the document does not know is foreign. */
    VOLUMES("volumes"),

    /** Snapshots, with the same rule. */
    SNAPSHOTS("snapshots"),

    /**
     * Volumes that were cloned. This directory is the storage's alone: a tree in it that no document knows is what a crash
     * left of a clone. So a clone that nobody needs to find after a power cut can be made and destroyed without waiting for
     * the disk.
     */
    CLONES("clones");

    private final String directory;

    Area(String directory) {
        this.directory = directory;
    }

    /** Its directory's name. */
    String directory() {
        return directory;
    }

    boolean holds(StoredId id) {
        return id instanceof SnapshotId == (this == SNAPSHOTS);
    }
}
