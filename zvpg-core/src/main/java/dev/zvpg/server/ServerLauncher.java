package dev.zvpg.server;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.FileOwner;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One installation of a database server: makes data directories, and starts and finds servers on them.
 *
 * <p>A data directory is named by the path that {@link #initialize} was given; everything that a server needs to
 * survive in it lies inside. What belongs to one run of a server (socket, log, access rules) lies in the
 * {@linkplain ServerSpec#runDirectory() run directory}.
 *
 * <p><b>Interruption.</b> A thread that is interrupted in one of these methods stops what it began, sets its interrupt
 * flag again and throws {@link ServerException}.
 *
 * <p>Implementations are thread-safe, as long as nobody works on one data directory from two threads at once.
 */
public interface ServerLauncher {

    /**
     * Returns the version of the installation.
     *
     * @return such as {@code 18.6}
     */
    String version();

    /**
     * Makes a new, empty cluster.
     *
     * @param dataDirectory where; its parent exists and may be written, it itself does not exist yet
     * @param superuser the role to make, which authenticates by this password only
     * @throws PermissionException when the server's user cannot reach the directory; the message says which parent to
     *     open
     * @throws ServerException when the program that does it fails; what it made is removed
     */
    void initialize(Path dataDirectory, Credentials superuser);

    /**
     * Makes a cluster that is a harmless copy of an existing one: disarmed as {@link #disarm} does, with all of its
     * data inside the directory, and with a superuser whose password is the one that is asked for. The original is not
     * written to. What is made is on disk when this returns.
     *
     * @param source the existing cluster
     * @param dataDirectory where; its parent exists and may be written, it itself does not exist yet
     * @param superuser the password to set, and the name that the superuser has where it is this launcher's to choose
     * @param settings what its servers will be started with, as {@link ServerSpec#settings()}
     * @param progress told how far the copy is
     * @return who connects to the copy, and what was found
     * @throws InUseException when the source is a directory whose server runs
     * @throws ConfigurationException when the source is no cluster, belongs to another major version, cannot be copied
     *     whole, or cannot be started on this machine with its settings
     * @throws PermissionException when the source cannot be read, or the server's user cannot reach the directory
     * @throws ServerException when a server or a program fails; what was made is removed
     */
    Adoption adopt(
            ClusterSource source,
            Path dataDirectory,
            Credentials superuser,
            Map<String, String> settings,
            CopyProgress progress);

    /**
     * Reads what a data directory says of itself.
     *
     * @param dataDirectory an existing data directory
     * @return what it says
     * @throws ConfigurationException when it is none, or belongs to another major version
     */
    DataDirectory inspect(Path dataDirectory);

    /**
     * Tells how far a cluster was at its last checkpoint, which is how far it is when its directory is {@linkplain
     * DataDirectory#exact() exact}.
     *
     * @param dataDirectory an existing data directory
     * @return the position
     * @throws ConfigurationException when it is none
     */
    Position position(Path dataDirectory);

    /**
     * Tells whether a cluster has only been tidied between two of its positions: vacuumed, analyzed, checkpointed. So
     * whoever goes back to the first one loses no rows and no definitions.
     *
     * @param dataDirectory the cluster, whose log is written at least as far as {@code to}
     * @param from a position at which no transaction that writes was in progress
     * @param to a later one
     * @return false when it is not so, or cannot be told; by default it cannot
     */
    default boolean isHousekeeping(Path dataDirectory, Position from, Position to) {
        return false;
    }

    /**
     * Refuses a cluster that cannot be imaged, because part of its data (WAL, tablespaces, databases) lies elsewhere.
     * Its own server runs on it all the same. By default nothing is refused.
     *
     * @param dataDirectory an existing data directory, whether a server runs on it or not
     * @throws ConfigurationException when something lies elsewhere; the message says what, where and how to move it
     *     inside
     */
    void requireSelfContained(Path dataDirectory);

    /**
     * Makes the copy of a data directory harmless and startable, before its first start: removes what belongs to the
     * server it was copied from, and switches off what could reach out of it. Doing it twice is doing it once. What
     * only a running server can see is done by the first {@link #start}, and told by {@link Server#findings()}.
     *
     * @param dataDirectory the copy
     * @return what was found and what was done about it; settings that each start overrules are told each time
     */
    List<Finding> disarm(Path dataDirectory);

    /**
     * Gives files that this program has written to the servers' user, and closes them to everybody else. By default they
     * are left as they are.
     *
     * @param dataDirectory a directory with all that is in it
     * @throws PermissionException when this program may not give files away
     */
    default void own(Path dataDirectory) {}

    /**
     * Tells whose the files of its clusters are, in the operating system's numbers.
     *
     * @return {@code UID:GID}; by default those of this program
     */
    default String owner() {
        return FileOwner.ofThisProcess();
    }

    /**
     * Makes a cluster this repository's that was another one's, before anything of it listens: its first superuser, and
     * the role of the given name, which is a superuser afterwards, get the given password. Done after {@link #disarm}, and
     * before the first start.
     *
     * @param dataDirectory the cluster, on which no server runs; afterwards it is {@linkplain DataDirectory#exact()
     *     exact}
     * @param superuser who will connect to it
     * @param settings what its servers will be started with, as {@link ServerSpec#settings()}
     * @return what was found and what was done about it
     * @throws ServerException when it cannot be done
     * @throws UnsupportedOperationException when this kind of server has no passwords that could be set, as by default
     */
    default List<Finding> takeOver(Path dataDirectory, Credentials superuser, Map<String, String> settings) {
        throw new UnsupportedOperationException("the password of a cluster cannot be set with these servers");
    }

    /**
     * Refuses settings that no server may be started with, so that nobody stores them.
     *
     * @param settings as in {@link ServerSpec#settings()}
     * @throws IllegalArgumentException when one has a name or a value that is none, or would take something out of the
     *     launcher's hands; the message names it
     */
    void check(Map<String, String> settings);

    /**
     * Checks that the server's user gets to everything that a start needs. Changes nothing, and does not care whether a
     * server runs.
     *
     * @param spec what would be started
     * @throws PermissionException when it does not; the message says which directory to open
     */
    void requireReachable(ServerSpec spec);

    /**
     * Returns the settings for a server whose data will be thrown away: it starts fast and takes little memory, and
     * loses data when the machine goes down. Never for a branch or a named clone.
     *
     * @param chosen what its user has chosen, which wins
     * @return as {@link ServerSpec#settings()}, what was chosen included; no more than that when there is nothing to gain
     */
    default Map<String, String> leanSettings(Map<String, String> chosen) {
        return chosen;
    }

    /**
     * Lays an empty tree over another one, in constant time, for attached servers. By default its servers run on no overlays.
     *
     * @param spec what over what
     * @return the overlay, with the top directory of the lower tree in it, closed by the caller once no server runs on
     *     it; empty where there are none, on whatever machine
     * @throws OverlayRefusedException when this machine does not let us; nothing is left of it but what is in the volume
     */
    default Optional<Overlay> overlay(OverlaySpec spec) throws OverlayRefusedException {
        return Optional.empty();
    }

    /**
     * Starts a server and waits until it answers. It lives as long as {@link ServerSpec#lifetime()} says; an attached
     * one may not have been connected to yet.
     *
     * @param spec what to start, and where it listens
     * @return the running server
     * @throws PortTakenException when somebody else listens on the port; nothing is left running
     * @throws ServerException when it does not start; carries its last log lines. Nothing is left running
     * @throws InUseException when a server runs on the data directory already
     * @throws PermissionException when the server's user cannot reach the directories
     * @throws ConfigurationException as {@link #inspect} does
     * @throws IllegalArgumentException as {@link #check} does
     */
    Server start(ServerSpec spec) throws PortTakenException;

    /**
     * Finds the server that runs on a data directory, whoever started it.
     *
     * @param spec the same as was given to {@link #start}; the port may differ from the one that the server listens on
     * @return empty when none runs
     * @throws InUseException when one seems to run that this process cannot see, such as in another container
     */
    Optional<Server> find(ServerSpec spec);
}
