package dev.zvpg;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.RemoteException;
import dev.zvpg.error.StorageException;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.internal.home.RemotesFile;
import dev.zvpg.internal.remote.BundleFiles;
import dev.zvpg.internal.remote.Transfers;
import dev.zvpg.remote.FetchOptions;
import dev.zvpg.remote.FetchResult;
import dev.zvpg.remote.PushOptions;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.Remote;
import dev.zvpg.remote.RemoteOptions;
import dev.zvpg.server.ClusterSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * The other repositories that a repository knows, by name. What goes to and fro begins at {@link Repository#fetch(String)}
 * and {@link Repository#push(String, Branch)}.
 *
 * <p>Snapshots go first, oldest first, each whole or not at all, and refs last. What was cut off goes on with the next
 * call. Nothing is ever deleted by a fetch or a push.
 *
 * <p>Thread-safe.
 */
public final class Remotes {

    /** What a remote is called that a repository was made from. */
    private static final String ORIGIN = "origin";

    private final Operations operations;

    /** Those that are nowhere, such as two streams, as long as the repository is open. */
    private final Map<String, Passing> passing = new ConcurrentHashMap<>();

    private record Passing(Remote remote, RemoteOptions options) {}

    Remotes(Operations operations) {
        this.operations = operations;
    }

    /** Adds the remote that a new repository starts from, fetches the branch, and returns its head. */
    static SnapshotKey origin(Operations operations, ClusterSource.RemoteBranch source) {
        RemotesFile file = RemotesFile.of(operations.context().home());
        source.remote()
                .url()
                .ifPresent(url -> file.write(new TreeMap<>(Map.of(ORIGIN, new RemotesFile.Entry(url, List.of())))));
        new Transfers(operations).fetch(ORIGIN, source.remote(), FetchOptions.DEFAULT.branch(source.branch()));
        return new RemoteBranch(operations, ORIGIN + "/" + source.branch())
                .head()
                .key();
    }

    /**
     * Gives a remote a name, durably; one of {@linkplain Remote#of streams} until the repository is closed. It is not
     * connected to.
     *
     * @param name such as {@code origin}: letters, digits, dots, hyphens and underscores, beginning with a letter or a
     *     digit
     * @param remote where it is
     * @throws AlreadyExistsException when a remote has that name
     */
    public void add(String name, Remote remote) {
        add(name, remote, UnaryOperator.identity());
    }

    /**
     * Gives a remote a name as {@link #add(String, Remote)} does, with options, such as which branches may be pushed to
     * it: {@code o -> o.leaving("masked/*")}.
     *
     * @param name such as {@code origin}
     * @param remote where it is
     * @param options changes {@link RemoteOptions#DEFAULT}
     * @throws AlreadyExistsException when a remote has that name
     */
    public void add(String name, Remote remote, UnaryOperator<RemoteOptions> options) {
        RemoteOptions chosen = options.apply(RemoteOptions.DEFAULT);
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}") || name.endsWith(".lock") || name.contains("..")) {
            throw new IllegalArgumentException(
                    "'" + name
                            + "' is no name of a remote; it has letters, digits, dots, hyphens and underscores, and at most 63");
        }
        if (name.equals(BundleFiles.REMOTE)) {
            throw new IllegalArgumentException(
                    "no remote can be named " + name + ": what comes from files is called so; choose another name");
        }
        if (remote.url()
                .filter(url -> !Remote.parse(url).equals(remote))
                .isPresent()) { // before all of them cannot be read
            throw new IllegalArgumentException(remote + " cannot be written as a URL, so it cannot be stored");
        }
        try (Locks.Held held = operations.context().locks().repository()) {
            SortedMap<String, RemotesFile.Entry> all = new TreeMap<>(file().read());
            if (all.containsKey(name) || passing.containsKey(name)) {
                throw new AlreadyExistsException(
                        "cannot add remote " + name + ": there is one of that name",
                        "choose another name, or remove it first");
            }
            Optional<String> url = remote.url();
            if (url.isPresent()) {
                all.put(name, new RemotesFile.Entry(url.get(), chosen.leaving()));
                file().write(all);
            } else {
                passing.put(name, new Passing(remote, chosen));
            }
        }
    }

    private RemotesFile file() {
        return RemotesFile.of(operations.context().home());
    }

    /**
     * Returns the remotes.
     *
     * @return by name
     */
    public SortedMap<String, Remote> list() {
        operations.context().requireOpen();
        SortedMap<String, Remote> all = new TreeMap<>();
        passing.forEach((name, known) -> all.put(name, known.remote()));
        file().read().forEach((name, entry) -> all.put(name, Remote.parse(entry.url())));
        return all;
    }

    /**
     * Finds what is known of a remote besides where it is.
     *
     * @param name its name
     * @return what it was added with
     * @throws NotFoundException when there is none; the message lists those there are
     */
    public RemoteOptions options(String name) {
        get(name);
        Passing known = passing.get(name);
        if (known != null) {
            return known.options();
        }
        RemoteOptions options = RemoteOptions.DEFAULT;
        RemotesFile.Entry entry = file().read().get(name);
        for (String pattern : entry == null ? List.<String>of() : entry.leaving()) {
            options = options.leaving(pattern);
        }
        return options;
    }

    /**
     * Finds a remote.
     *
     * @param name its name
     * @return where it is
     * @throws NotFoundException when there is none; the message lists those there are
     */
    public Remote get(String name) {
        SortedMap<String, Remote> all = list();
        Remote remote = all.get(name);
        if (remote == null) {
            throw new NotFoundException(
                    "no remote is named " + name,
                    all.isEmpty() ? "there are none; add one" : "there are " + String.join(", ", all.keySet()));
        }
        return remote;
    }

    /**
     * Forgets a remote and where its branches were. Snapshots that only those kept are garbage from then on.
     *
     * @param name its name
     * @throws NotFoundException when there is none; the message lists those there are
     */
    public void remove(String name) {
        get(name);
        try (Locks.Held held = operations.context().locks().repository()) {
            passing.remove(name);
            SortedMap<String, RemotesFile.Entry> all = new TreeMap<>(file().read());
            new Transfers(operations)
                    .forget(name); // first: a ref of a remote that nobody knows would keep its snapshots
            if (all.remove(name) != null) {
                file().write(all);
            }
        }
    }

    /** See {@link Repository#fetch(String, UnaryOperator)}. */
    FetchResult fetch(String name, UnaryOperator<FetchOptions> options) {
        return new Transfers(operations).fetch(name, get(name), options.apply(FetchOptions.DEFAULT));
    }

    /** See {@link Repository#push(String, Branch, UnaryOperator)}. */
    PushResult push(String name, Branch branch, UnaryOperator<PushOptions> options) {
        return new Transfers(operations)
                .push(name, get(name), options(name), branch.key(), options.apply(PushOptions.DEFAULT));
    }

    /**
     * Compares all files of a snapshot here and there, by the SHA-256 of the whole. A directory cannot read a tree: there,
     * the bundle is read with its checksums, and compared is the SHA-256 that whoever pushed it has noted.
     *
     * @param name the remote's name
     * @param snapshot which one
     * @throws StorageException when they are not the same
     * @throws NotFoundException when the remote does not have it
     * @throws RemoteException when it cannot be connected to
     */
    public void verify(String name, Snapshot snapshot) {
        new Transfers(operations).verify(name, get(name), snapshot.key());
    }

    /**
     * Writes a snapshot into a file, to be carried elsewhere.
     *
     * @param snapshot what to write
     * @param base a snapshot that is there already, so that only what differs from it is written; empty for all of it
     * @param file which file; it is replaced, in one step
     */
    public void bundle(Snapshot snapshot, Optional<Snapshot> base, Path file) {
        new BundleFiles(operations.context()).write(snapshot.key(), base.map(Snapshot::key), file);
    }

    /**
     * Reads a snapshot from a file; the ref {@code bundle/BRANCH} is at it then.
     *
     * @param file what {@link #bundle} wrote
     * @return the snapshot; also where it was here already
     * @throws NotFoundException when the snapshot that it was written on top of is not here
     * @throws RemoteException when the file cannot be used
     */
    public Snapshot unbundle(Path file) {
        return new Snapshot(operations, new BundleFiles(operations.context()).read(file));
    }

    /**
     * Returns the names of the remotes.
     *
     * @return such as {@code [origin]}
     */
    @Override
    public String toString() {
        return List.copyOf(list().keySet()).toString();
    }
}
