package dev.zvpg.zfs;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;

/**
 * Where volumes and snapshots are: mounted when somebody asks for the first time since the machine was started.
 *
 * <p>Thread-safe, also among processes.
 */
final class Mounting {

    private static final String VERB = "find";

    private final Objects objects;
    private final MountPoints mountPoints;

    Mounting(Objects objects, MountPoints mountPoints) {
        this.objects = objects;
        this.mountPoints = mountPoints;
    }

    Path location(VolumeId volume) {
        return mountPoints.of(volume);
    }

    Path directory(VolumeId volume) {
        Path directory = mountPoints.of(volume);
        if (!mountPoints.isMounted(directory)) {
            mount(volume, objects.names().dataset(volume), directory, false);
        }
        return directory;
    }

    Path directory(SnapshotId snapshot) {
        Path directory = mountPoints.of(snapshot);
        if (!mountPoints.isMounted(directory)) {
            mount(snapshot, objects.find(VERB, snapshot), directory, true);
        }
        return directory;
    }

    private void mount(StoredId id, String object, Path directory, boolean readOnly) {
        try {
            objects.keys()
                    .needed("mount", Objects.name(id), object, () -> mountPoints.mount(object, directory, readOnly));
        } catch (NotFoundException e) {
            throw objects.missing(VERB, id);
        }
        // afterwards, because it may be destroyed while it is mounted, and what is hidden can be mounted too
        if (!objects.exists(VERB, id)) {
            mountPoints.unmount(directory);
            throw objects.missing(VERB, id);
        }
    }
}
