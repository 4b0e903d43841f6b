package dev.zvpg.zfs;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.Claims.Claim;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.Program.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How volumes and snapshots come to be. A snapshot is one program. A volume is a dataset first, with a claim on it; it
 * exists when one program has labelled it, and is a draft before that. The claim is what tells the drafts of the
 * living.
 *
 * <p>Thread-safe, also among processes.
 */
final class Making {

    private final Objects objects;
    private final Names names;
    private final MountPoints mountPoints;
    private final Destroying destroying;
    private final Map<String, Object> nativeProperties;

    /** The native properties are those that every new dataset needs beside what it inherits. */
    Making(Objects objects, MountPoints mountPoints, Destroying destroying, Map<String, Object> nativeProperties) {
        this.objects = objects;
        this.names = objects.names();
        this.mountPoints = mountPoints;
        this.destroying = destroying;
        this.nativeProperties = nativeProperties;
    }

    VolumeDraft create(VolumeId volume) {
        String verb = "create";
        String dataset = names.newDataset(verb, volume);
        Runnable create = () -> objects.lzc().create(dataset, nativeProperties);
        return make(verb, volume, Optional.empty(), () -> needingKey(verb, volume, create), () -> {
            Path directory = directory(volume);
            try {
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
            } catch (IOException e) {
                throw IoFailure.of(verb, Objects.name(volume), directory, e);
            }
        });
    }

    VolumeDraft clone(SnapshotId snapshot, VolumeId volume) {
        String verb = "clone";
        String dataset = names.newDataset(verb, volume);
        return make(verb, volume, Optional.of(snapshot), () -> cloneDataset(verb, snapshot, dataset), () -> {
            // afterwards, because it may have been destroyed meanwhile, or where it was last seen
            if (!objects.exists(verb, snapshot)) {
                throw objects.missing(verb, snapshot);
            }
        });
    }

    private void needingKey(String verb, VolumeId volume, Runnable work) {
        objects.keys().needed(verb, Objects.name(volume), names.dataset(volume), work);
    }

    private void cloneDataset(String verb, SnapshotId snapshot, String dataset) {
        String lastSeen = objects.lastSeen(snapshot);
        String origin = lastSeen != null ? lastSeen : objects.find(verb, snapshot);
        try {
            objects.lzc().clone(origin, dataset, nativeProperties);
        } catch (NotFoundException e) {
            objects.forget(snapshot);
            objects.lzc().clone(objects.find(verb, snapshot), dataset, nativeProperties); // not where it was seen
        }
    }

    /** Makes a dataset, and then what it needs to be a draft; nothing is left of one that cannot be made. */
    private VolumeDraft make(
            String verb, VolumeId volume, Optional<SnapshotId> origin, Runnable dataset, Runnable rest) {
        Claim claim = mountPoints.claim(volume).orElseThrow(() -> Objects.taken(verb, volume, null));
        boolean made = false;
        try {
            dataset.run();
            made = true;
            rest.run();
            return new VolumeDraft(this, destroying, volume, origin, claim);
        } catch (RuntimeException | Error e) {
            if (made) {
                destroying.discardQuietly(volume, claim);
            } else {
                MountPoints.letGo(claim);
            }
            if (!made && e instanceof AlreadyExistsException taken) {
                throw Objects.taken(verb, volume, taken);
            }
            throw e;
        }
    }

    Path directory(VolumeId volume) {
        Path directory = mountPoints.of(volume);
        needingKey("mount", volume, () -> mountPoints.mount(names.dataset(volume), directory, false));
        return directory;
    }

    /** Labels a draft, perhaps instead of another volume, which is hidden in the same step. */
    void publish(VolumeId volume, Optional<SnapshotId> origin, Map<String, String> attributes, Optional<VolumeId> old) {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("volume", names.dataset(volume));
        arguments.put("properties", Scan.properties(attributes));
        origin.ifPresent(snapshot -> arguments.put("origin", snapshot.value()));
        old.ifPresent(other -> arguments.put("old", names.dataset(other)));
        Program.Result result = objects.run(Program.LABEL, "publish", Objects.name(volume), arguments);
        if (result.answer() == Answer.MISSING) {
            throw objects.missing("publish", result.find("index").isPresent() ? old.orElseThrow() : volume);
        }
    }

    /** Whether it was published, in doubt so: it is discarded otherwise. */
    boolean isPublished(VolumeId volume) {
        try {
            return objects.isLive("publish", volume);
        } catch (ZvpgException e) {
            return true;
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
