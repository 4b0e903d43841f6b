package dev.zvpg.storage;

import java.util.Map;

/** Makes volumes that begin as nothing but what the storage makes of them. */
public final class Trees {

    private Trees() {}

    /** Makes an empty volume and publishes it. */
    public static void create(Storage storage, VolumeId volume, Map<String, String> attributes) {
        try (Draft draft = storage.create(volume)) {
            draft.publish(attributes);
        }
    }

    /** Makes a clone and publishes it. */
    public static void clone(Storage storage, SnapshotId from, VolumeId volume, Map<String, String> attributes) {
        clone(storage, from, volume, attributes, CopyProgress.NONE);
    }

    /** The same, told how far it is. */
    public static void clone(
            Storage storage, SnapshotId from, VolumeId volume, Map<String, String> attributes, CopyProgress progress) {
        try (Draft draft = storage.clone(from, volume, progress)) {
            draft.publish(attributes);
        }
    }
}
