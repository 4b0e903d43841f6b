package dev.zvpg.storage;

/** What a storage can do beyond the contract. Each constant says what happens without it. */
public enum StorageFeature {

    /**
     * A snapshot is one instant of the volume, safe under a running server. Without it the domain makes the copy
     * through the server's backup API, and the snapshot takes as long as the copy.
     */
    ATOMIC_SNAPSHOT,

    /**
     * A snapshot holds of what programs have written and not synced nothing without all that was written before it.
     * Without it, as after a power cut, anything that was not synced may be missing; so a server that does not sync is
     * not imaged while it runs.
     */
    WRITE_ORDER,

    /**
     * Snapshot and clone cost the same whatever the size of the data. Without it they cost time in proportion to the
     * number of files (where the file system shares blocks) or of bytes (where it does not), and report their progress.
     */
    CONSTANT_TIME_CLONE,

    /**
     * The files of a volume are where {@link Storage#location} says only since somebody asked for them, by {@link
     * Storage#directory(VolumeId)}, and until the machine is started the next time.
     */
    MOUNTED_ON_DEMAND,

    /**
     * Listings tell how many bytes each object holds alone and refers to. Without it those figures are empty.
     */
    SPACE_ACCOUNTING
}
