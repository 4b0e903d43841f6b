package dev.zvpg;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A durable, named line of work: a cluster that one goes on working with, and the snapshots taken of it.
 *
 * <p>Thread-safe.
 */
public final class Branch extends WorkingCopy {

    Branch(Operations operations, Copy copy) {
        this(operations, copy.id(), copy.name());
    }

    Branch(Operations operations, String id, String name) {
        super(operations, Copy.Kind.BRANCH, id, name);
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
     * As {@link #snapshot(String, String)}, with options.
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
     * Takes a snapshot under a generated name: the time in UTC, such as {@code 20261122-203138-417}, so that names sort in the
     * order of time.
     *
     * @param message what it is; at most 8,191 bytes of UTF-8
     * @return the snapshot
     */
    public Snapshot commit(String message) {
        return take(Optional.empty(), message, SnapshotOptions.DEFAULT);
    }

    /**
     * Makes the branch what a snapshot is, in one step. Name, port, settings and credentials stay; a running server is stopped
     * meanwhile and started again. Work that no snapshot has is saved in a snapshot of this branch first. The branch's
     * snapshots stay.
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
     * As {@link #resetTo(Snapshot)}, with options.
     *
     * @param snapshot any snapshot of the repository
     * @param options changes the default options
     * @return the snapshot that unsaved work is in; empty when there was none, or the options say not to save it
     */
    public Optional<Snapshot> resetTo(Snapshot snapshot, UnaryOperator<ResetOptions> options) {
        return operations()
                .resets()
                .reset(id(), name(), snapshot.id(), snapshot.ref(), options.apply(ResetOptions.DEFAULT))
                .map(taken -> new Snapshot(operations(), taken.id(), taken.name(), taken.ref()));
    }

    /**
     * The snapshot that the branch's state follows: its newest one, or the one it began from.
     *
     * @return empty before the first snapshot
     */
    public Optional<Snapshot> head() {
        Catalog catalog = operations().context().catalog();
        return catalog.head(copy(catalog)).map(image -> new Snapshot(operations(), catalog, image));
    }

    /**
     * The snapshots taken on this branch.
     *
     * @return oldest first
     */
    public List<Snapshot> snapshots() {
        Catalog catalog = operations().context().catalog();
        return catalog.imagesOf(copy(catalog)).stream()
                .map(image -> new Snapshot(operations(), catalog, image))
                .toList();
    }

    /**
     * A snapshot taken on this branch.
     *
     * @param name its name, or {@code latest} for the head
     * @return the snapshot
     * @throws NotFoundException when there is none; the message lists those there are
     */
    public Snapshot snapshot(String name) {
        Catalog catalog = operations().context().catalog();
        Copy branch = copy(catalog);
        return catalog.image(branch, name)
                .map(image -> new Snapshot(operations(), catalog, image))
                .orElseThrow(() -> Lookup.noImage(catalog, branch.name() + "@" + name, catalog.imagesOf(branch)));
    }

    /**
     * A snapshot taken on this branch, if there is one.
     *
     * @param name its name, or {@code latest} for the head
     * @return the snapshot
     */
    public Optional<Snapshot> findSnapshot(String name) {
        Catalog catalog = operations().context().catalog();
        return catalog.image(copy(catalog), name).map(image -> new Snapshot(operations(), catalog, image));
    }

    /**
     * The branch's history: its head and what that follows, across branches, down to the first snapshot.
     *
     * @return nearest first
     */
    public List<SnapshotInfo> log() {
        Catalog catalog = operations().context().catalog();
        return catalog.head(copy(catalog)).stream()
                .flatMap(head -> catalog.history(head.id()).stream())
                .map(image -> image.info(catalog))
                .toList();
    }

    /**
     * The facts of this moment.
     *
     * @return a record
     */
    public BranchInfo info() {
        Catalog catalog = operations().context().catalog();
        return operations().facts().branch(catalog, copy(catalog));
    }

    private Copy copy(Catalog catalog) {
        return catalog.copy(id()).orElseThrow(() -> Lookup.gone("branch", name()));
    }

    private Snapshot take(Optional<String> name, String message, SnapshotOptions options) {
        Snapshots.Taken taken = operations().snapshots().take(id(), name(), name, message, options);
        return new Snapshot(operations(), taken.id(), taken.name(), taken.ref());
    }
}
