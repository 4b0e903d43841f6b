package dev.zvpg;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.DivergedException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.MergeConflictException;
import dev.zvpg.error.NotMergedException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.BranchInfo;
import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.CopyRequest;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.engine.Merges;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.merge.MergeReport;
import dev.zvpg.option.BranchOptions;
import dev.zvpg.option.ResetOptions;
import dev.zvpg.option.SnapshotOptions;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A durable, named line of work: a cluster that one goes on working with, and the snapshots taken of it.
 *
 * <p>Thread-safe.
 */
public final class Branch extends WorkingCopy {

    Branch(Operations operations, CopyRecord copy) {
        this(operations, copy.key());
    }

    Branch(Operations operations, CopyKey key) {
        super(operations, key);
    }

    /**
     * Takes a snapshot under a name. A running server keeps running, and its sessions stay connected.
     *
     * @param name its name, unique in the branch, by git's rules for refs and without {@code @}
     * @param message what it is; at most 8,191 bytes of UTF-8
     * @return the snapshot
     * @throws AlreadyExistsException when the branch has a snapshot of that name
     * @throws OutOfSpaceException when the storage has to copy and there is no space left
     */
    public Snapshot snapshot(String name, String message) {
        return snapshot(name, message, UnaryOperator.identity());
    }

    /**
     * Takes a snapshot as {@link #snapshot(String, String)} does, with options.
     *
     * @param name its name, unique in the branch, by git's rules for refs and without {@code @}
     * @param message what it is; at most 8,191 bytes of UTF-8
     * @param options changes the default options
     * @return the snapshot
     */
    public Snapshot snapshot(String name, String message, UnaryOperator<SnapshotOptions> options) {
        return take(Optional.of(name), message, options.apply(SnapshotOptions.DEFAULT));
    }

    /**
     * Takes a snapshot under a generated name: the time in UTC, such as {@code 20261122-203138-417}, so that names sort
     * in the order of time.
     *
     * @param message what it is; at most 8,191 bytes of UTF-8
     * @return the snapshot
     */
    public Snapshot commit(String message) {
        return take(Optional.empty(), message, SnapshotOptions.DEFAULT);
    }

    /**
     * Makes a branch that starts as this one's head; where there is none, a snapshot is taken first. The new branch's
     * server is not started.
     *
     * @param name its name, unique in the repository, by git's rules for refs and without {@code @}
     * @return the new branch
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
     * @return the new branch
     * @throws InUseException when the port is another working copy's
     * @throws ConfigurationException when the port is outside the repository's range
     * @throws IllegalArgumentException when a setting is one that no server may be started with, such as {@code port}
     */
    public Branch branch(String name, UnaryOperator<BranchOptions> options) {
        CopyRequest request = CopyRequest.branch(name, options.apply(BranchOptions.DEFAULT));
        return new Branch(operations(), operations().branches().branch(key(), request));
    }

    /**
     * Gives it another name, in one step. Its snapshots are written with the new name from then on; a running server
     * goes on.
     *
     * @param newName unique in the repository, by git's rules for refs and without {@code @}
     * @return the branch by its new name. Older handles go on working, and tell the name by which they were found
     * @throws AlreadyExistsException when another branch has that name
     */
    public Branch rename(String newName) {
        operations().branches().rename(key(), newName);
        return new Branch(operations(), new CopyKey(key().kind(), key().id(), newName));
    }

    /**
     * Tells whether it holds work that its head snapshot does not have: rows, definitions, settings in its files,
     * replication slots. The server's own maintenance (such as autovacuum's ANALYZE) is none, where the write-ahead log
     * is still there and the installation has {@code pg_waldump} to read it. In doubt it does: a branch without a
     * snapshot, and one whose server crashed, is dirty.
     *
     * @return false when its head snapshot holds all that it holds
     * @throws ServerException when its server does not answer
     */
    public boolean isDirty() {
        try (Locks.Held held = operations().context().workingCopy(key())) {
            Catalog catalog = operations().context().catalog();
            return operations().dirtyCheck().isUnsaved(catalog, catalog.require(key()));
        }
    }

    /**
     * Gives this branch what another one has, as {@link #merge(Branch, UnaryOperator)} does without options: conflicts
     * are told, and nothing has changed then.
     *
     * @param other another branch of the repository
     * @return what became of it
     */
    public MergeResult merge(Branch other) {
        return merge(other, UnaryOperator.identity());
    }

