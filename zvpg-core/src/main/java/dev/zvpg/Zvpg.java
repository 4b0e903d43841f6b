package dev.zvpg;

import dev.zvpg.config.Configuration;
import dev.zvpg.config.PortRange;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.engine.Events;
import dev.zvpg.internal.engine.Holdings;
import dev.zvpg.internal.engine.Initialization;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.internal.home.CredentialsFile;
import dev.zvpg.internal.home.Home;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.internal.io.SystemUser;
import dev.zvpg.option.BranchOptions;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.ServerLauncher;
import dev.zvpg.storage.StorageDescription;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where everything begins: names a repository's place and parts, then makes or opens it.
 *
 * <pre>{@code
 * Repository repo = Zvpg.at(Path.of("/var/lib/zvpg")).postgres(Postgres.onPath()).init();
 * }</pre>
 *
 * <p>Immutable: each method returns a changed copy, except the last one, {@link #init()} or {@link #open()}, which
 * acts.
 */
public final class Zvpg {

    /** The branch that {@link #init()} makes. */
    public static final String FIRST_BRANCH = "main";

    private final Home home;
    private final @Nullable StorageDescription storage;
    private final @Nullable ServerLauncher launcher;
    private final PortRange ports;
    private final int maxClones;
    private final String author;
    private final Clock clock;
    private final BranchOptions first;
    private final List<Consumer<? super Event>> listeners;

    private Zvpg(
            Home home,
            @Nullable StorageDescription storage,
            @Nullable ServerLauncher launcher,
            PortRange ports,
            int maxClones,
            String author,
            Clock clock,
            BranchOptions first,
            List<Consumer<? super Event>> listeners) {
        this.home = home;
        this.storage = storage;
        this.launcher = launcher;
        this.ports = ports;
        this.maxClones = maxClones;
        this.author = author;
        this.clock = clock;
        this.first = first;
        this.listeners = listeners;
    }

    /**
     * Names the home directory of a repository. It holds the credentials and what belongs to running servers, and by
     * default the storage too.
     *
     * @param home the directory
     * @return the description of a repository on directory storage
     */
    public static Zvpg at(Path home) {
        String user = SystemUser.name();
        PortRange ports = PortRange.DEFAULT;
        BranchOptions first = BranchOptions.DEFAULT;
        Clock clock = Clock.systemUTC();
        return new Zvpg(new Home(home), null, null, ports, Integer.MAX_VALUE, user, clock, first, List.of());
    }

    /**
     * Describes a repository as a configuration does. Its storage is opened by {@link #init()} or {@link #open()}, not
     * before.
     *
     * @param configuration the configuration, such as {@code Configuration.read(Configuration.defaultFile())}
     * @return the description
     * @throws ConfigurationException when the storage or the PostgreSQL installation that it names is not there
     */
    public static Zvpg from(Configuration configuration) {
        Zvpg zvpg = at(configuration.home())
                .postgres(configuration.launcher())
                .ports(configuration.ports().first(), configuration.ports().last())
                .maxClones(configuration.maxClones().orElse(Integer.MAX_VALUE));
        zvpg = configuration.storageDescription().map(zvpg::storage).orElse(zvpg);
        return zvpg.author(configuration.author().orElse(zvpg.author));
    }

    /**
     * Names the storage. Without this it is a {@link DirectoryStorage} in the home directory. One storage serves one
     * repository.
     *
     * @param storage where it is, such as {@code ZfsStorage.dataset("tank/zvpg")}; {@link #init()} and {@link #open()}
     *     open it, and the repository closes what they opened
     * @return a changed copy
     */
    public Zvpg storage(StorageDescription storage) {
        Objects.requireNonNull(storage);
        return new Zvpg(home, storage, launcher, ports, maxClones, author, clock, first, listeners);
    }

    /**
     * Names the PostgreSQL installation.
     *
     * @param launcher the installation, such as {@code Postgres.onPath()}
     * @return a changed copy
     */
    public Zvpg postgres(ServerLauncher launcher) {
        Objects.requireNonNull(launcher);
        return new Zvpg(home, storage, launcher, ports, maxClones, author, clock, first, listeners);
    }

    /**
     * Names the ports that servers may listen on. Without this they are {@link PortRange#DEFAULT}.
     *
     * @param first the lowest, 1,024 to 65,535
     * @param last the highest, {@code first} to 65,535
     * @return a changed copy
     */
    public Zvpg ports(int first, int last) {
        PortRange range = new PortRange(first, last);
        return new Zvpg(home, storage, launcher, range, maxClones, author, clock, this.first, listeners);
    }

    /**
     * Limits how many clones the repository may have; one more is refused with {@link InUseException}. Without this
     * there is no limit. It is this program's limit and not stored in the repository.
     *
     * @param count at least 1
     * @return a changed copy
     */
    public Zvpg maxClones(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("the limit of clones is at least 1, not " + count);
        }
        return new Zvpg(home, storage, launcher, ports, count, author, clock, first, listeners);
    }

    /**
     * Names who takes the snapshots. Without this it is the operating system's user.
     *
     * @param author a name, at most 8,191 bytes of UTF-8
     * @return a changed copy
     */
    public Zvpg author(String author) {
        Objects.requireNonNull(author);
        return new Zvpg(home, storage, launcher, ports, maxClones, author, clock, first, listeners);
    }

    /**
     * Gives the server of {@link #init()}'s branch a setting. It is changed later by {@link WorkingCopy#configure}.
     *
     * @param name a setting of the server, such as {@code wal_level}
     * @param value its value, as the server's configuration file would have it, without quotes
     * @return a changed copy
     */
    public Zvpg setting(String name, String value) {
        BranchOptions more = first.setting(name, value);
        return new Zvpg(home, storage, launcher, ports, maxClones, author, clock, more, listeners);
    }

    /**
     * Works in a home directory that belongs to another user, who could then make this program do what he likes with
     * this user's rights. Without this only directories of this user and of root are used.
     *
     * @return a changed copy
     */
    public Zvpg trustOwner() {
        return new Zvpg(home.trusted(), storage, launcher, ports, maxClones, author, clock, first, listeners);
    }

    /**
     * Names who hears of events from the beginning, when there is no repository yet to {@link Repository#listen} to:
     * {@link #init(ClusterSource)} tells how far it is. May be called several times.
     *
     * @param listener called on the thread that did it, after the fact; what it throws is logged and ignored
     * @return a changed copy
     */
    public Zvpg listen(Consumer<? super Event> listener) {
        List<Consumer<? super Event>> all = new ArrayList<>(listeners);
        all.add(Objects.requireNonNull(listener));
        return new Zvpg(home, storage, launcher, ports, maxClones, author, clock, first, List.copyOf(all));
    }

    Zvpg clock(Clock clock) {
        return new Zvpg(home, storage, launcher, ports, maxClones, author, clock, first, listeners);
    }

    /**
     * Makes a repository with one branch, {@value #FIRST_BRANCH}, on a new and empty cluster. An {@code init()} that
     * was cut off by a crash is finished by the next one.
     *
     * @return the open repository
     * @throws AlreadyExistsException when the home directory holds something
     * @throws ConfigurationException when the storage belongs to another repository
     * @throws PermissionException when the server's user cannot reach the directories, or the home directory is another
     *     user's
     * @throws IllegalArgumentException when a setting is one that no server may be started with; nothing was made then
     * @throws IllegalStateException when no PostgreSQL installation was named
     */
    public Repository init() {
        return init(Optional.empty());
    }

    /**
     * Makes a repository with one branch, {@value #FIRST_BRANCH}, that holds a copy of an existing cluster. The
     * original is never written to. The copy belongs to this repository alone: its first superuser, whatever it is
     * called, gets the repository's random password, and what could reach out of it is switched off
     * ({@link Event.ClusterAdopted} tells what). An {@code init} that was cut off by a crash is done anew by the next
     * one.
     *
     * <p>From a {@linkplain ClusterSource#remote branch of another repository}, its snapshots come along and are tracked as
     * {@code origin/BRANCH}.
     *
     * @param source the existing cluster
     * @return the open repository
     * @throws dev.zvpg.error.RemoteException when the source is another repository that cannot be asked
     * @throws AlreadyExistsException when the home directory holds something
     * @throws InUseException when the source is a directory whose server runs
     * @throws ConfigurationException when the storage belongs to another repository; when the source is no cluster,
     *     belongs to another major version than the installation, cannot be copied whole, or cannot be started here
     *     with its settings
     * @throws PermissionException when the source cannot be read, or the server's user cannot reach the directories
     * @throws ServerException when a server or a program fails
     * @throws OutOfSpaceException when the copy does not fit
     * @throws IllegalStateException when no PostgreSQL installation was named
     */
    public Repository init(ClusterSource source) {
        return init(Optional.of(source));
    }

    private Repository init(Optional<ClusterSource> source) {
        ServerLauncher server = requireLauncher();
        home.requireTrusted();
        server.check(first.settings());
        return new Repository(
                new Initialization(home, FIRST_BRANCH, first, storage == null, new Opening(server)).run(source));
    }

    /**
     * Opens a repository, and removes what operations that were cut off by a crash left in it; a merge that was cut off
     * is brought to its end, for which the branch's server is started for a while. Nothing that somebody made is
     * deleted, also no clone that has expired; see {@link Repository#deleteExpired()}.
     *
     * @return the open repository
     * @throws NotFoundException when the directory is no repository
     * @throws ConfigurationException when it belongs to a newer version of this library, or the storage is not the one
     *     that it was made on
     * @throws IllegalStateException when no PostgreSQL installation was named
     */
    public Repository open() {
        ServerLauncher server = requireLauncher();
        home.requireTrusted();
        Home.Marker marker = home.marker();
        if (marker.state() != Home.State.READY) {
            throw new NotFoundException(
                    "no repository at " + home.root() + ": its "
                            + (marker.state() == Home.State.INITIALIZING ? "init()" : "destroy()")
                            + " was cut off",
                    "call init() again, which finishes that");
        }
        home.createLocks();
        Operations operations = operations(server, marker, new CredentialsFile(home).read());
        try {
            new Holdings(operations).takeUp();
            return new Repository(operations);
        } catch (RuntimeException | Error e) {
            operations.close();
            throw e;
        }
    }

    /**
     * Opens the repository, or makes it where there is none, as {@link #open()} and {@link #init()} do. When several
     * programs do so at once, one makes it and the others open it.
     *
     * @return the open repository
     * @throws AlreadyExistsException when the home directory holds something else
     * @throws ConfigurationException as {@link #open()} and {@link #init()} throw it
     * @throws IllegalStateException when no PostgreSQL installation was named
     */
    public Repository openOrInit() {
        try {
            return open();
        } catch (NotFoundException none) {
            try {
                return init();
            } catch (AlreadyExistsException there) {
                return openOr(there);
            }
        }
    }

    private Repository openOr(AlreadyExistsException there) {
        try {
            return open();
        } catch (NotFoundException e) {
            throw there;
        }
    }

    private ServerLauncher requireLauncher() {
        if (launcher == null) {
            throw new IllegalStateException("no PostgreSQL was named; call postgres(Postgres.onPath()), "
                    + "postgres(Postgres.in(directory)) or postgres(Postgres.embedded()) first");
        }
        return launcher;
    }

    /** How a repository that is made is opened. */
    private final class Opening implements Initialization.Opening {

        private final ServerLauncher server;

        Opening(ServerLauncher server) {
            this.server = server;
        }

        @Override
        public Operations open(Home.Marker marker, Credentials credentials) {
            return operations(server, marker, credentials);
        }

        @Override
        public SnapshotKey fetch(Operations repository, ClusterSource.RemoteBranch source) {
            return Remotes.origin(repository, source);
        }
    }

    private Operations operations(ServerLauncher server, Home.Marker marker, Credentials credentials) {
        Events events = new Events();
        listeners.forEach(events::listen);
        StorageDescription described = storage != null ? storage : DirectoryStorage.at(home.storage());
        return Operations.of(new Context(
                home,
                marker.id(),
                described.open(),
                server,
                credentials,
                new Locks(home.locks()),
                events,
                ports,
                maxClones,
                author,
                clock,
                new AtomicBoolean()));
    }
}
