package dev.zvpg.internal.engine;

import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.CopyRequest;
import dev.zvpg.internal.catalog.Provenance;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.home.CredentialsFile;
import dev.zvpg.internal.home.Home;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.option.BranchOptions;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.Credentials;
import java.nio.file.Files;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a repository, or finishes what an earlier attempt began; one that fails is undone. Thread-safe.
 *
 * @param firstBranch its name
 * @param options how the server of the first branch runs
 * @param storageIsInHome whether the storage is the directory in the home directory, and goes with it
 */
public record Initialization(
        Home home, String firstBranch, BranchOptions options, boolean storageIsInHome, Opening opening) {

    /** Opens the storage, and the repository in it as far as it is. */
    public interface Opening {
        Operations open(Home.Marker marker, Credentials credentials);

        /** Fetches a branch of another repository, and returns its head. */
        SnapshotKey fetch(Operations repository, ClusterSource.RemoteBranch source);
    }

    public Operations run(Optional<ClusterSource> source) {
        boolean newDirectory = !Files.exists(home.root());
        home.requireUnused();
        home.createLocks();
        try (Locks.Held held = new Locks(home.locks()).repository()) {
            home.requireUnused(); // once more, now that nobody else can be making one
            boolean resumed = home.exists();
            Home.Marker marker = resumed ? home.marker() : home.writeMarker(null, Home.State.INITIALIZING);
            Operations repository = null;
            try {
                repository = opening.open(marker, new CredentialsFile(home).create());
                return make(repository, marker, source);
            } catch (RuntimeException | Error e) {
                undo(repository, !resumed, newDirectory, e);
                throw e;
            }
        }
    }

    private Operations make(Operations repository, Home.Marker marker, Optional<ClusterSource> source) {
        Holdings holdings = new Holdings(repository);
        holdings.takeUpEmpty();
        if (marker.state() == Home.State.DESTROYING) { // finish what was cut off, then begin anew
            holdings.destroy();
            home.writeMarker(marker, Home.State.INITIALIZING);
        } else if (repository
                .context()
                .catalog()
                .copy(CopyRecord.Kind.BRANCH, firstBranch)
                .isPresent()) {
            holdings.destroy(); // nobody has ever opened it, and it may have been made from something else
        }
        Operations made = repository;
        if (source.isPresent() && source.get() instanceof ClusterSource.RemoteBranch remote) {
            made = fromRemote(repository, remote);
        } else if (source.isPresent()) { // the first superuser has the name that it has there
            Credentials superuser = repository.copies().createFirst(firstBranch, options, source.get());
            made = Operations.of(repository.context().withCredentials(superuser));
        } else {
            repository.copies().createFirst(firstBranch, options);
        }
        home.writeMarker(marker, Home.State.READY);
        return made;
    }

    /** Starts from what another repository has; the superuser has the name that it has there. */
    private Operations fromRemote(Operations repository, ClusterSource.RemoteBranch source) {
        Context context = repository.context();
        boolean done = false;
        try {
            SnapshotKey head = opening.fetch(repository, source);
            String superuser = context.catalog()
                    .require(head)
                    .stored()
                    .attributes()
                    .getOrDefault(Provenance.SUPERUSER, context.credentials().user());
            Credentials mine = new Credentials(superuser, context.credentials().password());
            new CredentialsFile(home).write(mine); // before the branch that cannot be had without them
            Operations made = Operations.of(context.withCredentials(mine));
            made.copies().create(CopyRequest.branch(firstBranch, options), head);
            done = true;
            return made;
        } finally {
            if (!done) { // the next attempt begins anew
                repository.deletions().discardAllWithoutACopy(context.catalog());
            }
        }
    }

    /**
     * Removes what a failed attempt made; the directory was empty before, so all that is in it is ours. Unless the
     * storage has something left: the marker names its owner, and the next attempt takes it up.
     */
    private void undo(@Nullable Operations repository, boolean remove, boolean newDirectory, Throwable failure) {
        try (repository) {
            if (remove && (repository == null || storageIsInHome || new Holdings(repository).isEmpty())) {
                home.delete(newDirectory, storageIsInHome);
            }
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }
}