    /**
     * Gives this branch what another one has changed since the two parted; what this one has changed itself stays.
     *
     * <p>When this branch has neither moved since then nor holds unsaved work, it becomes what the other one is, in one
     * step: a fast-forward, for which a running server is stopped and started again. Otherwise the rows that the other
     * one has inserted, updated and deleted are looked up here by their keys, and the changes are made in one
     * transaction for each database; sessions stay connected, and whoever writes to those tables waits for a moment. A
     * snapshot that follows both heads has the result. It is tried in a scratch clone first, so that a conflict harms
     * nobody.
     *
     * <p>What becomes of a row that the other branch has
     *
     * <ul>
     *   <li>inserted: it is inserted here; where this branch has inserted one with the same key, each column with
     *       another value is a conflict;
     *   <li>updated: the columns that it has changed get its values, and those that this branch has changed stay; a
     *       column that both have changed, and not alike, is a conflict, and so is a row that this branch has deleted;
     *   <li>deleted: it is deleted here; a row that this branch has changed is a conflict;
     *   <li>given another key: it is deleted and inserted;
     *   <li>changed in a table without a key: as many equal rows are inserted or deleted; fewer than are to be deleted
     *       are a conflict.
     * </ul>
     *
     * <p>What both have done alike is no conflict. What a constraint forbids is one that only a change of a branch
     * ends; the others can be resolved by options. Definitions that the other branch has changed are changed here in the
     * same transaction, before its rows, and what is called otherwise in either of the two is called so afterwards: tables,
     * columns, indexes, constraints, views, functions, types and all else that belongs to a database, but for publications,
     * subscriptions and default privileges, which are named in the report, as are changes of roles, databases and
     * settings. What both have defined, and not alike, what one has dropped and the other one changed, and what cannot be
     * carried over is a conflict. A table or column that the other branch has dropped must hold here what it held when
     * the two parted. Values that an enumeration has got are added before, and stay when the merge fails. It needs a
     * library on the class path, which the message names where it is missing. Where several snapshots are the last ones in the history of both,
     * because the branches were merged crosswise, it is a conflict when they do not agree on what is to become of a
     * value. Sequences move forward only. Tables that cannot be merged are named in the report.
     *
     * <p>Name, port, settings and credentials stay. The other branch stays as it is. Work of either that no snapshot
     * has is saved in a snapshot of it first. {@code resetTo(result.before())} undoes the merge. When the program or
     * the machine ends in the middle of it, the next one to open the repository brings it to its end, or nothing has
     * changed.
     *
     * @param other another branch of the repository
     * @param options changes the default options
     * @return what became of it
     * @throws MergeConflictException when both have changed the same and no option says which is to be; nothing has
     *     changed then
     * @throws DivergedException when no snapshot is in the history of both; nothing has changed then
     * @throws InUseException when a transaction holds rows or tables for long that are to be changed; the message says
     *     who, and nothing has changed then
     * @throws OutOfSpaceException when the storage has to copy and there is no space left
     * @throws ServerException when a server does not start or answer; a fast-forward is done when it does not start
     *     again
     * @throws dev.zvpg.error.ConfigurationException when definitions have changed, and the library is missing that writes
     *     them as statements; nothing has changed then
     * @throws IllegalArgumentException when {@code other} is this branch, or of another repository; when an option
     *     names neither a table nor a column; nothing has changed then
     */
    public MergeResult merge(Branch other, UnaryOperator<MergeOptions> options) {
        requireAnother(other);
        return result(operations().merges().merge(key(), other.key(), options.apply(MergeOptions.DEFAULT)));
    }

    /**
     * Gives this branch what a branch of another repository has, as it was when that was asked last, as
     * {@link #merge(Branch, UnaryOperator)} does without options.
     *
     * @param other such as {@code repo.remoteBranch("origin/main")}
     * @return what became of it; nothing is saved of the other one
     */
    public MergeResult merge(RemoteBranch other) {
        return merge(other, UnaryOperator.identity());
    }

    /**
     * Gives this branch what a branch of another repository has, as it was when that was asked last, as
     * {@link #merge(Branch, UnaryOperator)} does.
     *
     * @param other such as {@code repo.remoteBranch("origin/main")}
     * @param options changes the default options, under which every conflict is told
     * @return what became of it; nothing is saved of the other one
     * @throws MergeConflictException when both have changed the same and no option says what is to be; nothing has
     *     changed then
     * @throws DivergedException when no snapshot is in the history of both; nothing has changed then
     * @throws IllegalArgumentException when {@code other} is of another repository
     */
    public MergeResult merge(RemoteBranch other, UnaryOperator<MergeOptions> options) {
        if (!other.operations()
                .context()
                .repositoryId()
                .equals(operations().context().repositoryId())) {
            throw new IllegalArgumentException(other + " is known to another repository; fetch it into this one");
        }
        SnapshotKey head = other.head().key();
        return result(operations().merges().merge(key(), other.name(), head, options.apply(MergeOptions.DEFAULT)));
    }

    private MergeResult result(Merges.Merged merged) {
        return new MergeResult(
                switch (merged.way()) {
                    case NONE_NEEDED -> MergeResult.Kind.UP_TO_DATE;
                    case FAST_FORWARD -> MergeResult.Kind.FAST_FORWARD;
                    case THREE_WAY -> MergeResult.Kind.MERGED;
                },
                handle(merged.head()),
                merged.saved().map(this::handle),
                handle(merged.before()),
                merged.report());
    }

    /**
     * Tells what a merge would do, conflicts included, and changes nothing.
     *
     * @param other another branch of the repository
     * @return what would become of rows
     * @throws DivergedException when no snapshot is in the history of both
     */
    public MergeReport rehearseMerge(Branch other) {
        return rehearseMerge(other, UnaryOperator.identity());
    }

