package dev.zvpg.internal.engine;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotMergedException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.catalog.Unreadable;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.server.Server;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes branches and clones, and what was left of such. Thread-safe. */
public final class Deletions {

    private static final Logger LOG = LoggerFactory.getLogger(Deletions.class);

    private final Context context;
    private final Servers servers;
    private final Snapshots snapshots;
    private final DirtyCheck dirtyCheck;

    Deletions(Context context, Servers servers, Snapshots snapshots, DirtyCheck dirtyCheck) {
        this.context = context;
        this.servers = servers;
        this.snapshots = snapshots;
        this.dirtyCheck = dirtyCheck;
    }

    /** Stops the server and deletes the branch, unless something would be lost by that. */
    public void delete(CopyKey key) {
        try (Locks.Held held = context.workingCopy(key)) {
            Catalog catalog = context.catalog();
            CopyRecord branch = catalog.require(key);
            requireAnother(catalog, branch);
            requireNothingLost(catalog, branch);
            boolean ran = servers.stop(branch, Server::stop);
            boolean deleted = false;
            try {
                requireNothingLost(context.catalog(), branch); // once more, now that no session can write any more
                remove(branch, now -> requireNoSnapshotLost(now, branch));
                deleted = true;
            } finally {
                if (ran && !deleted) {
                    servers.start(context.catalog().require(key));
                }
            }
            context.events().tell(new Event.BranchDeleted(Events.ref(branch.key())));
        }
    }

    private void requireNothingLost(Catalog catalog, CopyRecord branch) {
        boolean unsaved = true; // in doubt
        ZvpgException doubt = null;
        try {
            unsaved = dirtyCheck.isUnsaved(catalog, branch);
        } catch (InUseException e) {
            throw e; // by a server that cannot be seen from here
        } catch (ZvpgException e) {
            doubt = e;
        }
        if (unsaved) {
            throw notMerged(catalog, branch, true, doubt);
        }
        requireNoSnapshotLost(catalog, branch);
    }

    private static void requireNoSnapshotLost(Catalog catalog, CopyRecord branch) {
        if (!catalog.reachability().heldOnlyBy(branch).isEmpty()) {
            throw notMerged(catalog, branch, false, null);
        }
    }

    private static NotMergedException notMerged(
            Catalog catalog, CopyRecord branch, boolean unsaved, @Nullable ZvpgException doubt) {
        List<String> only = catalog.reachability().heldOnlyBy(branch).stream()
                .map(catalog::ref)
                .toList();
        return new NotMergedException(
                "cannot delete " + branch.words() + ": "
                        + (unsaved ? "it holds work that no snapshot has" : "")
                        + (doubt == null ? "" : ", as far as can be found out (" + doubt.problem() + ")")
                        + (unsaved && !only.isEmpty() ? ", and " : "")
                        + (only.isEmpty() ? "" : "nothing else descends from " + Lookup.list(only)),
                "merge it, or take a snapshot and make a branch of that, or call discard() to lose it",
                only,
                unsaved,
                doubt);
    }

    /** Stops the server and deletes the branch or clone with everything that only it needed. */
    public void discard(CopyKey key) {
        try (Locks.Held held = context.workingCopy(key)) {
            Catalog catalog = context.catalog();
            CopyRecord copy = catalog.require(key);
            if (copy.isProtected()) {
                throw new InUseException(
                        "cannot delete " + copy.words() + ": it is protected", "call unprotect() on it first");
            }
            stopAndRemove(catalog, copy);
            context.events()
                    .tell(
                            copy.kind() == CopyRecord.Kind.BRANCH
                                    ? new Event.BranchDeleted(Events.ref(copy.key()))
                                    : new Event.CloneDeleted(Events.ref(copy.key())));
        }
    }

    /** Deletes the clones whose time is over and that nobody protects, and returns their names. */
    public List<String> deleteExpired() {
        Instant now = context.clock().instant();
        Catalog catalog = context.catalog();
        List<String> deleted = new ArrayList<>();
        for (CopyRecord clone : expired(catalog, now)) {
            try (Locks.Held held = context.workingCopy(clone.key())) {
                expire(clone.id()).ifPresent(deleted::add);
            } catch (ZvpgException e) {
                LOG.warn("Clone {} has expired and cannot be deleted now; the next time tries again", clone.name(), e);
            }
        }
        return List.copyOf(deleted);
    }

