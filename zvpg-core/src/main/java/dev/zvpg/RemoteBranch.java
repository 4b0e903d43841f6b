package dev.zvpg;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.engine.Operations;
import java.util.Optional;

/**
 * A branch of another repository, as it was when that was asked last: a name such as {@code origin/main} for a snapshot
 * that is here.
 *
 * <p>Thread-safe.
 */
public final class RemoteBranch {

    private final Operations operations;
    private final String name;

    RemoteBranch(Operations operations, String name) {
        this.operations = operations;
        this.name = name;
    }

    /**
     * Returns its name.
     *
     * @return such as {@code origin/main}
     */
    public String name() {
        return name;
    }

    /**
     * Returns the snapshot that it was at.
     *
     * @return the snapshot, from which branches and clones can be made
     * @throws NotFoundException when it is not known any more
     */
    public Snapshot head() {
        Catalog catalog = operations.context().catalog();
        SnapshotRecord head = Optional.ofNullable(catalog.tracked().get(name))
                .orElseThrow(() -> Lookup.noRemoteBranch(catalog, name));
        return new Snapshot(operations, catalog.key(head));
    }

    Operations operations() {
        return operations;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RemoteBranch branch
                && branch.name.equals(name)
                && branch.operations
                        .context()
                        .repositoryId()
                        .equals(operations.context().repositoryId());
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return "remote branch " + name;
    }
}
