package dev.zvpg.internal.scratch;

import dev.zvpg.info.ScratchMethod;
import dev.zvpg.info.ScratchMethod.Kind;
import dev.zvpg.option.ScratchOptions;
import dev.zvpg.server.Overlay;
import dev.zvpg.server.OverlayRefusedException;
import dev.zvpg.server.OverlaySpec;
import dev.zvpg.server.ServerLauncher;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.OverlayDraft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageFeature;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the trees of scratch clones: a clone of the storage where that takes constant time, else an overlay, and a copy
 * where the machine refuses that. Its first refusal is told and remembered, and it is not asked again.
 *
 * <p>Thread-safe.
 */
public final class ScratchTrees {

    private final Storage storage;
    private final ServerLauncher launcher;
    private final Path home;
    private final Consumer<String> onRefusal;
    private final AtomicReference<@Nullable String> refusal = new AtomicReference<>();

    /**
     * Creates the maker.
     *
     * @param home where everything else is that servers need
     * @param onRefusal told once why trees are copied
     */
    public ScratchTrees(Storage storage, ServerLauncher launcher, Path home, Consumer<String> onRefusal) {
        this.storage = storage;
        this.launcher = launcher;
        this.home = home;
        this.onRefusal = onRefusal;
    }

    /** Why trees are copied here, if one had to be. */
    public Optional<String> refusal() {
        return Optional.ofNullable(refusal.get());
    }

    /** Makes a tree that starts as a snapshot's image. */
    public ScratchTree make(SnapshotId from, VolumeId volume, ScratchOptions options, CopyProgress progress) {
        if (options.overlay() && refusal().isEmpty()) {
            Optional<OverlayDraft> draft = storage.overlay(from, volume);
            if (draft.isPresent()) {
                Optional<ScratchTree> laid = lay(from, volume, draft.get(), options);
                if (laid.isPresent()) {
                    return laid.get();
                }
            }
        }
        Kind kind = storage.features().contains(StorageFeature.CONSTANT_TIME_CLONE) ? Kind.CLONE : Kind.COPY;
        Optional<String> reason = kind == Kind.COPY && options.overlay() ? refusal() : Optional.empty();
        return new ScratchTree(from, volume, storage.clone(from, volume, progress), new ScratchMethod(kind, reason));
    }

    private Optional<ScratchTree> lay(SnapshotId from, VolumeId volume, OverlayDraft draft, ScratchOptions options) {
        boolean laid = false;
        try {
            Optional<Overlay> found =
                    launcher.overlay(new OverlaySpec(draft.lower(), draft.directory(), home, options.memory()));
            laid = found.isPresent();
            return found.map(overlay -> {
                Kind kind = overlay.isInMemory() ? Kind.OVERLAY_IN_MEMORY : Kind.OVERLAY_ON_DISK;
                return new ScratchTree(from, volume, draft, overlay, new ScratchMethod(kind, Optional.empty()));
            });
        } catch (OverlayRefusedException e) {
            if (refusal.compareAndSet(null, e.reason())) {
                onRefusal.accept(e.reason());
            }
            return Optional.empty();
        } finally {
            if (!laid) {
                draft.close();
            }
        }
    }
}
