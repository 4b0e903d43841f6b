package dev.zvpg.internal.scratch;

import dev.zvpg.diff.Changes;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.info.ScratchMethod;
import dev.zvpg.server.Overlay;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.OverlayDraft;
import dev.zvpg.storage.PageComparison;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A draft, and what is laid over it where it is empty itself.
 *
 * <p>Confined to one thread at a time.
 */
public final class ScratchTree implements AutoCloseable {

    private final VolumeId volume;
    private final Draft draft;
    private final @Nullable Overlay overlay;
    private final SnapshotId from;
    private final ScratchMethod method;

    ScratchTree(SnapshotId from, VolumeId volume, Draft draft, ScratchMethod method) {
        this.from = from;
        this.volume = volume;
        this.draft = draft;
        this.overlay = null;
        this.method = method;
    }

    ScratchTree(SnapshotId from, VolumeId volume, OverlayDraft draft, Overlay overlay, ScratchMethod method) {
        this.from = from;
        this.volume = volume;
        this.draft = draft;
        this.overlay = overlay;
        this.method = method;
    }

    /** Its identity. */
    public VolumeId volume() {
        return volume;
    }

    /** What it is when it is published. */
    public Draft draft() {
        return draft;
    }

    /** How it was made. */
    public ScratchMethod method() {
        return method;
    }

    /** Where its files are, for this process. */
    public Path directory() {
        return overlay == null ? draft.directory() : overlay.directory();
    }

    /** Finds where it may differ from an image; see {@link Storage#changes}. */
    public Changes changes(Storage storage, SnapshotId image) {
        if (overlay == null) {
            return storage.changes(image, volume);
        }
        Path seen = overlay.directory();
        Path below;
        try {
            below = storage.directory(from);
        } catch (NotFoundException e) { // a snapshot that was only needed for a while
            return PageComparison.of(storage.directory(image), seen);
        }
        Changes since = PageComparison.of(below, seen, overlay.written()::contains);
        return image.equals(from) ? since : since.and(PageComparison.of(storage.directory(image), below));
    }

    /** Makes it a whole tree of its own, that can be published. No server runs on it any more. */
    public void makeWhole(CopyProgress progress) {
        if (overlay != null) {
            overlay.freeze();
            ((OverlayDraft) draft).fill(overlay.directory(), progress);
            overlay.close();
        }
    }

    /** Ends it with all that is in it, unless it was published. Idempotent, and may be called again when it throws. */
    @Override
    public void close() {
        if (overlay != null) {
            overlay.close();
        }
        draft.close();
    }

    @Override
    public String toString() {
        return volume.toString();
    }
}
