package dev.zvpg;

import java.nio.file.Files;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a repository, or finishes what an earlier attempt began; one that fails is undone. Thread-safe.
 *
 * @param options how the server of the first branch runs
 * @param storageIsInHome whether the storage is the directory in the home directory, and goes with it
 */
record Initialization(Home home, BranchOptions options, boolean storageIsInHome, Opening opening) {

    /** Opens the storage, and the repository in it as far as it is. */
    interface Opening {
        Repository open(Home.Marker marker, Credentials credentials);
    }

    Repository run(Optional<ClusterSource> source) {
        boolean newDirectory = !Files.exists(home.root());
        home.requireUnused();
        home.createLocks();
        try (Locks.Held held = new Locks(home.locks()).repository()) {
            home.requireUnused(); // once more, now that nobody else can be making one
            boolean resumed = home.exists();
            Home.Marker marker = resumed ? home.marker() : home.writeMarker(null, Home.State.INITIALIZING);
            Repository repository = null;
            try {
                repository = opening.open(marker, home.createCredentials());
                return make(repository, marker, source);
            } catch (RuntimeException | Error e) {
                undo(repository, !resumed, newDirectory, e);
                throw e;
            }
        }
    }

    private Repository make(Repository repository, Home.Marker marker, Optional<ClusterSource> source) {
        repository.holdings().requireOwnStorage();
        repository.holdings().sweep();
        if (marker.state() == Home.State.DESTROYING) { // finish what was cut off, then begin anew
            repository.holdings().destroy();
            home.writeMarker(marker, Home.State.INITIALIZING);
        } else if (repository.findBranch(Zvpg.FIRST_BRANCH).isPresent()) {
            repository.holdings().destroy(); // nobody has ever opened it, and it may have been made from something else
        }
        Repository made = repository;
        if (source.isPresent()) {
            made = repository.createFirstBranch(Zvpg.FIRST_BRANCH, options, source.get());
        } else {
            repository.createFirstBranch(Zvpg.FIRST_BRANCH, options);
        }
        home.writeMarker(marker, Home.State.READY);
        return made;
    }

    /**
     * Removes what a failed attempt made; the directory was empty before, so all that is in it is ours. Unless the storage has
     * something left: the marker names its owner, and the next attempt takes it up.
     */
    private void undo(@Nullable Repository repository, boolean remove, boolean newDirectory, Throwable failure) {
        try (repository) {
            if (remove
                    && (repository == null
                            || storageIsInHome
                            || repository.holdings().isEmpty())) {
                home.delete(newDirectory, storageIsInHome);
            }
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }
}