    private List<CopyRecord> expired(Catalog catalog, Instant now) {
        List<CopyRecord> clones = catalog.copies(CopyRecord.Kind.CLONE).stream()
                .filter(clone -> clone.expires().isPresent())
                .toList();
        if (clones.isEmpty()) {
            return clones;
        }
        Instant lastMade = catalog.copies().stream()
                .map(CopyRecord::created)
                .max(Comparator.naturalOrder())
                .orElse(now);
        boolean believed = new ClockLeaps(context).isBelieved(now, lastMade);
        List<CopyRecord> over = clones.stream()
                .filter(clone -> clone.isExpired(now) && !clone.isProtected())
                .toList();
        if (!believed && !over.isEmpty()) {
            LOG.warn(
                    "The clock has leapt ahead to {} since the repository was looked at last; if it is still right in {} minutes, "
                            + "the next look deletes what has expired: {}",
                    now,
                    ClockLeaps.PATIENCE.toMinutes(),
                    Lookup.list(over.stream().map(CopyRecord::name).toList()));
        }
        return believed ? over : List.of();
    }

    /** Called under its lock, which others may have had before: it may be protected by now, or gone. */
    private Optional<String> expire(String id) {
        Catalog catalog = context.catalog();
        Optional<CopyRecord> clone = catalog.copy(id).filter(copy -> !copy.isProtected());
        clone.ifPresent(copy -> {
            stopAndRemove(catalog, copy);
            LOG.info("Clone {} has expired and was deleted", copy.name());
            context.events().tell(new Event.CloneExpired(Events.ref(copy.key())));
        });
        return clone.map(CopyRecord::name);
    }

    private void stopAndRemove(Catalog catalog, CopyRecord copy) {
        requireAnother(catalog, copy);
        servers.stop(copy);
        remove(copy, now -> {});
    }

    /** Takes the one step, after a last look that nobody else's deletion can come after. */
    private void remove(CopyRecord copy, Consumer<Catalog> lastLook) {
        try (Locks.Held repository = context.locks().repository()) {
            Catalog catalog = context.catalog();
            requireAnother(catalog, copy);
            lastLook.accept(catalog);
            context.storage().destroy(copy.volume().id(), lastNames(catalog, copy));
            servers.takeBackPort(copy);
        }
        snapshots.collectGarbage();
        forget(copy.id());
    }

    /** Writes the name of a renamed branch on those of its snapshots that may outlive it. */
    private static List<AttributeChange> lastNames(Catalog catalog, CopyRecord branch) {
        return catalog.snapshotsOf(branch).stream()
                .filter(image -> !image.branchName().equals(branch.name()))
                .map(image -> AttributeChange.set(image.id(), Map.of(SnapshotRecord.BRANCH_NAME, branch.name())))
                .toList();
    }

    private static void requireAnother(Catalog catalog, CopyRecord copy) {
        if (catalog.copies(CopyRecord.Kind.BRANCH).equals(List.of(copy))) {
            throw new InUseException(
                    "cannot delete branch " + copy.name() + ": it is the only one, and everything grows from a branch",
                    "to delete the whole repository, call destroy()");
        }
    }

    void stopAll() {
        for (CopyRecord copy : context.catalog().copies()) {
            try (Locks.Held held = context.workingCopy(copy.key())) {
                servers.stop(copy);
            }
        }
    }

    /** Destroys everything in the storage that is this repository's. Called under the repository's lock. */
    void destroyAll() {
        List<CopyRecord> all = context.catalog().copies();
        // nobody starts one any more, but a crash may have come before they were stopped
        all.forEach(servers::stop);
        for (CopyRecord copy : all) {
            context.storage().destroy(copy.volume().id());
        }
        context.catalog().incomingVolumes().forEach(context::discard);
        for (Unreadable object : context.catalog().unreadable()) {
            if (object.id() instanceof VolumeId volume) {
                context.storage().destroy(volume);
            } else if (object.id() instanceof SnapshotId snapshot) {
                context.storage().destroy(snapshot);
            }
        }
        discardAllWithoutACopy(context.catalog());
    }

    /** Where there is no branch, a tracking ref keeps nothing either: it is what a repository has left that is gone. */
    void discardAllWithoutACopy(Catalog catalog) {
        if (catalog.copies().isEmpty()
                && catalog.unreadable().isEmpty()
                && catalog.newer().isEmpty()) {
            catalog.snapshots().forEach(snapshots::discard);
        }
    }

    /** Refuses to destroy a repository that holds what this version cannot know the meaning of. */
    public void requireNothingNewer() {
        List<String> newer = context.catalog().newer();
        if (!newer.isEmpty()) {
            throw new ConfigurationException(
                    "cannot destroy the repository at "
                            + context.home().root() + ": a later version of this library made " + Lookup.list(newer)
                            + " in it",
                    "destroy it with that version");
        }
    }

    /** Removes the lock and the run directory of a working copy or a draft that is gone. */
    void forget(String id) {
        context.locks().forget(id);
        try {
            OpenDirectory.deleteTree(context.home().runDirectory(id));
        } catch (IOException e) {
            LOG.warn("{} cannot be removed; remove it by hand", context.home().runDirectory(id), e);
        }
    }
}
