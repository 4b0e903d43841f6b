package dev.zvpg.postgres.run;

import dev.zvpg.internal.io.AtomicFile;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.cluster.CopyMark;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.PrivateDirectory;
import dev.zvpg.postgres.os.Reachability;
import dev.zvpg.postgres.os.ServerUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The files of one run of a server; the package's description draws them. When the JVM is root, only the socket
 * directory belongs to the server's user: what root writes is out of its reach.
 *
 * @param ours whether the socket directory was made here, so that something may be removed from it
 */
public record RunDirectory(Path directory, Path socketDirectory, boolean ours) {

    /** The longest path of a socket in bytes: {@code sun_path} has 108, of which one ends it. */
    private static final int SOCKET_PATH_LIMIT = 107;

    private static final int SOCKET_NAME = "/.s.PGSQL.65535".length();

    private static final String START_PID = "start.pid";
    private static final String SERVER_PID = "server.pid";

    private static final String HBA = """
            # written by ZVPG at each start; changes here are lost
            local all all scram-sha-256
            host all all 127.0.0.1/32 scram-sha-256
            # "all" does not mean copies of the whole server
            local replication %1$s scram-sha-256
            host replication %1$s 127.0.0.1/32 scram-sha-256
            host all %1$s %2$s/32 scram-sha-256
            """;

    /** While a copy is not finished. */
    private static final String CLOSED_HBA = """
            # written by ZVPG; the first start of this copy is not finished, and it serves nobody until then
            host all %1$s %2$s/32 scram-sha-256
            """;

    /** Makes it ready for a start. */
    public static RunDirectory prepare(ServerUser user, Path directory, Path dataDirectory, String superuser) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            make(user, absolute);
            Reachability.require(user, absolute.resolve("socket"), "the run directory");
            RunDirectory run = new RunDirectory(absolute, socketDirectory(user, absolute, dataDirectory), true);
            run.writeRules(dataDirectory, superuser);
            run.removeTraces();
            return run;
        } catch (IOException e) {
            throw Failures.of("cannot prepare the run directory " + absolute, e);
        }
    }

    /** The same for a server without sockets, which leaves no traces here but its log. */
    static RunDirectory withoutSockets(ServerUser user, Path directory, String superuser) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            make(user, absolute);
            RunDirectory run = new RunDirectory(absolute, absolute.resolve("socket"), false);
            run.writeRules(directory, superuser); // ends with this process, and is told to nobody before it is finished
            return run;
        } catch (IOException e) {
            throw Failures.of("cannot prepare the run directory " + absolute, e);
        }
    }

    private static void make(ServerUser user, Path directory) throws IOException {
        Reachability.require(user, directory, "the run directory");
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(
                    directory, PosixFilePermissions.fromString(user.switched() ? "rwxr-xr-x" : "rwx------"));
        }
    }

    private void writeRules(Path dataDirectory, String superuser) throws IOException {
        boolean closed = Sessions.HAS_OWN_ADDRESS && ours && CopyMark.isUnfinished(dataDirectory);
        write(hbaFile(), (closed ? CLOSED_HBA : HBA).formatted(quoted(superuser), Sessions.OWN_ADDRESS));
        write(identFile(), "# written by ZVPG at each start; changes here are lost\n");
    }

    /** Lets everybody in who has a password; a server that runs reads it when it is told to. */
    void open(String superuser) throws IOException {
        write(hbaFile(), HBA.formatted(quoted(superuser), Sessions.OWN_ADDRESS));
    }

    /**
     * The one of a server that runs. Its lock file says where its sockets are; when somebody started it by hand that is
     * a place like {@code /tmp}, where nothing is ours to remove.
     */
    static RunDirectory find(ServerUser user, Path directory, Path dataDirectory, String socketDirectory) {
        Path absolute = directory.toAbsolutePath().normalize();
        Path inside = absolute.resolve("socket");
        try {
            if (socketDirectory.equals(inside.toString())) {
                return new RunDirectory(absolute, inside, true);
            }
            return PrivateDirectory.findFor(user, dataDirectory.toRealPath())
                    .filter(own -> socketDirectory.equals(own.toString()))
                    .map(own -> new RunDirectory(absolute, own, true))
                    .orElseGet(() -> new RunDirectory(absolute, inside, false));
        } catch (IOException e) {
            throw Failures.of("cannot find the run directory of the server on " + dataDirectory, e);
        }
    }

    Path hbaFile() {
        return directory.resolve("pg_hba.conf");
    }

    Path identFile() {
        return directory.resolve("pg_ident.conf");
    }

    public Path logFile() {
        return directory.resolve("server.log");
    }

    /** Where the shell that becomes the server notes its process id. */
    Path startPidFile() {
        return socketDirectory.resolve(START_PID);
    }

    Path externalPidFile() {
        return socketDirectory.resolve(SERVER_PID);
    }

    /** Removes what a server has left here that is dead; the log stays. */
    public void release() {
        if (!ours) {
            return;
        }
        try {
            removeTraces();
            if (PrivateDirectory.isOne(socketDirectory)) {
                Files.deleteIfExists(socketDirectory);
            }
        } catch (DirectoryNotEmptyException e) {
            // somebody else's files; the next start uses it again
        } catch (IOException e) {
            throw Failures.of("cannot clean up " + socketDirectory, e);
        }
    }

    private void removeTraces() throws IOException {
        try (OpenDirectory sockets = OpenDirectory.open(socketDirectory)) {
            for (Path name : sockets.names()) {
                if (isTrace(name.toString()) && !sockets.facts(name).isDirectory()) {
                    sockets.delete(name);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            // there is none, or somebody else removed it
        }
    }

    /** Sockets and their locks, of whatever port, and process ids. */
    private static boolean isTrace(String name) {
        return name.startsWith(".s.PGSQL.") || name.equals(START_PID) || name.equals(SERVER_PID);
    }

    private static Path socketDirectory(ServerUser user, Path directory, Path dataDirectory) throws IOException {
        Path inside = directory.resolve("socket");
        if (inside.toString().getBytes(StandardCharsets.UTF_8).length + SOCKET_NAME > SOCKET_PATH_LIMIT) {
            return PrivateDirectory.madeFor(user, dataDirectory.toRealPath());
        }
        if (!Files.isDirectory(inside, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(
                    inside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        user.own(inside);
        return inside;
    }

    /** In quotes a name is no keyword. */
    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private void write(Path file, String text) throws IOException {
        // replaced as a whole: a server that runs may be reading it
        AtomicFile.replaceUntilPowerCut(
                file, text.getBytes(StandardCharsets.UTF_8), PosixFilePermissions.fromString("rw-r--r--"));
    }
}
