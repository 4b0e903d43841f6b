package dev.zvpg.zfs;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How volumes and snapshots go: what nothing needs at once, and what something grew from when the last of that goes. Until then
 * a volume is a dataset that is marked as destroyed, and a snapshot one whose destruction the kernel has deferred.
 *
 * <p>Thread-safe, also among processes.
 */
final class Destroying {

    private static final Logger LOG = LoggerFactory.getLogger(Destroying.class);

    private final Objects objects;
    private final MountPoints mountPoints;

    Destroying(Objects objects, MountPoints mountPoints) {
        this.objects = objects;
        this.mountPoints = mountPoints;
    }

    void destroy(VolumeId volume, List<AttributeChange> changes) {
        Path directory = mountPoints.of(volume);
        String dataset = objects.names().dataset(volume);
        String name = Objects.name(volume);
        boolean wasMounted = false;
        boolean destroyed = false;
        Patience patience = new Patience();
        try {
            while (!destroyed) {
                wasMounted |= mountPoints.unmount(directory);
                Program.Result result =
                        objects.run(Program.DESTROY_VOLUME, "destroy", name, objects.arguments(volume, changes));
                switch (result.answer()) {
                    case OK -> destroyed = true;
                    case MISSING -> throw objects.missing(volume, changes, result);
                    case CHILD ->
                        throw new InUseException(
                                "cannot destroy " + name + ": somebody else's dataset " + result.text("name")
                                        + " is below it",
                                "destroy or rename that first");
                    case AGAIN -> LOG.debug("{} has a snapshot that was taken just now", volume);
                    default -> patience.lose(() -> MountedElsewhere.busy(name, dataset));
                }
            }
        } finally {
            if (wasMounted && !destroyed) {
                mountAgain(dataset, directory);
            }
        }
    }

    /** A verb that throws has changed nothing. */
    private void mountAgain(String dataset, Path directory) {
        try {
            mountPoints.mount(dataset, directory, false);
        } catch (ZvpgException e) {
            LOG.debug("{} is mounted the next time somebody asks where it is", dataset, e);
        }
    }

    void destroy(SnapshotId snapshot, List<AttributeChange> changes) {
        String name = Objects.name(snapshot);
        Patience patience = new Patience();
        while (true) {
            mountPoints.unmount(mountPoints.of(snapshot));
            Program.Result result =
                    objects.run(Program.DESTROY_SNAPSHOT, "destroy", name, objects.arguments(snapshot, changes));
            switch (result.answer()) {
                case OK -> {
                    objects.forget(snapshot);
                    return;
                }
                case MISSING -> throw objects.missing(snapshot, changes, result);
                case HELD ->
                    throw new InUseException(
                            "cannot destroy " + name + ": it has the holds "
                                    + String.join(
                                            ", ",
                                            objects.lzc()
                                                    .holds(result.text("name"))
                                                    .keySet()),
                            "release them with zfs release TAG " + result.text("name"));
                default -> patience.lose(() -> MountedElsewhere.busy(name, result.text("name")));
            }
        }
    }

    /** Removes what was cut off; what cannot be removed now is tried again the next time. */
    void recover() {
        Scan scan = objects.scan();
        for (VolumeId volume : scan.left()) {
            LOG.info("Removing {}, left over from an operation that was cut off", Objects.name(volume));
        }
        Set<Path> needed = new HashSet<>();
        scan.listing().volumes().forEach(volume -> needed.add(mountPoints.of(volume.id())));
        scan.listing().snapshots().forEach(snapshot -> needed.add(mountPoints.of(snapshot.id())));
        mountPoints.all().stream()
                .filter(directory -> !needed.contains(directory))
                .forEach(this::unmountOurs);
        if (!scan.left().isEmpty()) {
            objects.run(Program.RECOVER, "recover", "zfs " + objects.names().root(), Map.of());
        }
    }

    private void unmountOurs(Path directory) {
        try {
            if (!mountPoints.isMounted(directory) || isOurs(directory)) {
                mountPoints.unmount(directory);
            }
        } catch (ZvpgException e) {
            LOG.warn("{} is left over from an operation that was cut off, and cannot be unmounted now", directory, e);
        }
    }

    private boolean isOurs(Path directory) {
        Path real = MountPoints.real(directory);
        return Mounts.list().stream()
                .anyMatch(mount -> mount.directory().equals(real)
                        && mount.dataset().startsWith(objects.names().root() + "/"));
    }
}
