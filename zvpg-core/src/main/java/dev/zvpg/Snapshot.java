package dev.zvpg;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.Event;
import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRequest;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.internal.engine.Revision;
import dev.zvpg.internal.engine.Scratches;
import dev.zvpg.option.BranchOptions;
import dev.zvpg.option.CloneOptions;
import dev.zvpg.option.PoolOptions;
import dev.zvpg.option.ScratchOptions;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * An immutable image of a branch, from which branches and clones start.
 *
 * <p>A handle is an identity and does no work until a verb is called. Every verb throws {@link NotFoundException} once
 * the snapshot is deleted, and {@link IllegalStateException} once the repository is closed.
 *
 * <p>Thread-safe.
 */
public final class Snapshot {

    private final Operations operations;
    private final SnapshotKey key;

    Snapshot(Operations operations, SnapshotKey key) {
        this.operations = operations;
        this.key = key;
    }

    /**
     * Returns its identity: the {@code id} of its infos, and of the {@linkplain Event.Ref events} that speak of it.
     *
     * @return such as {@code v1-k3f9q2x1}; unique in the repository and never used twice
     */
    public String id() {
        return key.id().value();
    }

    /**
     * Returns its name, unique in its branch.
     *
     * @return such as {@code v1}
     */
    public String name() {
        return key.name();
    }

    /**
     * Returns its name as it is written.
     *
     * @return such as {@code main@v1}, with the name that the branch had when this handle was made
     */
    public String ref() {
        return key.ref();
    }

    /**
     * Makes a branch that starts as this snapshot. Its server is not started.
     *
     * @param name its name, unique in the repository, by git's rules for refs and without {@code @}
     * @return the branch
     * @throws AlreadyExistsException when a branch has that name
     * @throws OutOfSpaceException when the storage has to copy and there is no space left
     */
    public Branch branch(String name) {
        return branch(name, UnaryOperator.identity());
    }

    /**
     * Makes a branch as {@link #branch(String)} does, with options.
     *
     * @param name its name, unique in the repository, by git's rules for refs and without {@code @}
     * @param options changes the default options
     * @return the branch
     * @throws InUseException when the port is another working copy's
     * @throws ConfigurationException when the port is outside the repository's range
     * @throws IllegalArgumentException when a setting is one that no server may be started with, such as {@code port}
     */
    public Branch branch(String name, UnaryOperator<BranchOptions> options) {
        CopyRequest request = CopyRequest.branch(name, options.apply(BranchOptions.DEFAULT));
        return new Branch(operations, operations.copies().create(request, key));
    }

    /**
     * Makes a clone of this snapshot. Its server is not started.
     *
     * @param name its name, unique among the repository's clones, by git's rules for refs and without {@code @}
     * @return the clone
     * @throws AlreadyExistsException when a clone has that name
     * @throws InUseException when the repository has as many clones as {@link Zvpg#maxClones} allows
     * @throws OutOfSpaceException when the storage has to copy and there is no space left
     */
    public Clone clone(String name) {
        return clone(name, UnaryOperator.identity());
    }

    /**
     * Makes a clone as {@link #clone(String)} does, with options.
     *
     * @param name its name, unique among the repository's clones, by git's rules for refs and without {@code @}
     * @param options changes the default options
     * @return the clone
     * @throws InUseException when the port is another working copy's, or the repository has as many clones as
     *     {@link Zvpg#maxClones} allows
     * @throws ConfigurationException when the port is outside the repository's range
     * @throws IllegalArgumentException when a setting is one that no server may be started with, such as {@code port}
     */
    public Clone clone(String name, UnaryOperator<CloneOptions> options) {
        CopyRequest request = CopyRequest.clone(name, options.apply(CloneOptions.DEFAULT));
        return new Clone(operations, operations.copies().create(request, key));
    }

