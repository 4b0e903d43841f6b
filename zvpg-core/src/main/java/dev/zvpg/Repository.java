package dev.zvpg;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.Problem;
import dev.zvpg.error.RemoteException;
import dev.zvpg.info.Event;
import dev.zvpg.info.Status;
import dev.zvpg.info.Subscription;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.engine.Holdings;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.internal.home.CredentialsFile;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.remote.FetchOptions;
import dev.zvpg.remote.FetchResult;
import dev.zvpg.remote.PushOptions;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.ServeOptions;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A home directory, a storage, and everything versioned in them. Made by {@link Zvpg}.
 *
 * <p>Closing it releases what this JVM holds and ends its scratch clones; the servers of branches and clones keep
 * running and are found again by the next {@code open()}. After closing, every method here and on its handles throws
 * {@link IllegalStateException}.
 *
 * <p>Thread-safe; several processes may have the same repository open.
 */
public final class Repository implements AutoCloseable {

    private final Operations operations;
    private final Remotes remotes;

    Repository(Operations operations) {
        this.operations = operations;
        this.remotes = new Remotes(operations);
    }

    /**
     * Returns its home directory.
     *
     * @return an absolute path
     */
    public Path home() {
        return operations.context().home().root();
    }

    /**
     * Finds a branch.
     *
     * @param name its name
     * @return the branch
     * @throws NotFoundException when there is none; the message lists those there are
     */
    public Branch branch(String name) {
        Catalog catalog = operations.context().catalog();
        return catalog.copy(CopyRecord.Kind.BRANCH, name)
                .map(copy -> new Branch(operations, copy))
                .orElseThrow(() -> Lookup.noCopy(catalog, CopyRecord.Kind.BRANCH, name));
    }

    /**
     * Finds a branch, if there is one of that name.
     *
     * @param name its name
     * @return the branch
     */
    public Optional<Branch> findBranch(String name) {
        return operations
                .context()
                .catalog()
                .copy(CopyRecord.Kind.BRANCH, name)
                .map(copy -> new Branch(operations, copy));
    }

    /**
     * Returns the branches.
     *
     * @return by name
     */
    public List<Branch> branches() {
        return operations.context().catalog().copies(CopyRecord.Kind.BRANCH).stream()
                .map(copy -> new Branch(operations, copy))
                .toList();
    }

    /**
     * Finds a clone.
     *
     * @param name its name
     * @return the clone
     * @throws NotFoundException when there is none; the message lists those there are
     */
    public Clone clone(String name) {
        Catalog catalog = operations.context().catalog();
        return catalog.copy(CopyRecord.Kind.CLONE, name)
                .map(copy -> new Clone(operations, copy))
                .orElseThrow(() -> Lookup.noCopy(catalog, CopyRecord.Kind.CLONE, name));
    }

    /**
     * Finds a clone, if there is one of that name.
     *
     * @param name its name
     * @return the clone
     */
    public Optional<Clone> findClone(String name) {
        return operations
                .context()
                .catalog()
                .copy(CopyRecord.Kind.CLONE, name)
                .map(copy -> new Clone(operations, copy));
    }

    /**
     * Finds the clone on a port.
     *
     * @param port where its server listens, or will
     * @return the clone
     * @throws NotFoundException when there is none; the message lists those there are
     */
    public Clone cloneOnPort(int port) {
        Catalog catalog = operations.context().catalog();
        return catalog.cloneOnPort(port)
                .map(copy -> new Clone(operations, copy))
                .orElseThrow(() -> Lookup.noCloneOnPort(catalog, port));
    }

    /**
     * Finds the clone on a port, if there is one.
     *
     * @param port where its server listens, or will
     * @return the clone
     */
    public Optional<Clone> findCloneOnPort(int port) {
        return operations.context().catalog().cloneOnPort(port).map(copy -> new Clone(operations, copy));
    }

    /**
     * Deletes the clones whose time is over, running or not; protected ones stay. One that
     * cannot be deleted is logged, and tried again the next time.
     *
     * <p>When the clock may have leapt ahead, because the last look at the repository is more than a day old, the first
     * look that comes at least ten minutes later deletes.
     *
     * @return the names of those that were deleted
     */
    public List<String> deleteExpired() {
        return operations.deletions().deleteExpired();
    }

    /**
     * Returns the clones.
     *
     * @return by name
     */
    public List<Clone> clones() {
        return operations.context().catalog().copies(CopyRecord.Kind.CLONE).stream()
                .map(copy -> new Clone(operations, copy))
                .toList();
    }

    /**
     * Finds a snapshot.
     *
     * @param ref {@code branch@name}, {@code branch@latest}, or a bare name where only one branch has it
     * @return the snapshot
     * @throws NotFoundException when there is none, or the bare name is ambiguous; the message lists what there is
     */
    public Snapshot snapshot(String ref) {
        Catalog catalog = operations.context().catalog();
        return Lookup.image(catalog, ref)
                .map(image -> new Snapshot(operations, catalog.key(image)))
                .orElseThrow(() -> Lookup.noImage(catalog, ref, catalog.snapshots()));
    }

