package dev.zvpg.directory;

import dev.zvpg.internal.io.Claims.Claim;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.OverlayDraft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A draft that stands on the tree of a snapshot. A claim says so, which the process holds for as long; see
 * {@link Standing}.
 */
final class OverlayTree implements OverlayDraft {

    private static final Logger LOG = LoggerFactory.getLogger(OverlayTree.class);

    /** Where it is filled; nothing of a cluster is called so. */
    private static final Path FILLED = Path.of("filled");

    private final TreeDraft draft;
    private final SnapshotId snapshot;
    private final Path lower;
    private final Standing standing;
    private final Claim claim;
    private boolean filled;
    private boolean stands = true;

    OverlayTree(TreeDraft draft, SnapshotId snapshot, Path lower, Standing standing, Claim claim) {
        this.draft = draft;
        this.snapshot = snapshot;
        this.lower = lower;
        this.standing = standing;
        this.claim = claim;
    }

    @Override
    public Path directory() {
        return draft.directory();
    }

    @Override
    public Path lower() {
        return lower;
    }

    @Override
    public void fill(Path merged, CopyProgress progress) {
        Path target = directory().resolve(FILLED);
        try {
            Files.createDirectory(target, Label.DIRECTORY_MODE);
            PlainCopy.copy(merged, target, false, progress);
            filled = true;
        } catch (IOException e) {
            throw IoFailure.of("keep", draft.toString(), target, e);
        }
    }

    @Override
    public void publish(Map<String, String> attributes) {
        settle();
        draft.publish(attributes);
        leave();
    }

    @Override
    public void publishInPlaceOf(VolumeId old, Map<String, String> attributes) {
        settle();
        draft.publishInPlaceOf(old, attributes);
        leave();
    }

    /** Leaves nothing in the tree but what it was filled with; it is nobody else's yet, so this need not be one step. */
    private void settle() {
        if (!filled) {
            throw new IllegalStateException(draft + " is laid over " + Objects.name(snapshot) + " and was not filled");
        }
        try (OpenDirectory tree = OpenDirectory.open(directory())) {
            if (!tree.exists(FILLED)) {
                return; // settled before, by an attempt that failed afterwards
            }
            for (Path name : tree.names()) {
                if (!name.equals(FILLED)) {
                    tree.delete(name);
                }
            }
            try (OpenDirectory from = tree.directory(FILLED)) {
                for (Path name : from.names()) {
                    from.moveTo(tree, name, name);
                }
            }
            tree.delete(FILLED);
        } catch (IOException e) {
            throw IoFailure.of("keep", draft.toString(), directory(), e);
        }
    }

    @Override
    public void close() {
        draft.close();
        leave();
    }

    private void leave() {
        if (!stands) {
            return;
        }
        stands = false;
        try {
            claim.close();
            standing.ended(snapshot);
        } catch (IOException e) {
            LOG.warn("{} may be kept until the storage is recovered: {}", Objects.name(snapshot), e.toString());
        }
    }

    @Override
    public String toString() {
        return draft + ", laid over " + Objects.name(snapshot);
    }
}