    /**
     * Makes a clone that is running, and that is stopped and deleted when it is closed; see {@link ScratchClone}.
     *
     * <pre>{@code
     * try (ScratchClone pg = v1.scratch()) {
     *     migrate(pg.dataSource());
     * }
     * }</pre>
     *
     * @return the running clone, to be closed
     * @throws InUseException when no port of the repository's range is free
     * @throws ServerException when its server does not start; nothing is left of it
     * @throws OutOfSpaceException when the storage has to copy and there is no space left
     */
    public ScratchClone scratch() {
        return scratch(UnaryOperator.identity());
    }

    /**
     * Makes a running clone as {@link #scratch()} does, with options.
     *
     * @param options changes the default options, {@link ScratchOptions#LEAN}
     * @return the running clone, to be closed
     * @throws IllegalArgumentException when a setting is one that no server may be started with, such as {@code port}
     */
    public ScratchClone scratch(UnaryOperator<ScratchOptions> options) {
        Scratches scratches = operations.scratches();
        return new ScratchClone(operations, scratches.scratch(key, options.apply(ScratchOptions.LEAN)), scratches);
    }

    /**
     * Works on a clone that is there only for that:
     * {@code int bad = v1.withScratch(pg -> countBadRows(pg.dataSource()))}.
     *
     * @param <T> what the work yields
     * @param <X> the checked exception that it may throw
     * @param work gets the running clone
     * @return what the work yields
     * @throws X when the work does
     * @throws ServerException when the clone's server does not start; nothing is left of it
     */
    public <T, X extends Exception> T withScratch(DatabaseFunction<ScratchClone, ? extends T, X> work) throws X {
        try (ScratchClone pg = scratch()) {
            return work.apply(pg);
        }
    }

    /**
     * Works on a clone as {@link #withScratch} does, for work that yields nothing.
     *
     * @param <X> the checked exception that the work may throw
     * @param work gets the running clone
     * @throws X when the work does
     * @throws ServerException when the clone's server does not start; nothing is left of it
     */
    public <X extends Exception> void useScratch(DatabaseAction<ScratchClone, X> work) throws X {
        try (ScratchClone pg = scratch()) {
            work.accept(pg);
        }
    }

    /**
     * Opens a pool of scratch clones that are started before they are needed; see {@link ScratchPool}.
     *
     * @return the pool, to be closed; it is filled in the background
     */
    public ScratchPool pool() {
        return pool(UnaryOperator.identity());
    }

    /**
     * Opens a pool as {@link #pool()} does, with options: {@code v1.pool(o -> o.size(8))}.
     *
     * @param options changes the default options, {@link PoolOptions#DEFAULT}
     * @return the pool, to be closed; it is filled in the background
     * @throws IllegalArgumentException when a setting is one that no server may be started with, such as {@code port}
     */
    public ScratchPool pool(UnaryOperator<PoolOptions> options) {
        return new ScratchPool(operations, operations.scratches().pool(key, options.apply(PoolOptions.DEFAULT)));
    }

    /**
     * Makes a snapshot that has what this one has after some work on it, such as a copy of production without its
     * secrets: {@code v1.derive("masked", pg -> mask(pg.dataSource()))}. It is the first one of a new branch. The work
     * is done on a scratch clone, so nothing is left of it when it fails, or when the JVM ends in the middle of it.
     * (Ended at the very last moment, it leaves the branch with all of the work, and without the snapshot.)
     *
     * @param <X> the checked exception that the work may throw
     * @param branch the name of the new branch, by git's rules for refs and without {@code @}
     * @param work gets the running clone
     * @return the snapshot, which has this one's name on the new branch
     * @throws X when the work does
     * @throws AlreadyExistsException when there is a branch of that name; then the work was not begun
     */
    public <X extends Exception> Snapshot derive(String branch, DatabaseAction<ScratchClone, X> work) throws X {
        return derive(branch, UnaryOperator.identity(), work);
    }