    /**
     * Finds a snapshot, if there is one of that name.
     *
     * @param ref {@code branch@name}, {@code branch@latest}, or a bare name where only one branch has it
     * @return the snapshot
     * @throws NotFoundException when the bare name is ambiguous
     */
    public Optional<Snapshot> findSnapshot(String ref) {
        Catalog catalog = operations.context().catalog();
        return Lookup.image(catalog, ref).map(image -> new Snapshot(operations, catalog.key(image)));
    }

    /**
     * Returns the snapshots of all branches.
     *
     * @return in the order they were taken
     */
    public List<Snapshot> snapshots() {
        Catalog catalog = operations.context().catalog();
        return catalog.snapshots().stream()
                .map(image -> new Snapshot(operations, catalog.key(image)))
                .toList();
    }

    /**
     * Returns the other repositories that this one knows.
     *
     * @return the remotes, to which one is added first
     */
    public Remotes remotes() {
        return remotes;
    }

    /**
     * Fetches all branches from a remote as {@link #fetch(String, UnaryOperator)} does.
     *
     * @param remote its name
     * @return what came
     */
    public FetchResult fetch(String remote) {
        return remotes.fetch(remote, UnaryOperator.identity());
    }

    /**
     * Fetches from a remote what is not here, and moves {@code NAME/BRANCH} to where its branches are. No branch of this
     * repository is touched: {@code repo.fetch("origin", o -> o.branch("main").depth(1))}.
     *
     * @param remote its name
     * @param options changes the default options, {@link FetchOptions#DEFAULT}
     * @return what became of the tracking refs, and what came
     * @throws NotFoundException when the remote does not have a branch that is asked for
     * @throws RemoteException when it cannot be connected to, the connection ends, or what comes cannot be used
     * @throws OutOfSpaceException when what would come does not fit
     */
    public FetchResult fetch(String remote, UnaryOperator<FetchOptions> options) {
        return remotes.fetch(remote, options);
    }

    /**
     * Fetches the branch of the same name from a remote, and merges it as {@link Branch#merge(RemoteBranch)} does.
     *
     * @param remote its name
     * @param branch the branch that gets what the other one has
     * @param options changes the default options of the merge
     * @return what came, and what became of the branch
     * @throws dev.zvpg.error.MergeConflictException when both have changed the same; what came stays
     */
    public PullResult pull(String remote, Branch branch, UnaryOperator<MergeOptions> options) {
        String name = operations.context().catalog().require(branch.key()).name();
        FetchResult fetched = remotes.fetch(remote, o -> o.branch(name));
        return new PullResult(fetched, branch.merge(remoteBranch(remote + "/" + name), options));
    }

    /**
     * Fetches and merges as {@link #pull(String, Branch, UnaryOperator)} does.
     *
     * @param remote the remote's name
     * @param branch the branch that gets what the other one has
     * @return what came, and what became of the branch
     */
    public PullResult pull(String remote, Branch branch) {
        return pull(remote, branch, UnaryOperator.identity());
    }

    /**
     * Pushes a branch to a remote as {@link #push(String, Branch, UnaryOperator)} does.
     *
     * @param remote its name
     * @param branch what to push
     * @return what became of the branch there
     */
    public PushResult push(String remote, Branch branch) {
        return remotes.push(remote, branch, UnaryOperator.identity());
    }

    /**
     * Gives a remote the head of a branch with all that leads to it, and moves the branch of the same name there. Work
     * that no snapshot has stays here, as does what a {@linkplain Snapshot#derive derived} snapshot was derived from.
     *
     * @param remote its name
     * @param branch what to push
     * @param options changes the default options, {@link PushOptions#DEFAULT}
     * @return what became of the branch there, and what went. A branch that was rejected is no exception
     * @throws NotFoundException when the branch has no snapshot
     * @throws RemoteException when the branch may not {@linkplain dev.zvpg.remote.RemoteOptions#leaving leave} for it, it
     *     cannot be connected to, the connection ends, or it refuses what came
     * @throws OutOfSpaceException when what would come does not fit there
     */
    public PushResult push(String remote, Branch branch, UnaryOperator<PushOptions> options) {
        return remotes.push(remote, branch, options);
    }

    /**
     * Finds a branch of a remote, as it was when that was asked last.
     *
     * @param name such as {@code origin/main}
     * @return the remote's branch
     * @throws NotFoundException when none is known by that name; the message lists those that are
     */
    public RemoteBranch remoteBranch(String name) {
        RemoteBranch branch = new RemoteBranch(operations, name);
        branch.head();
        return branch;
    }

