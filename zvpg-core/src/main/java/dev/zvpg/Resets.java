package dev.zvpg;

import dev.zvpg.server.DataDirectory;
import dev.zvpg.server.Finding;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Moves a branch to a new volume that starts as an earlier snapshot. Thread-safe. */
final class Resets {

    private final Context context;
    private final Servers servers;
    private final Snapshots snapshots;
    private final Copies copies;

    Resets(Context context, Servers servers, Snapshots snapshots, Copies copies) {
        this.context = context;
        this.servers = servers;
        this.snapshots = snapshots;
        this.copies = copies;
    }

    /** What a reset found: the safety snapshot, if one was needed, and whether the server ran. */
    private record Swapped(Optional<Snapshots.Taken> saved, boolean wasRunning, List<Finding> findings) {}

    /** Returns the safety snapshot, if one was needed. */
    Optional<Snapshots.Taken> reset(String id, String name, SnapshotId target, String ref, ResetOptions options) {
        long began = System.nanoTime();
        try (Locks.Held held = context.locks().workingCopy(id);
                Locks.Held making = context.locks().making()) {
            Catalog catalog = context.catalog();
            Copy branch = catalog.copy(id).orElseThrow(() -> Lookup.gone("branch", name));
            if (catalog.image(target).isEmpty()) {
                throw Lookup.gone("snapshot", ref);
            }
            VolumeId fresh = VolumeId.generate(branch.name());
            context.storage()
                    .clone(
                            target,
                            fresh,
                            Map.of(Copy.REPOSITORY, context.repositoryId()),
                            context.progress("reset of branch " + name));
            Swapped swapped = copies.undoingOnFailure(fresh, () -> swap(branch, fresh, target, options, ref, catalog));
            context.events()
                    .tell(new Event.BranchReset(
                            branch.name(), ref, swapped.findings(), Duration.ofNanos(System.nanoTime() - began)));
            try {
                if (swapped.wasRunning()) {
                    servers.start(context.catalog().copy(id).orElseThrow(() -> Lookup.gone("branch", name)));
                }
            } finally {
                context.storage().destroy(branch.volume().id()); // nobody refers to it any more
            }
            return swapped.saved();
        }
    }

    /** Everything that can fail with the branch as it was; the last thing is the move. */
    private Swapped swap(
            Copy branch, VolumeId fresh, SnapshotId target, ResetOptions options, String ref, Catalog before) {
        List<Finding> findings = context.launcher().disarm(context.dataDirectory(fresh));
        boolean running = servers.find(branch).isPresent();
        servers.stop(branch); // only now is it certain that nothing more is written
        boolean moved = false;
        try {
            Optional<Snapshots.Taken> saved = options.save() && hasUnsavedWork(branch)
                    ? Optional.of(snapshots.take(
                            branch.id(),
                            branch.name(),
                            Optional.empty(),
                            "before the reset to " + ref,
                            SnapshotOptions.DEFAULT))
                    : Optional.empty();
            move(branch, fresh, target, before);
            moved = true;
            return new Swapped(saved, running, findings);
        } finally {
            if (running && !moved) {
                servers.start(branch);
            }
        }
    }

    /** The one step: before it the branch is the old volume, after it the new one. */
    private void move(Copy branch, VolumeId fresh, SnapshotId target, Catalog before) {
        try (Locks.Held repository = context.locks().repository()) {
            Map<String, String> attributes = new TreeMap<>(branch.volume().attributes());
            attributes.remove(Copy.BASE);
            // the target may have been deleted meanwhile
            context.catalog().survivor(target, before).ifPresent(base -> attributes.put(Copy.BASE, base.value()));
            context.storage()
                    .update(List.of(
                            AttributeChange.set(fresh, attributes),
                            new AttributeChange(branch.volume().id(), Map.of(), Set.of(Copy.KIND))));
        }
    }

    /** Whether a writing transaction ran since the head snapshot; asked of a stopped server, whose position is exact. */
    private boolean hasUnsavedWork(Copy branch) {
        DataDirectory data =
                context.launcher().inspect(context.dataDirectory(branch.volume().id()));
        long now = data.position().nextTransactionId();
        // after a crash the position is that of the last checkpoint, and what was committed since is only in the WAL
        return !data.exact()
                || context.catalog()
                        .head(branch)
                        .map(head -> head.nextTransactionId() != now)
                        .orElse(true);
    }
}
