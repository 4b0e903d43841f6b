package dev.zvpg.zfs;

import dev.zvpg.error.StorageException;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.binding.Native;
import java.nio.charset.StandardCharsets;

/**
 * The names of a storage's datasets and snapshots.
 *
 * <p>A volume's dataset ends in {@value #SUFFIX}, which no identity does. The kernel gives a clone its properties only
 * after the clone exists, so that suffix alone tells a clone that a crash left unlabelled from one that an
 * administrator made by hand.
 *
 * <p>Immutable.
 *
 * @param root the dataset that everything is below of
 */
record Names(String root) {

    static final String SUFFIX = ".zvpg";

    private static final int MAX_BYTES = Native.LibZfsCore.ZFS_MAX_DATASET_NAME_LEN - 1;

    /** The pool that the datasets are in. */
    String pool() {
        int slash = root.indexOf('/');
        return slash < 0 ? root : root.substring(0, slash);
    }

    /** The dataset of a volume. */
    String dataset(VolumeId volume) {
        return root + "/" + volume + SUFFIX;
    }

    /** As {@link #dataset}, for a verb that makes it: a name that is too long for ZFS fails before anything happens. */
    String newDataset(String operation, VolumeId volume) {
        return checked(operation, "volume " + volume, dataset(volume));
    }

    /** The name of a snapshot that a verb makes. */
    String newSnapshot(VolumeId volume, SnapshotId snapshot) {
        return checked("snapshot", "volume " + volume + " as " + snapshot, dataset(volume) + "@" + snapshot);
    }

    private String checked(String operation, String target, String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            throw new StorageException(
                    operation,
                    target,
                    "its name in ZFS, " + name + ", has " + bytes + " bytes and " + MAX_BYTES + " are allowed",
                    "use a storage with a shorter name than " + root + ", or shorter identities",
                    null);
        }
        return name;
    }
}