    /**
     * Makes a snapshot as {@link #derive(String, DatabaseAction)} does, with options for the server that the work is done
     * on, such as libraries that it has to load: {@code o -> o.setting("shared_preload_libraries", "pg_stat_statements")}.
     * The branch has none of them.
     *
     * @param <X> the checked exception that the work may throw
     * @param branch the name of the new branch
     * @param options changes the default options
     * @param work gets the running clone
     * @return the snapshot, which has this one's name on the new branch
     * @throws X when the work does
     * @throws AlreadyExistsException when there is a branch of that name; then the work was not begun
     */
    public <X extends Exception> Snapshot derive(
            String branch, UnaryOperator<ScratchOptions> options, DatabaseAction<ScratchClone, X> work) throws X {
        CopyRequest request = CopyRequest.branch(branch, BranchOptions.DEFAULT);
        operations.copies().requirePossible(operations.context().catalog(), request);
        try (ScratchClone pg = scratch(options)) {
            work.accept(pg);
            Branch derived = new Branch(operations, pg.keep(request.derived()));
            return derived.snapshot(name(), "derived from " + ref());
        }
    }

    /**
     * Returns the snapshots that it follows and that are still there.
     *
     * @return nearest first; one, two after a merge of two histories, none for the first one
     */
    public List<Snapshot> parents() {
        Catalog catalog = operations.context().catalog();
        return catalog.lineage().parents(catalog.require(key)).stream()
                .map(image -> new Snapshot(operations, catalog.key(image)))
                .toList();
    }

    /**
     * Compares the rows of this snapshot with those of another one. Servers are started on clones of both, which is why
     * the comparison has to be closed. Where the two grew from one image, only those pages are read in which one of them
     * may differ from it, so that it costs as much as there is changed and not as much as there is.
     *
     * @param later any other snapshot of the repository
     * @return what the other one has that this one has not, and the other way round; to be closed
     * @throws ServerException when a server does not start
     * @throws InUseException when no port of the repository's range is free
     * @throws IllegalArgumentException when that is of another repository
     */
    public Diff diff(Snapshot later) {
        return new Diff(operations, revision(), later.operations(), later.revision());
    }

    /**
     * Compares the rows of this snapshot with what a branch or clone holds now, as {@link #diff(Snapshot)} does. What no
     * snapshot has yet is taken in one that is gone when this returns.
     *
     * @param later any branch or clone of the repository
     * @return what that has and this one has not, and the other way round; to be closed
     * @throws ServerException when a server does not start
     * @throws IllegalArgumentException when that is of another repository
     */
    public Diff diff(WorkingCopy later) {
        return new Diff(operations, revision(), later.operations(), later.revision());
    }

    Operations operations() {
        return operations;
    }

    Revision revision() {
        return new Revision.OfSnapshot(key);
    }

    /**
     * Deletes it. What grew from it stays; branches that follow it follow its parents from then on.
     *
     * @throws InUseException when somebody outside holds it, or when two branches parted at it, so that a merge of them
     *     begins from it; the message says who
     */
    public void delete() {
        operations.snapshots().delete(key);
    }

    /**
     * Deletes it, also where two branches parted at it. A merge of them begins from an older snapshot then, and brings
     * back what one of the two has undone since that; where there is no older one, they cannot be merged.
     *
     * @throws InUseException when somebody outside holds it; the message says who
     */
    public void discard() {
        operations.snapshots().discard(key);
    }

    /**
     * Returns the facts of this moment.
     *
     * @return a record
     */
    public SnapshotInfo info() {
        Catalog catalog = operations.context().catalog();
        return catalog.require(key).info(catalog);
    }

    SnapshotKey key() {
        return key;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Snapshot snapshot
                && snapshot.key.id().equals(key.id())
                && snapshot.operations
                        .context()
                        .repositoryId()
                        .equals(operations.context().repositoryId());
    }

    @Override
    public int hashCode() {
        return key.id().hashCode();
    }

    @Override
    public String toString() {
        return "snapshot " + key.ref();
    }
}
