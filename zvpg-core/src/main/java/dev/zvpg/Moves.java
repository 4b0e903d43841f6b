package dev.zvpg;

import dev.zvpg.server.Finding;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Moves a branch or clone to a new volume that starts as a snapshot. What it is called and how it runs stays. Thread-safe. */
final class Moves {

    private final Context context;
    private final Servers servers;
    private final CopyFactory copies;

    Moves(Context context, Servers servers, CopyFactory copies) {
        this.context = context;
        this.servers = servers;
        this.copies = copies;
    }

    /** What is done once the server is stopped, and before anything has changed; it may still refuse. */
    interface Gate<T> {
        T pass();
    }

    /** Makes the event that tells of the move. */
    interface Told {
        Event of(List<Finding> findings, Duration took);
    }

    private record Moved<T>(T result, boolean wasRunning, List<Finding> findings) {}

    /**
     * Moves it. Called under its lock.
     *
     * @param copy what to move, from the catalog
     * @param target the snapshot, from the catalog
     * @param what the whole operation, in words
     * @return what the gate returned
     */
    <T> T move(Catalog catalog, CopyRecord copy, SnapshotRecord target, String what, Gate<T> gate, Told told) {
        return move(catalog, copy, target, what, servers::stop, gate, told);
    }

    /** Moves it when nothing of its state is to be kept, so that its server need not write a last checkpoint. */
    void discard(Catalog catalog, CopyRecord copy, SnapshotRecord target, String what, Told told) {
        move(catalog, copy, target, what, servers::stopAtOnce, () -> target, told);
    }

    private <T> T move(
            Catalog catalog,
            CopyRecord copy,
            SnapshotRecord target,
            String what,
            Consumer<CopyRecord> stop,
            Gate<T> gate,
            Told told) {
        long began = System.nanoTime();
        try (Locks.Held making = context.locks().making()) {
            VolumeId fresh = VolumeId.generate(copy.name());
            context.storage()
                    .clone(
                            target.id(),
                            fresh,
                            Map.of(CopyRecord.REPOSITORY, context.repositoryId()),
                            context.progress(what));
            Moved<T> moved = copies.undoingOnFailure(fresh, () -> swap(catalog, copy, fresh, target.id(), stop, gate));
            context.events().tell(told.of(moved.findings(), Duration.ofNanos(System.nanoTime() - began)));
            try {
                if (moved.wasRunning()) {
                    servers.start(context.catalog()
                            .copy(copy.id())
                            .orElseThrow(() -> Lookup.gone(copy.kind().word(), copy.name())));
                }
            } finally {
                copies.destroyQuietly(copy.volume().id()); // nobody refers to it any more
            }
            return moved.result();
        }
    }

    /** Everything that can fail with the working copy as it was; the last thing is the step. */
    private <T> Moved<T> swap(
            Catalog catalog,
            CopyRecord copy,
            VolumeId fresh,
            SnapshotId target,
            Consumer<CopyRecord> stop,
            Gate<T> gate) {
        List<Finding> findings = context.launcher().disarm(context.dataDirectory(fresh));
        boolean running = servers.find(copy).isPresent();
        stop.accept(copy); // only now is it certain that nothing more is written
        boolean moved = false;
        try {
            T result = gate.pass();
            step(catalog, copy, fresh, target, running);
            moved = true;
            return new Moved<>(result, running, findings);
        } finally {
            if (running && !moved) {
                servers.start(copy);
            }
        }
    }

    /** The one step: before it the working copy is the old volume, after it the new one. */
    private void step(Catalog before, CopyRecord copy, VolumeId fresh, SnapshotId target, boolean starts) {
        try (Locks.Held repository = context.locks().repository()) {
            context.home().requireLiving();
            Map<String, String> attributes = new TreeMap<>(copy.volume().attributes());
            attributes.keySet().removeAll(Set.of(CopyRecord.BASE, CopyRecord.UNTOUCHED));
            if (copy.kind() == CopyRecord.Kind.CLONE) {
                attributes.put(CopyRecord.BASE, target.value());
            } else {
                // the target may have been deleted meanwhile
                context.catalog()
                        .survivor(target, before)
                        .ifPresent(base -> attributes.put(CopyRecord.BASE, base.value()));
                if (!starts) {
                    attributes.put(CopyRecord.UNTOUCHED, target.value());
                }
            }
            context.storage()
                    .update(List.of(
                            AttributeChange.set(fresh, attributes),
                            new AttributeChange(copy.volume().id(), Map.of(), Set.of(CopyRecord.KIND))));
        }
    }
}