    /**
     * Tells what {@link #merge(Branch, UnaryOperator)} would do, conflicts included, and changes nothing. It is tried
     * in a scratch clone of this branch; for work that no snapshot has one is taken, which is gone afterwards.
     *
     * @param other another branch of the repository
     * @param options changes the default options
     * @return what would become of rows, also where the merge would be a fast-forward
     * @throws DivergedException when no snapshot is in the history of both
     * @throws IllegalArgumentException when {@code other} is this branch, or of another repository; when an option
     *     names neither a table nor a column
     */
    public MergeReport rehearseMerge(Branch other, UnaryOperator<MergeOptions> options) {
        requireAnother(other);
        return operations().merges().rehearse(key(), other.key(), options.apply(MergeOptions.DEFAULT));
    }

    private void requireAnother(Branch other) {
        if (!other.operations()
                .context()
                .repositoryId()
                .equals(operations().context().repositoryId())) {
            throw new IllegalArgumentException(
                    "cannot merge " + other.name() + " into " + name() + ": it is a branch of another repository");
        }
        if (other.equals(this)) {
            throw new IllegalArgumentException("cannot merge branch " + name() + " with itself; name another branch");
        }
    }

    /**
     * Makes the branch what a snapshot is, in one step. Name, port, settings and credentials stay; a running server is
     * stopped meanwhile and started again. Work that no snapshot has is saved in a snapshot of this branch first, and
     * so is work whose last snapshot is a deleted branch's and would be gone when this branch no longer follows it. The
     * branch's snapshots stay.
     *
     * @param snapshot any snapshot of the repository
     * @return the snapshot that unsaved work is in; empty when there was none
     * @throws OutOfSpaceException when the storage has to copy and there is no space left; nothing has changed then
     * @throws ServerException when the server does not start again; the branch is reset
     */
    public Optional<Snapshot> resetTo(Snapshot snapshot) {
        return resetTo(snapshot, UnaryOperator.identity());
    }

    /**
     * Makes the branch what a snapshot is, as {@link #resetTo(Snapshot)} does, with options.
     *
     * @param snapshot any snapshot of the repository
     * @param options changes the default options
     * @return the snapshot that unsaved work is in; empty when there was none, or the options say not to save it
     */
    public Optional<Snapshot> resetTo(Snapshot snapshot, UnaryOperator<ResetOptions> options) {
        return operations()
                .resets()
                .branch(key(), snapshot.key(), options.apply(ResetOptions.DEFAULT))
                .map(this::handle);
    }

    /**
     * Stops its server and deletes it, when nothing is lost by that: its work is in a snapshot, and another branch or a
     * clone descends from its head. What grew from it stays: branches and clones made from its snapshots, and those of
     * its snapshots that they descend from.
     *
     * @throws NotMergedException when it holds unsaved work, or snapshots that would be gone with it; nothing has
     *     changed then
     * @throws InUseException when it is the only branch, or the storage cannot let go of its files; the message says
     *     who uses them
     */
    @Override
    public void delete() {
        operations().deletions().delete(key());
    }

    /**
     * Stops its server and deletes it with all that only it holds. What grew from it stays, as after {@link #delete()}.
     *
     * @throws InUseException as {@link #delete()} throws it
     */
    public void discard() {
        operations().deletions().discard(key());
    }

    /**
     * Finds the snapshot that the branch's state follows: its newest one, or the one it began from.
     *
     * @return empty before the first snapshot
     */
    public Optional<Snapshot> head() {
        Catalog catalog = operations().context().catalog();
        return catalog.head(catalog.require(key())).map(image -> new Snapshot(operations(), catalog.key(image)));
    }

    /**
     * Returns the snapshots taken on this branch.
     *
     * @return oldest first
     */
    public List<Snapshot> snapshots() {
        Catalog catalog = operations().context().catalog();
        return catalog.snapshotsOf(catalog.require(key())).stream()
                .map(image -> new Snapshot(operations(), catalog.key(image)))
                .toList();
    }

    /**
     * Finds a snapshot that was taken on this branch.
     *
     * @param name its name, or {@code latest} for the head
     * @return the snapshot
     */
    public Optional<Snapshot> findSnapshot(String name) {
        Catalog catalog = operations().context().catalog();
        return catalog.snapshot(catalog.require(key()), name)
                .map(image -> new Snapshot(operations(), catalog.key(image)));
    }

    /**
     * Returns the branch's history: its head and what that follows, across branches, down to the first snapshot.
     *
     * @return nearest first
     */
    public List<SnapshotInfo> log() {
        Catalog catalog = operations().context().catalog();
        return catalog.history(catalog.require(key())).stream()
                .map(image -> image.info(catalog))
                .toList();
    }

    /**
     * Returns the facts of this moment.
     *
     * @return a record
     */
    public BranchInfo info() {
        Catalog catalog = operations().context().catalog();
        return operations().infos().branch(catalog, catalog.require(key()));
    }

    private Snapshot take(Optional<String> name, String message, SnapshotOptions options) {
        return handle(operations().snapshots().take(key(), name, message, options));
    }

    private Snapshot handle(SnapshotKey taken) {
        return new Snapshot(operations(), taken);
    }
}
