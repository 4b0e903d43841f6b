package dev.zvpg.internal.engine;

import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.catalog.Merging;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.option.SnapshotOptions;
import dev.zvpg.server.ServerMerge;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that a merge is in a branch and in its history, or in neither, also when it was cut off between the two.
 * First the merge is noted at the branch, then committed by its server, then a snapshot follows what was merged, and
 * then the note goes. Whoever finds the note asks the server what became of the merge.
 *
 * <p>Used under the lock of the branch, by the thread that holds it.
 */
final class Settlement {

    private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);

    /** A checkpoint was written by the one before it, which holds all but the merge. */
    private static final SnapshotOptions SOON = SnapshotOptions.DEFAULT.checkpoint(false);

    private final Context context;
    private final Servers servers;
    private final SnapshotWriter snapshots;

    Settlement(Context context, Servers servers, SnapshotWriter snapshots) {
        this.context = context;
        this.servers = servers;
        this.snapshots = snapshots;
    }

    /**
     * What came of a merge that was cut off.
     *
     * @param snapshot the merge's snapshot, if it was taken now
     * @param done the databases that have got it, while others have not; only then it is not at its end
     */
    record Settled(Optional<SnapshotKey> snapshot, Set<String> done) {

        private static final Settled NOTHING = new Settled(Optional.empty(), Set.of());

        boolean isHalf() {
            return !done.isEmpty();
        }
    }

    /** Notes that a merge may be committed from now on. */
    void note(CopyKey into, SnapshotKey theirs, String transactions) {
        try (Locks.Held repository = context.locks().repository()) { // nobody deletes what is noted
            Catalog catalog = context.catalog();
            if (catalog.snapshot(theirs.id()).isEmpty()) {
                throw Lookup.gone("snapshot " + theirs.ref());
            }
            CopyRecord branch = catalog.require(into);
            Merging merging = branch.merging()
                    .filter(earlier -> earlier.theirs().equals(theirs.id()))
                    .orElse(new Merging(theirs.id(), List.of()))
                    .and(transactions);
            context.storage()
                    .update(List.of(
                            AttributeChange.set(branch.volume().id(), Map.of(CopyRecord.MERGING, merging.text()))));
        }
    }

    /** Takes the snapshot of a merge that is committed, and takes the note away. */
    SnapshotKey finish(CopyKey into, SnapshotId theirs, String message) {
        Catalog catalog = context.catalog();
        CopyRecord branch = catalog.require(into);
        SnapshotKey taken = snapshots.take(catalog, branch, Optional.empty(), message, SOON, Optional.of(theirs));
        if (branch.merging().isPresent()) {
            forget(branch);
        }
        return taken;
    }

    /**
     * Brings a merge to its end that was cut off, unless some databases have it and others do not.
     *
     * @param message what is said of its snapshot; empty for a generated message
     */
    Settled settle(CopyKey key, Optional<String> message) {
        Catalog catalog = context.catalog();
        CopyRecord branch = catalog.require(key);
        if (branch.merging().isEmpty()) {
            return Settled.NOTHING;
        }
        Merging merging = branch.merging().get();
        if (catalog.history(branch).stream().anyMatch(image -> image.id().equals(merging.theirs()))) {
            forget(branch); // only that was left to do
            return Settled.NOTHING;
        }
        ServerMerge.Outcome outcome = outcome(branch, merging);
        LOG.info("A merge into {} was cut off, and became {}", branch.words(), outcome);
        if (outcome.committed().isEmpty()) {
            forget(branch);
            return Settled.NOTHING;
        }
        if (!outcome.undone().isEmpty()) {
            return new Settled(Optional.empty(), outcome.committed());
        }
        String words = message.orElse(message(from(catalog, merging), branch.name()));
        return new Settled(Optional.of(finish(key, merging.theirs(), words)), Set.of());
    }

    private ServerMerge.Outcome outcome(CopyRecord branch, Merging merging) {
        Set<String> committed = new HashSet<>();
        Set<String> undone = new HashSet<>();
        try (Servers.Running running = servers.borrow(branch)) {
            for (String transactions : merging.transactions()) {
                ServerMerge.Outcome outcome = running.server().outcome(transactions);
                committed.addAll(outcome.committed());
                undone.addAll(outcome.undone());
            }
        }
        undone.removeAll(committed); // what failed at first was done when it was taken up again
        return new ServerMerge.Outcome(committed, undone);
    }

    private void forget(CopyRecord branch) {
        context.storage()
                .update(List.of(new AttributeChange(branch.volume().id(), Map.of(), Set.of(CopyRecord.MERGING))));
    }

    /** The name of the branch that is merged, as far as it is known. */
    static String from(Catalog catalog, Merging merging) {
        return catalog.snapshot(merging.theirs())
                .map(catalog::branchOf)
                .map(CopyKey::name)
                .orElse(merging.theirs().value());
    }

    /** What is said of a merge's snapshot where the caller says nothing. */
    static String message(String from, String into) {
        return "merge of " + from + " into " + into;
    }
}
