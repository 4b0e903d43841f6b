package dev.zvpg.config;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.internal.io.SystemUser;
import dev.zvpg.internal.io.TrustedOwner;
import dev.zvpg.server.ServerLauncher;
import dev.zvpg.storage.StorageDescription;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a repository is made with, in a form that fits in a file: {@code ~/.zvpg/config.json} unless another one is
 * named.
 *
 * <pre>{@code
 * Repository repo = Zvpg.from(Configuration.read(Configuration.defaultFile())).open();
 * }</pre>
 *
 * <p>The file is one JSON object with these keys, all of them optional. Any other key, and a value that is not of the
 * kind described here, is refused.
 *
 * <table>
 * <caption>Keys</caption>
 * <tr><th>key</th><th>value</th><th>without it</th></tr>
 * <tr><td>{@code home}</td><td>the repository's home directory, an absolute path</td><td>{@code mountDir}; else
 *     {@code ~/.zvpg/repository}, for root {@code /var/lib/zvpg}</td></tr>
 * <tr><td>{@code storage}</td><td>{@code "directory"}, {@code "zfs"}, or one that a module on the class path
 * brings</td> <td>{@code "zfs"} where {@code zfsPool} is there, else {@code "directory"}</td></tr>
 * <tr><td>{@code zfsPool}</td><td>a ZFS pool, or a dataset in one; the storage is its dataset {@code zvpg}</td>
 *     <td>storage {@code zfs} needs it, and nothing else may have it</td></tr>
 * <tr><td>{@code mountDir}</td><td>where ZFS mounts the databases, an absolute path</td><td>{@code home}</td></tr>
 * <tr><td>{@code clonePortStart}, {@code clonePortEnd}</td><td>the lowest and the highest port that servers listen on,
 * 1024 to 65535</td><td>6000, 6999</td></tr>
 * <tr><td>{@code logLevel}</td><td>{@code "error"}, {@code "warn"}, {@code "info"}, {@code "debug"} or {@code "trace"};
 * for the program that logs, the library leaves that to SLF4J</td><td>{@code "warn"}</td></tr>
 * <tr><td>{@code postgresBin}</td><td>the directory of PostgreSQL's programs, an absolute path</td><td>the first on the
 *     {@code PATH}, the newest that is installed, or the newest on the class path</td></tr>
 * <tr><td>{@code maxClones}</td><td>how many clones there may be, at least 1</td><td>any number</td></tr>
 * <tr><td>{@code author}</td><td>who takes the snapshots</td><td>the operating system's user</td></tr>
 * <tr><td>{@code startTimeoutSeconds}</td><td>how long a server that starts may make no progress, at least 1</td>
 *     <td>60</td></tr>
 * </table>
 *
 * <p>Immutable.
 *
 * @param home the repository's home directory
 * @param storage the name of the storage
 * @param zfsPool the ZFS pool, or the dataset in one, that the storage's dataset is made in
 * @param mountDir where ZFS mounts; empty for the home directory
 * @param ports the ports that servers may listen on
 * @param logLevel how much a program that uses the repository logs
 * @param postgresBin the directory of PostgreSQL's programs; empty for the one that is found
 * @param maxClones how many clones there may be, at least 1; empty for any number
 * @param author who takes the snapshots; empty for the operating system's user
 * @param startTimeout how long a server that starts may make no progress, in whole seconds; empty for a minute
 */
