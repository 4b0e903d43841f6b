package dev.zvpg.internal.engine;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.home.Home;
import dev.zvpg.internal.home.Locks;
import java.util.Optional;
import java.util.stream.Stream;

/** What a repository has in its storage, as a whole: whether it is its own, what was cut off, and its end. Thread-safe. */
public record Holdings(Operations operations) {

    /** Refuses a storage that serves another repository, before anything in it is taken for left over. */
    public void requireOwnStorage() {
        Context context = operations.context();
        owners().filter(owner -> !owner.equals(context.repositoryId()))
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
    public void requireABranch() {
        Context context = operations.context();
        Catalog catalog = context.catalog();
        if (catalog.copies(CopyRecord.Kind.BRANCH).isEmpty()
                && catalog.unreadable().isEmpty()
                && catalog.newer().isEmpty()) {
            throw new ConfigurationException(
                    "cannot open the repository at " + context.home().root() + ": " + context.storage()
                            + " holds nothing of it",
                    "name the storage that it was made on");
        }
    }

    /** Whether the storage has no volume of the repository, not even one that nothing refers to. */
    boolean isEmpty() {
        return owners().noneMatch(owner -> owner.equals(operations.context().repositoryId()));
    }

    private Stream<String> owners() {
        return operations.context().storage().list().volumes().stream()
                .flatMap(volume -> Optional.ofNullable(volume.attributes().get(CopyRecord.REPOSITORY)).stream());
    }

    /** Removes what interrupted operations left. */
    public void sweep() {
        othersScratches().sweep();
        operations.deletions().sweep();
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
