package dev.zvpg.internal.engine;

import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A new volume that is there for its maker only: {@link #close} destroys it unless it was published, and so does the next
 * {@code open()} when its maker is cut off. Confined to the thread that made it.
 */
final class Draft implements AutoCloseable {

    private final Context context;
    private final VolumeId volume;
    private final Locks.Held making;
    private boolean published;

    private Draft(Context context, VolumeId volume, Locks.Held making) {
        this.context = context;
        this.volume = volume;
        this.making = making;
    }

    /** Makes an empty one. */
    static Draft create(Context context, String name) {
        return make(context, name, volume -> context.storage().create(volume, owner(context)));
    }

    /**
     * Makes one that starts as a snapshot's image.
     *
     * @param what the whole operation, in words, for its progress
     */
    static Draft clone(Context context, SnapshotId from, String name, String what) {
        return make(
                context, name, volume -> context.storage().clone(from, volume, owner(context), context.progress(what)));
    }

    private static Map<String, String> owner(Context context) {
        return Map.of(CopyRecord.REPOSITORY, context.repositoryId());
    }

    private static Draft make(Context context, String name, Consumer<VolumeId> maker) {
        VolumeId volume = VolumeId.generate(name);
        Locks.Held making = context.locks().making();
        try {
            maker.accept(volume);
            return new Draft(context, volume, making);
        } catch (RuntimeException | Error e) {
            making.close();
            throw e;
        }
    }

    VolumeId volume() {
        return volume;
    }

    Path dataDirectory() {
        return context.dataDirectory(volume);
    }

    /**
     * Makes it a branch's or a clone's, in one step with other changes. From then on closing it destroys nothing, also where
     * the storage failed after it had done what it was asked to.
     */
    void publish(Map<String, String> attributes, AttributeChange... inTheSameStep) {
        List<AttributeChange> changes = new ArrayList<>(List.of(AttributeChange.set(volume, attributes)));
        changes.addAll(List.of(inTheSameStep));
        try {
            context.storage().update(changes);
            published = true;
        } catch (RuntimeException | Error e) {
            published = isReferred(e);
            throw e;
        }
    }

    private boolean isReferred(Throwable failure) {
        try {
            return context.catalog().copies().stream()
                    .anyMatch(copy -> copy.volume().id().equals(volume));
        } catch (RuntimeException | Error again) {
            failure.addSuppressed(again);
            return true; // in doubt it is kept; if nothing refers to it, the next open() removes it
        }
    }

    boolean isPublished() {
        return published;
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted(); // the flag must not keep us from cleaning up
        try (Locks.Held held = making) {
            if (!published) {
                context.storage().destroy(volume);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