public record Configuration(
        Path home,
        String storage,
        Optional<String> zfsPool,
        Optional<Path> mountDir,
        PortRange ports,
        LogLevel logLevel,
        Optional<Path> postgresBin,
        OptionalInt maxClones,
        Optional<String> author,
        Optional<Duration> startTimeout) {

    /** The environment variable that names another file than {@code ~/.zvpg/config.json}. */
    public static final String VARIABLE = "ZVPG_CONFIG";

    /** The storage that needs nothing but a file system. */
    public static final String DIRECTORY = "directory";

    /** The storage in a ZFS pool. */
    public static final String ZFS = "zfs";

    /** How much is logged; each one includes those before it. */
    public enum LogLevel {
        /** What went wrong. */
        ERROR,
        /** What may go wrong. The default. */
        WARN,
        /** What was cleaned up. */
        INFO,
        /** What was done. */
        DEBUG,
        /** Everything. */
        TRACE;

        /**
         * Returns the level as it is written in the file.
         *
         * @return such as {@code warn}
         */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Makes the paths absolute, and checks the rest. */
    public Configuration {
        home = home.toAbsolutePath().normalize();
        mountDir = mountDir.map(path -> path.toAbsolutePath().normalize());
        postgresBin = postgresBin.map(path -> path.toAbsolutePath().normalize());
        Objects.requireNonNull(storage, "storage");
        Objects.requireNonNull(ports, "ports");
        if (maxClones.isPresent() && maxClones.getAsInt() < 1) {
            throw new IllegalArgumentException("maxClones is " + maxClones.getAsInt() + "; allowed is 1 or more");
        }
        startTimeout.ifPresent(timeout -> {
            if (timeout.getSeconds() < 1 || timeout.getNano() > 0) {
                throw new IllegalArgumentException("startTimeout is " + timeout + "; allowed are whole seconds");
            }
        });
    }

    /**
     * Describes a repository that keeps everything in its home directory.
     *
     * <p>Sets storage {@code directory}, {@link PortRange#DEFAULT}, log level {@code warn}, and nothing else.
     *
     * @param home the home directory
     * @return the configuration
     */
    public static Configuration directory(Path home) {
        return new Configuration(
                home,
                DIRECTORY,
                Optional.empty(),
                Optional.empty(),
                PortRange.DEFAULT,
                LogLevel.WARN,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * Describes a repository in a ZFS pool.
     *
     * <p>Sets storage {@code zfs}, the home directory to where ZFS mounts, {@link PortRange#DEFAULT}, log level
     * {@code warn}, and nothing else.
     *
     * @param pool a pool, or a dataset in one
     * @param mountDir where to mount
     * @return the configuration
     */
    public static Configuration zfs(String pool, Path mountDir) {
        Configuration plain = directory(mountDir);
        return new Configuration(
                mountDir,
                ZFS,
                Optional.of(pool),
                Optional.of(mountDir),
                plain.ports,
                plain.logLevel,
                plain.postgresBin,
                plain.maxClones,
                plain.author,
                plain.startTimeout);
    }

    /**
     * Returns the home directory of a repository that says nothing of it.
     *
     * @return {@code ~/.zvpg/repository}; for root, whose home directory PostgreSQL's user cannot enter,
     *     {@code /var/lib/zvpg}
     * @throws ConfigurationException when this user has no home directory
     */
    public static Path defaultHome() {
        String user = SystemUser.name();
        return user.equals("root") ? Path.of("/var/lib/zvpg") : userDirectory().resolve("repository");
    }

    /**
     * Returns the file that is read when nobody names one.
     *
     * @return what the environment variable {@value #VARIABLE} says, else {@code ~/.zvpg/config.json}
     */
    public static Path defaultFile() {
        String named = System.getenv(VARIABLE);
        return named != null && !named.isEmpty()
                ? Path.of(named).toAbsolutePath()
                : userDirectory().resolve("config.json");
    }

    private static Path userDirectory() {
        return SystemUser.home().resolve(".zvpg");
    }

    /**
     * Reads a file.
     *
     * @param file where it is
     * @return what it says
     * @throws NotFoundException when there is no such file
     * @throws ConfigurationException when it is not JSON, has a key that is not known, or a value that is not allowed;
     *     the message says which, and what is allowed
     * @throws PermissionException when it belongs to another user than this one and root: it names programs to run
     */
    public static Configuration read(Path file) {
        TrustedOwner.require(file.toAbsolutePath(), "the configuration");
        return readOfAnyOwner(file);
    }

    /**
     * Reads a file as {@link #read(Path)} does, also where it belongs to another user, who then chooses which programs
     * are run.
     *
     * @param file where it is
     * @return what it says
     */
    public static Configuration readOfAnyOwner(Path file) {
        return new ConfigurationFile(file.toAbsolutePath()).read();
    }

    /**
     * Writes a file, and the directories above it where they are missing. What was there is replaced in one step.
     *
     * @param file where to
     * @throws PermissionException when this user may not write there
     */
    public void write(Path file) {
        new ConfigurationFile(file.toAbsolutePath()).write(this);
    }

    /**
     * Names the home directory.
     *
     * @param home the directory
     * @return a changed copy
     */
    public Configuration home(Path home) {
        return new Configuration(
                home, storage, zfsPool, mountDir, ports, logLevel, postgresBin, maxClones, author, startTimeout);
    }

    /**
     * Names the ports that servers may listen on.
     *
     * @param first the lowest, 1,024 to 65,535
     * @param last the highest, {@code first} to 65,535
     * @return a changed copy
     */
    public Configuration ports(int first, int last) {
        PortRange range = new PortRange(first, last);
        return new Configuration(
                home, storage, zfsPool, mountDir, range, logLevel, postgresBin, maxClones, author, startTimeout);
    }

    /**
     * Says how much is logged.
     *
     * @param level how much
     * @return a changed copy
     */
    public Configuration logLevel(LogLevel level) {
        return new Configuration(
                home, storage, zfsPool, mountDir, ports, level, postgresBin, maxClones, author, startTimeout);
    }

    /**
     * Names the directory of PostgreSQL's programs.
     *
     * @param directory the directory
     * @return a changed copy
     */
    public Configuration postgresBin(Path directory) {
        Optional<Path> bin = Optional.of(directory);
        return new Configuration(
                home, storage, zfsPool, mountDir, ports, logLevel, bin, maxClones, author, startTimeout);
    }

    /**
     * Limits the number of clones.
     *
     * @param most at least 1
     * @return a changed copy
     */
    public Configuration maxClones(int most) {
        OptionalInt limit = OptionalInt.of(most);
        return new Configuration(
                home, storage, zfsPool, mountDir, ports, logLevel, postgresBin, limit, author, startTimeout);
    }

    /**
     * Names who takes the snapshots.
     *
     * @param author a name
     * @return a changed copy
     */
    public Configuration author(String author) {
        Optional<String> name = Optional.of(author);
        return new Configuration(
                home, storage, zfsPool, mountDir, ports, logLevel, postgresBin, maxClones, name, startTimeout);
    }

    /**
     * Says how long a server that starts may stand still. One that recovers may take as long as it makes progress.
     *
     * @param timeout whole seconds, at least one
     * @return a changed copy
     */
    public Configuration startTimeout(Duration timeout) {
        Optional<Duration> most = Optional.of(timeout);
        return new Configuration(
                home, storage, zfsPool, mountDir, ports, logLevel, postgresBin, maxClones, author, most);
    }

    /**
     * Returns a description of the storage that it names.
     *
     * @return what opens it when the repository is opened; empty for the directory in the home directory
     */
    public Optional<StorageDescription> storageDescription() {
        return storage.equals(DIRECTORY) ? Optional.empty() : Optional.of(() -> Providers.storage(this));
    }

    /**
     * Finds the PostgreSQL installation that it names.
     *
     * @return the launcher of its servers
     * @throws ConfigurationException when the installation is not there, or nothing on the class path runs PostgreSQL
     */
    public ServerLauncher launcher() {
        return Providers.launcher(this);
    }
}
