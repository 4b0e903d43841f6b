package dev.zvpg.zfs;

import dev.zvpg.internal.io.Claims.Claim;
import dev.zvpg.storage.Attributes;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A dataset that has a claim on it and no label. */
final class VolumeDraft implements Draft {

    private final Making making;
    private final Destroying destroying;
    private final VolumeId volume;
    private final Optional<SnapshotId> origin;
    private final Claim claim;
    private boolean ended;

    /** What it took the place of, until that is gone. */
    private Optional<VolumeId> replaced = Optional.empty();

    VolumeDraft(Making making, Destroying destroying, VolumeId volume, Optional<SnapshotId> origin, Claim claim) {
        this.making = making;
        this.destroying = destroying;
        this.volume = volume;
        this.origin = origin;
        this.claim = claim;
    }

    @Override
    public Path directory() {
        return making.directory(volume);
    }

    @Override
    public void publish(Map<String, String> attributes) {
        publish(attributes, Optional.empty());
    }

    @Override
    public void publishInPlaceOf(VolumeId old, Map<String, String> attributes) {
        publish(attributes, Optional.of(old));
    }

    private void publish(Map<String, String> attributes, Optional<VolumeId> old) {
        if (ended) {
            throw new IllegalStateException(this + " was published or closed already");
        }
        Map<String, String> checked = Attributes.checked(attributes);
        boolean published = false;
        try {
            making.publish(volume, origin, checked, old);
            published = true;
        } finally {
            if (published) {
                ended = true;
                replaced = old;
                MountPoints.letGo(claim);
            } else if (making.isPublished(volume)) { // or it cannot be found out, and recovering the storage does
                ended = true;
                replaced = old;
                claim.abandon();
            }
        }
    }

    @Override
    public void close() {
        if (!ended) {
            boolean gone = false;
            try {
                destroying.discard(volume, claim);
                gone = true;
            } finally {
                ended = gone;
                if (!gone) {
                    claim.abandon(); // whoever recovers the storage may try, too
                }
            }
        }
        replaced.ifPresent(destroying::reapQuietly);
        replaced = Optional.empty();
    }

    @Override
    public String toString() {
        return "the draft of " + Objects.name(volume);
    }
}
