package dev.zvpg.zfs;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.StorageException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.Program.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How volumes and snapshots come to be. A snapshot is one program. A volume is a dataset first, and exists when its last step,
 * one program, has labelled it; before that it is invisible, and {@link Destroying#recover} removes it.
 *
 * <p>Thread-safe, also among processes.
 */
final class Making {

    private static final Logger LOG = LoggerFactory.getLogger(Making.class);

    private final Objects objects;
    private final Names names;
    private final MountPoints mountPoints;
    private final Map<String, Object> nativeProperties;

    /** The native properties are those that every new dataset needs beside what it inherits. */
    Making(Objects objects, MountPoints mountPoints, Map<String, Object> nativeProperties) {
        this.objects = objects;
        this.names = objects.names();
        this.mountPoints = mountPoints;
        this.nativeProperties = nativeProperties;
    }

    void create(VolumeId volume, Map<String, String> attributes) {
        String dataset = names.newDataset("create", volume);
        try {
            objects.lzc().create(dataset, nativeProperties);
        } catch (AlreadyExistsException e) {
            throw Objects.taken("create", volume, e);
        }
        finishing(volume, () -> {
            Path directory = mountPoints.of(volume);
            mountPoints.mount(dataset, directory, false);
            try {
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
            } catch (IOException e) {
                throw new StorageException("create", Objects.name(volume), String.valueOf(e.getMessage()), e);
            }
            label("create", volume, Map.of("volume", dataset), attributes, volume);
        });
    }

    void clone(SnapshotId snapshot, VolumeId volume, Map<String, String> attributes) {
        String dataset = names.newDataset("clone", volume);
        String lastSeen = objects.lastSeen(snapshot);
        String origin = lastSeen != null ? lastSeen : objects.find("clone", snapshot);
        try {
            cloneDataset(origin, dataset, volume);
        } catch (NotFoundException e) {
            objects.forget(snapshot);
            origin = objects.find("clone", snapshot); // not where it was seen
            cloneDataset(origin, dataset, volume);
        }
        Map<String, String> arguments = Map.of("volume", dataset, "origin", origin);
        finishing(volume, () -> label("clone", volume, arguments, attributes, snapshot));
    }

    private void cloneDataset(String origin, String dataset, VolumeId volume) {
        try {
            objects.lzc().clone(origin, dataset, nativeProperties);
        } catch (AlreadyExistsException e) {
            throw Objects.taken("clone", volume, e);
        }
    }

    private void label(
            String operation,
            VolumeId volume,
            Map<String, String> arguments,
            Map<String, String> attributes,
            StoredId source) {
        Map<String, Object> all = new HashMap<>(arguments);
        all.put("properties", Scan.properties(attributes));
        Program.Result result = objects.run(Program.LABEL, operation, Objects.name(volume), all);
        if (result.answer() == Answer.MISSING) {
            throw objects.missing(operation, source);
        }
    }

    /** What is made and cannot be finished is discarded; what cannot be discarded is invisible, and recovered later. */
    private void finishing(VolumeId volume, Runnable rest) {
        boolean finished = false;
        try {
            rest.run();
            finished = true;
        } finally {
            if (!finished) {
                discard(volume);
            }
        }
    }

    private void discard(VolumeId volume) {
        try {
            mountPoints.unmount(mountPoints.of(volume));
            objects.run(Program.RECOVER, "discard", Objects.name(volume), Map.of("volume", names.dataset(volume)));
        } catch (ZvpgException e) {
            LOG.warn(
                    "{} was not finished, and is removed the next time the storage is recovered",
                    Objects.name(volume),
                    e);
        }
    }

    void snapshot(VolumeId volume, SnapshotId snapshot, Map<String, String> attributes) {
        String name = names.newSnapshot(volume, snapshot);
        Map<String, Object> arguments = objects.arguments(snapshot);
        arguments.put("volume", names.dataset(volume));
        arguments.put("properties", Scan.properties(attributes));
        switch (objects.run(Program.SNAPSHOT, "snapshot", name, arguments).answer()) {
            case OK -> objects.saw(snapshot, names.dataset(volume));
            case TAKEN -> throw Objects.taken("snapshot " + volume + " as", snapshot, null);
            default -> throw objects.missing("snapshot", volume);
        }
    }
}
