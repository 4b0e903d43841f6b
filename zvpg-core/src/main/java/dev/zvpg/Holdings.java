package dev.zvpg;

import java.util.Optional;
import java.util.stream.Stream;

/** What a repository has in its storage, as a whole: whether it is its own, what was cut off, and its end. Thread-safe. */
record Holdings(Operations operations) {

    /** Refuses a storage that serves another repository, before anything in it is taken for left over. */
    void requireOwnStorage() {
        Context context = operations.context();
        owners().filter(owner -> !owner.equals(context.repositoryId()))
                .findFirst()
                .ifPresent(owner -> {
                    throw new ConfigurationException("cannot use " + context.storage() + " for the repository at "
                            + context.home().root() + ": it belongs to another repository (" + owner
                            + "); a storage serves one repository, so name another one");
                });
    }

    /** Refuses a storage that has nothing of the repository: it is not the one that it was made on. */
    void requireABranch() {
        Context context = operations.context();
        Catalog catalog = context.catalog();
        if (catalog.copies(CopyRecord.Kind.BRANCH).isEmpty()
                && catalog.unreadable().isEmpty()
                && catalog.newer().isEmpty()) {
            throw new ConfigurationException(
                    "cannot open the repository at " + context.home().root() + ": " + context.storage()
                            + " holds nothing of it; name the storage that it was made on");
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
    void sweep() {
        operations.scratches().sweep();
        operations.deletions().sweep();
    }

    /** Destroys all of it. */
    void destroy() {
        operations.scratches().destroyAll();
        operations.deletions().destroyAll();
    }
}
