package dev.zvpg.zfs;

import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.Claims.Claim;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.Program.Answer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How snapshots come from elsewhere. Each is received into a volume of its own, which is a draft until the snapshot is
 * published, and then only carries it.
 *
 * <p>Thread-safe, also among processes.
 */
final class Receiving {

    /** What is left for others: 64 MB. */
    private static final long SPARE_BYTES = 64L << 20;

    /** The property of a volume that tells which snapshot is received into it; {@code common.lua} knows it too. */
    private static final String PROPERTY = "zvpg.storage:receiving";

    private final Objects objects;
    private final MountPoints mountPoints;
    private final Destroying destroying;
    private final Root.Opened root;

    Receiving(Objects objects, MountPoints mountPoints, Destroying destroying, Root.Opened root) {
        this.objects = objects;
        this.mountPoints = mountPoints;
        this.destroying = destroying;
        this.root = root;
    }

    Objects objects() {
        return objects;
    }

    Destroying destroying() {
        return destroying;
    }

    MountPoints mountPoints() {
        return mountPoints;
    }

    /** What a volume needs that a snapshot is received into. */
    Map<String, Object> properties(SnapshotId snapshot) {
        Map<String, Object> properties = new HashMap<>(root.properties());
        properties.put(PROPERTY, snapshot.value());
        return properties;
    }

    /** Whether what is received will be encrypted. */
    boolean encrypts(Optional<Objects.Found> origin) {
        return origin.map(Objects.Found::encrypted).orElse(root.encrypted());
    }

    static VolumeId newVolume() {
        return VolumeId.generate("receiving");
    }

    Claim claim(VolumeId volume) {
        return mountPoints.claim(volume).orElseThrow(() -> Objects.taken("receive into", volume, null));
    }

    ZfsIncoming prepare(SnapshotId snapshot, Optional<Objects.Found> origin) {
        Optional<String> from = origin.map(Objects.Found::name);
        for (Map.Entry<VolumeId, PartialVolume> entry :
                PartialVolume.all(objects).entrySet()) {
            PartialVolume partial = entry.getValue();
            if (partial.told().snapshot().equals(snapshot) && partial.origin().equals(from)) {
                Optional<ZfsIncoming> incoming = goOn(snapshot, origin, entry.getKey());
                if (incoming.isPresent()) {
                    return incoming.get();
                }
            }
        }
        VolumeId volume = newVolume();
        return new ZfsIncoming(this, snapshot, origin, Optional.empty(), volume, claim(volume));
    }

    /** Takes a partial; empty where somebody else does, or has. */
    private Optional<ZfsIncoming> goOn(SnapshotId snapshot, Optional<Objects.Found> origin, VolumeId volume) {
        Optional<Claim> claim = mountPoints.claim(volume); // who only looks at it has it for a moment
        if (claim.isEmpty()) {
            return Optional.empty();
        }
        boolean isTaken = false;
        try {
            Optional<PartialVolume> partial =
                    PartialVolume.of(objects, volume); // it may have gone on since it was listed
            if (partial.isEmpty()) {
                return Optional.empty();
            }
            hear(volume);
            isTaken = true;
            return Optional.of(new ZfsIncoming(this, snapshot, origin, partial, volume, claim.get()));
        } finally {
            if (!isTaken) {
                claim.get().abandon();
            }
        }
    }

    /** Notes that something has come of it. */
    private void hear(VolumeId volume) {
        objects.run(
                Program.HEAR,
                "receive into",
                Objects.name(volume),
                Map.of("volume", objects.names().dataset(volume)));
    }

    /**
     * Refuses to fill the pool: what runs there needs room as well.
     *
     * @throws OutOfSpaceException when there is none left
     */
    void requireRoom(SnapshotId snapshot) {
        Object available = objects.run(Program.SPACE, "receive", Objects.name(snapshot), Map.of())
                .values()
                .get("available");
        if (available instanceof Long room && room < SPARE_BYTES) {
            throw new OutOfSpaceException(
                    "cannot receive " + Objects.name(snapshot) + ": " + room + " bytes are left in "
                            + objects.names().root(),
                    "free some space, or destroy what nobody needs any more, then try again");
        }
    }

    /** Lets go of a claimed volume that could not be received: what can go on is kept. */
    void giveUp(VolumeId volume, Claim claim) {
        boolean isKept = true; // in doubt
        try {
            isKept = PartialVolume.of(objects, volume).isPresent();
            if (isKept) {
                hear(volume);
            }
        } finally {
            if (isKept) {
                claim.abandon();
            } else {
                destroying.discardQuietly(volume, claim);
            }
        }
    }

    void publish(VolumeId volume, SnapshotId snapshot, Map<String, String> attributes) {
        String dataset = objects.names().dataset(volume);
        Map<String, Object> arguments = objects.arguments(snapshot);
        arguments.put("volume", dataset);
        arguments.put("properties", Scan.properties(attributes));
        Answer answer = objects.run(Program.ACCEPT, "publish", Objects.name(snapshot), arguments)
                .answer();
        switch (answer) {
            case OK -> objects.saw(snapshot, dataset);
            case TAKEN -> throw Objects.taken("publish", snapshot, null);
            default -> throw objects.missing("publish", volume);
        }
    }

    /** Whether it was published, in doubt so: it is no draft any more. */
    boolean isPublished(VolumeId volume) {
        try {
            return !objects.exists("publish", volume);
        } catch (ZvpgException e) {
            return true;
        }
    }

    void discard(SnapshotId snapshot) {
        PartialVolume.all(objects).forEach((volume, partial) -> {
            if (partial.told().snapshot().equals(snapshot)) {
                mountPoints.claimWhatWasCutOff(volume).ifPresent(claim -> destroying.discardQuietly(volume, claim));
            }
        });
    }
}