    /**
     * Returns the branches of remotes that are known.
     *
     * @return by name
     */
    public List<RemoteBranch> remoteBranches() {
        return operations.context().catalog().tracked().keySet().stream()
                .map(name -> new RemoteBranch(operations, name))
                .toList();
    }

    /**
     * Serves this repository to one other, over two streams, until that goes. Blocks meanwhile.
     *
     * @param in what the other one says
     * @param out what it is told
     * @param options changes what it may do, {@link ServeOptions#DEFAULT}
     * @throws dev.zvpg.error.RemoteException when it says what no repository says
     */
    public void serve(InputStream in, OutputStream out, UnaryOperator<ServeOptions> options) {
        Served.serve(in, out, options.apply(ServeOptions.DEFAULT), path -> this);
    }

    Operations operations() {
        return operations;
    }

    /**
     * Finds where two histories parted: the newest snapshot that both have.
     *
     * @param one a snapshot
     * @param other another one, or the same
     * @return empty when they have nothing in common; one of them where one follows the other
     */
    public Optional<Snapshot> mergeBase(Snapshot one, Snapshot other) {
        Catalog catalog = operations.context().catalog();
        catalog.require(one.key());
        catalog.require(other.key());
        return catalog.lineage().mergeBases(one.key().id(), other.key().id()).stream()
                .max(Comparator.comparing(SnapshotRecord::created))
                .map(image -> new Snapshot(operations, catalog.key(image)));
    }

    /**
     * Tells everything there is, from one listing, and what is wrong with it.
     *
     * @return a record
     */
    public Status status() {
        return operations.infos().status();
    }

    /**
     * Returns a file that holds the superuser's password for programs such as {@code psql}, which find it by the
     * connection parameter {@code passfile} or the environment variable {@code PGPASSFILE}. Nobody but its owner can
     * read it. It is for every port: libpq knows no ranges, and whoever takes the port of a server that was stopped has
     * one of the range anyway. A client that says {@code require_auth=scram-sha-256} (libpq 16 and later) does not tell
     * him the password.
     *
     * @return its path in the home directory; it is written when it is first asked for
     */
    public Path passwordFile() {
        operations.context().requireOpen();
        return new CredentialsFile(operations.context().home())
                .passwordFile(operations.context().credentials());
    }

    /**
     * Looks for what is wrong: files that are missing or cannot be reached by the server's user, data directories that
     * cannot be versioned, crashed servers, ports that clash, histories with a gap, leftovers, a disk that is nearly
     * full; for foreign things in the storage's place; and asks the servers that run. Changes nothing.
     *
     * @return what was found, each with advice; empty when all is well
     */
    public List<Problem> doctor() {
        return operations.infos().problems();
    }

    /**
     * Draws the history: snapshots, and the branches and clones that follow them.
     *
     * @return a drawing of this moment, as text, Mermaid or SVG
     */
    public Graph graph() {
        return Graph.of(operations.context().catalog());
    }

    /**
     * Listens to what this repository object does. The listener is called on the operation's thread, which goes on when
     * it returns.
     *
     * <p>An event is told when the operation has let go of its locks, so a listener may use the repository. An
     * {@link Event.Progress} is told in the middle of the work, under the lock of the branch or clone that it is done
     * to, and nothing is swept away meanwhile: a listener that does not return then stops that work and all others that
     * want that branch or clone, in other processes too. It should hand over what it was told, and return.
     *
     * @param listener called for each event; what it throws is logged and ignored
     * @return the registration
     */
    public Subscription listen(Consumer<? super Event> listener) {
        operations.context().requireOpen();
        return operations.context().events().listen(listener);
    }

    /**
     * Deletes the whole repository: stops every server, destroys all that it has in the storage, protected clones
     * included, and removes the home directory. Closes the repository. When it is cut off, the next {@link Zvpg#init()}
     * on the directory clears the rest away.
     *
     * @throws InUseException when a server runs in another container, and nothing is destroyed then; or when the
     *     storage cannot let go of a file; the message says who uses it
     * @throws ConfigurationException when a later version of this library made something in it; nothing is destroyed
     *     then
     */
    public void destroy() {
        Context context = operations.context();
        operations.deletions().requireNothingNewer();
        Holdings holdings = new Holdings(operations);
        holdings.stopForGood();
        try (Locks.Held held = context.locks().repository()) {
            if (context.home().isBeingDestroyed()) { // or somebody else has finished it
                holdings.destroy();
                boolean onlyOurs = context.storage().foreign().isEmpty();
                close();
                context.home().delete(true, onlyOurs);
            }
        }
        close();
    }

    /**
     * Releases what this JVM holds, the storage included, and ends its scratch clones and pools; stops no other server,
     * deletes nothing else. Waits up to a minute for what other threads have begun. Idempotent.
     */
    @Override
    public void close() {
        operations.close();
    }

    @Override
    public String toString() {
        return "repository " + home();
    }
}
