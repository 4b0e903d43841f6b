package dev.zvpg.zfs;

import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.Claims.Claim;
import dev.zvpg.storage.Attributes;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A snapshot that was received whole, of a volume that has a claim on it and no label. */
final class ReceivedDraft implements Draft {

    private static final Logger LOG = LoggerFactory.getLogger(ReceivedDraft.class);

    private final Receiving receiving;
    private final VolumeId volume;
    private final SnapshotId snapshot;
    private final Claim claim;
    private final Path directory;
    private boolean ended;

    ReceivedDraft(Receiving receiving, VolumeId volume, SnapshotId snapshot, Claim claim) {
        this.receiving = receiving;
        this.volume = volume;
        this.snapshot = snapshot;
        this.claim = claim;
        this.directory = receiving.mountPoints().of(volume);
    }

    @Override
    public Path directory() {
        String image = receiving.objects().names().dataset(volume) + "@" + snapshot;
        Runnable mount = () -> receiving.mountPoints().mount(image, directory, true);
        receiving.objects().keys().needed("mount", Objects.name(snapshot), image, mount);
        return directory;
    }

    @Override
    public void publish(Map<String, String> attributes) {
        if (ended) {
            throw new IllegalStateException(this + " was published or closed already");
        }
        Map<String, String> checked = Attributes.checked(attributes);
        boolean published = false;
        try {
            receiving.publish(volume, snapshot, checked);
            published = true;
        } finally {
            if (published) {
                ended = true;
                MountPoints.letGo(claim);
            } else if (receiving.isPublished(volume)) { // or it cannot be found out, and recovering the storage does
                ended = true;
                claim.abandon();
            }
        }
    }

    @Override
    public void publishInPlaceOf(VolumeId old, Map<String, String> attributes) {
        throw new UnsupportedOperationException("snapshot " + snapshot + " takes no volume's place");
    }

    @Override
    public void close() {
        if (ended) {
            unmountQuietly();
            return;
        }
        try {
            receiving.destroying().discard(volume, claim);
            ended = true;
        } finally {
            if (!ended) {
                claim.abandon(); // whoever recovers the storage may try, too
            }
        }
    }

    /** The snapshot is there, whatever becomes of this. */
    private void unmountQuietly() {
        try {
            receiving.mountPoints().unmount(directory);
        } catch (ZvpgException e) {
            LOG.debug("{} is unmounted the next time the storage is recovered", directory, e);
        }
    }

    @Override
    public String toString() {
        return "the draft of " + Objects.name(snapshot);
    }
}
