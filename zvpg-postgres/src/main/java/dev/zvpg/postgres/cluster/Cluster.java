package dev.zvpg.postgres.cluster;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.server.DataDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** A data directory as files: what it is, and whether it is whole. */
public final class Cluster {

    public static final String VERSION_FILE = "PG_VERSION";

    private static final int VERSION_BYTES = 64;
    private static final Duration SURVIVORS_PATIENCE = Duration.ofSeconds(2);

    private Cluster() {}

    /** Reads what it says of itself, and refuses what the installation cannot start. */
    public static DataDirectory inspect(Installation installation, Path directory) {
        int major = requireMajor(installation, directory);
        // the process first: a server that ends in between has then written its last state
        boolean running = server(directory).isPresent();
        ControlFile control = ControlFile.read(directory);
        requireBlockSize(installation, directory, control.blockSize());
        if (!running && !control.isCleanlyStopped()) {
            requireNoSurvivors(directory);
        }
        return new DataDirectory(
                major,
                running ? DataDirectory.State.RUNNING : stateWithoutServer(directory, control),
                !running && control.isCleanlyStopped());
    }

    /** It is chosen when PostgreSQL is built; nearly all have the same, and are not asked. */
    private static void requireBlockSize(Installation installation, Path directory, int blockSize) {
        if (blockSize != Installation.USUAL_BLOCK_SIZE && blockSize != installation.blockSize()) {
            throw new ConfigurationException(
                    directory,
                    null,
                    "its pages have " + blockSize + " bytes, but those of the installation in " + installation.bin()
                            + " " + installation.blockSize(),
                    "use an installation that was built with --with-blocksize=" + (blockSize >> 10) + ", or pg_dump",
                    null);
        }
    }

    /** The version that it belongs to, which must be the installation's. */
    public static int requireMajor(Installation installation, Path directory) {
        int major = majorVersion(directory);
        if (major != installation.major()) {
            throw new ConfigurationException(
                    directory,
                    null,
                    "it belongs to PostgreSQL " + major + ", but the installation in " + installation.bin() + " is "
                            + installation.version(),
                    "use an installation of PostgreSQL " + major,
                    null);
        }
        return major;
    }

    /**
     * A server that dies leaves its lock behind. Where there is none, and yet the control file speaks of a server in
     * production, the directory is an image of a running one, which has not been started yet.
     */
    private static DataDirectory.State stateWithoutServer(Path directory, ControlFile control) {
        return control.isCleanlyStopped() || !PostmasterPid.exists(directory)
                ? DataDirectory.State.STOPPED
                : DataDirectory.State.CRASHED;
    }

    /**
     * The processes of a server that was killed go on with what they do, and write, until they look for it. Most do so
     * at once.
     */
    public static void requireNoSurvivors(Path directory) {
        long deadline = System.nanoTime() + SURVIVORS_PATIENCE.toNanos();
        List<OsProcess> survivors = survivors(directory);
        while (!survivors.isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            survivors = survivors(directory);
        }
        if (!survivors.isEmpty()) {
            throw new InUseException(
                    "the server on " + directory + " has died, but processes of it still work on its files: "
                            + survivors.stream()
                                    .map(process -> Long.toString(process.pid()))
                                    .collect(Collectors.joining(", ")),
                    "wait until they have ended, or end them");
        }
    }

    public static List<OsProcess> survivors(Path directory) {
        try {
            return OsProcess.serverProcessesIn(directory.toRealPath());
        } catch (IOException e) {
            throw Failures.of("cannot look into " + directory, e);
        }
    }

    /** The server that runs on exactly this directory. */
    public static Optional<OsProcess> server(Path directory) {
        return PostmasterPid.read(directory).flatMap(file -> file.server(directory));
    }

    private static String read(Path directory) throws IOException {
        try (OpenDirectory opened = OpenDirectory.openTrusted(directory)) {
            return new String(opened.read(Path.of(VERSION_FILE), VERSION_BYTES), StandardCharsets.US_ASCII);
        }
    }

    private static int majorVersion(Path directory) {
        try {
            String version = read(directory).trim();
            if (version.matches("\\d{1,4}(\\.\\d+)?")) {
                // until 9.6 the first two numbers were the major version
                return Integer.parseInt(version.split("\\.", 2)[0]);
            }
            throw new ConfigurationException(
                    directory, null, "not a PostgreSQL data directory: " + VERSION_FILE + " holds no version", null);
        } catch (NoSuchFileException e) {
            throw new ConfigurationException(
                    directory, null, "not a PostgreSQL data directory: it has no " + VERSION_FILE, e);
        } catch (IOException e) {
            throw Failures.of("cannot read " + directory.resolve(VERSION_FILE), e);
        }
    }

    /** Refuses a cluster that keeps data outside of its directory. */
    public static void requireSelfContained(Path directory) {
        try {
            SelfContained.require(directory);
        } catch (IOException e) {
            throw Failures.of("cannot look into " + directory, e);
        }
    }

    /** The same for a copy of what was found to be self-contained, and fast. */
    public static void requireNoWayOut(Path directory) {
        try {
            SelfContained.requireNoWayOut(directory);
        } catch (IOException e) {
            throw Failures.of("cannot look into " + directory, e);
        }
    }

    /** What a running server's directory and a copy's have in common: the names of what is in a subdirectory. */
    public static List<Path> contents(Path directory, String subdirectory) throws IOException {
        return OpenDirectory.list(directory.resolve(subdirectory));
    }
}
