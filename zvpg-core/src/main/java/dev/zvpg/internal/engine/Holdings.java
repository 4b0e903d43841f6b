package dev.zvpg.internal.engine;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.home.Home;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.StoredDraft;
import dev.zvpg.storage.VolumeId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a repository has in its storage, as a whole: whether it is its own, what was cut off, and its end. Thread-safe.
 */
public record Holdings(Operations operations) {

    /** One look at everything, in this order: a run directory comes after its draft, and a draft becomes a volume. */
    private record Found(List<String> runs, List<StoredDraft> drafts, Listing listing, Catalog catalog) {

        static Found in(Context context) {
            List<String> runs = context.home().runs();
            List<StoredDraft> drafts = context.storage().drafts();
            Listing listing = context.storage().list();
            return new Found(runs, drafts, listing, new Catalog(listing));
        }

        Stream<String> owners() {
            return listing.volumes().stream()
                    .flatMap(volume -> Optional.ofNullable(volume.attributes().get(CopyRecord.REPOSITORY)).stream());
        }
    }

    /** Takes the storage up for a repository that was made on it; ends or removes what interrupted operations left. */
    public void takeUp() {
        Found found = Found.in(operations.context());
        requireOwnStorage(found);
        requireABranch(found.catalog);
        othersScratches().sweep();
        sweepIncoming(found.catalog);
        operations.branches().takeInAll(found.catalog);
        operations.snapshots().collectGarbage(found.catalog);
        forgetEndedRuns(found);
        operations.merges().settleAll(found.catalog);
    }

    /** The same for one that is to be made on it. */
    void takeUpEmpty() {
        Found found = Found.in(operations.context());
        requireOwnStorage(found);
        othersScratches().sweep();
        sweepIncoming(found.catalog);
        // what is left of a repository whose destruction was cut off is no news to anybody
        found.catalog
                .reachability()
                .unreachable(operations.context().clock().instant())
                .forEach(operations.snapshots()::discard);
        operations.deletions().discardAllWithoutACopy(found.catalog);
        forgetEndedRuns(found);
        requireNobodyAtWork();
    }

    /** Removes what somebody had received who was killed; whoever lives holds the lock. */
    private void sweepIncoming(Catalog catalog) {
        Context context = operations.context();
        for (VolumeId volume : catalog.incomingVolumes()) {
            Optional<Locks.Held> lock = context.locks().tryWorkingCopy(volume.value());
            if (lock.isPresent()) {
                try (Locks.Held held = lock.get()) {
                    context.discard(volume);
                    context.locks().forget(volume.value());
                }
            }
        }
    }

    /** Refuses a storage that serves another repository, before anything in it is taken for left over. */
    private void requireOwnStorage(Found found) {
        Context context = operations.context();
        found.owners()
                .filter(owner -> !owner.equals(context.repositoryId()))
                .findFirst()
                .ifPresent(owner -> {
                    throw new ConfigurationException(
                            "cannot use " + context.storage() + " for the repository at "
                                    + context.home().root() + ": it belongs to another repository (" + owner
                                    + ")",
                            "a storage serves one repository, so name another one");
                });
    }

    /** Refuses a storage that has nothing of the repository: it is not the one that it was made on. */
    private void requireABranch(Catalog catalog) {
        Context context = operations.context();
        if (catalog.copies(CopyRecord.Kind.BRANCH).isEmpty()
                && catalog.unreadable().isEmpty()
                && catalog.newer().isEmpty()) {
            throw new ConfigurationException(
                    "cannot open the repository at " + context.home().root() + ": " + context.storage()
                            + " holds nothing of it",
                    "name the storage that it was made on");
        }
    }

    /**
     * Refuses a storage in which somebody is about to make another repository, after what the dead have left is gone.
     */
    private void requireNobodyAtWork() {
        Context context = operations.context();
        context.storage().drafts().stream().findFirst().ifPresent(draft -> {
            throw new InUseException(
                    "cannot make a repository in " + context.storage() + ": volume " + draft.id()
                            + " is being made there, or cannot be removed",
                    "a storage serves one repository, so name another one, or try again later");
        });
    }

    private void forgetEndedRuns(Found found) {
        Set<String> there = new HashSet<>();
        found.drafts.stream()
                .filter(draft -> !draft.abandoned())
                .forEach(draft -> there.add(draft.id().value()));
        if (found.drafts.stream().anyMatch(StoredDraft::abandoned)) { // or one that could not be removed
            operations
                    .context()
                    .storage()
                    .drafts()
                    .forEach(draft -> there.add(draft.id().value()));
        }
        if (found.catalog.unreadable().isEmpty() && found.catalog.newer().isEmpty()) { // else one may be theirs
            found.catalog.copies().forEach(copy -> there.add(copy.id()));
            found.runs.stream().filter(id -> !there.contains(id)).forEach(operations.deletions()::forget);
        }
    }

    /** Whether the storage has no volume of the repository. */
    boolean isEmpty() {
        Context context = operations.context();
        return Found.in(context).owners().noneMatch(owner -> owner.equals(context.repositoryId()));
    }

    /** Stops all servers, and nobody starts one any more; or all is as before, when one cannot be stopped. */
    public void stopForGood() {
        Home.Marker before =
                mark(Home.State.DESTROYING); // first: whoever starts one looks at it under the same lock as stop
        boolean stopped = false;
        try {
            operations.deletions().stopAll();
            operations.scratches().close();
            othersScratches().stopAll();
            stopped = true;
        } finally {
            if (!stopped) {
                mark(before.state());
            }
        }
    }

    private Home.Marker mark(Home.State state) {
        Context context = operations.context();
        try (Locks.Held held = context.locks().repository()) {
            Home.Marker before = context.home().marker();
            context.home().writeMarker(before, state);
            return before;
        }
    }

    private OthersScratches othersScratches() {
        return new OthersScratches(operations.context(), operations.scratches());
    }

    /** Destroys all of it. */
    public void destroy() {
        othersScratches().destroyAll();
        operations.deletions().destroyAll();
    }
}
