package dev.zvpg.postgres.install;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.TreeSync;
import dev.zvpg.postgres.os.Failures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Embedded binaries, unpacked once each. A directory of the cache appears under its name only when it is complete, and
 * is never changed afterwards. Processes that want the same one wait for each other on a lock file; what a killed one
 * left is removed by the next who holds the lock.
 */
public final class EmbeddedCache {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedCache.class);

    /** Written last, so a directory that an unclean shutdown of the machine emptied is not taken for a whole one. */
    private static final String COMPLETE = ".complete";

    private static final Duration WRITABLE = Duration.ofSeconds(5);
    private static final long RETRY_MILLIS = 50;

    private final Path root;

    /** Makes a view of a cache; its directory exists and can be trusted. */
    public EmbeddedCache(Path root) {
        this.root = root;
    }

    /** The directory of the programs, unpacked if need be. */
    public Path binDirectory(EmbeddedBinaries binaries) {
        String name = binaries.version() + "-" + binaries.checksum();
        Path home = root.resolve(name);
        try {
            if (!isComplete(home, binaries)) {
                unpackOnce(binaries, name, home);
            }
            return home.resolve("bin");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationInterruptedException("interrupted while another one unpacked PostgreSQL to " + home, e);
        } catch (IOException e) {
            throw Failures.of("cannot unpack the embedded PostgreSQL " + binaries.version() + " to " + home, e);
        }
    }

    private void unpackOnce(EmbeddedBinaries binaries, String name, Path home)
            throws IOException, InterruptedException {
        ArchiveLibraries.require();
        try (FileMutex.Held held =
                FileMutex.of(root.resolve("." + name + ".lock")).lock()) {
            if (isComplete(home, binaries)) {
                return;
            }
            removeLeftovers(name);
            OpenDirectory.deleteTree(home);
            Path unfinished = root.resolve("." + name + ".unfinished");
            LOG.info("unpacking PostgreSQL {} to {}", binaries.version(), home);
            try (InputStream in = binaries.resource().openStream()) {
                Archive.unpack(in, unfinished);
            }
            validate(unfinished, binaries);
            // the mark must not be on disk before what it vouches for
            TreeSync.sync(unfinished);
            Files.writeString(unfinished.resolve(COMPLETE), binaries.version());
            Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private void removeLeftovers(String name) throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(root, "." + name + ".unfinished*")) {
            for (Path leftover : leftovers) {
                OpenDirectory.deleteTree(leftover);
            }
        }
    }

    private static void validate(Path home, EmbeddedBinaries binaries) throws IOException, InterruptedException {
        Installation installation = ask(home.resolve("bin"));
        if (!Installation.isIn(installation.bin()) || !installation.version().equals(binaries.version())) {
            OpenDirectory.deleteTree(home);
            throw new ServerException("the archive " + binaries.resource() + " should hold PostgreSQL "
                    + binaries.version() + " but holds " + installation.version());
        }
    }

    /**
     * Asks a program that was written a moment ago. Linux runs none that somebody can write to, and a process that another
     * thread begins meanwhile can, until it has executed a program of its own.
     */
    private static Installation ask(Path bin) throws InterruptedException {
        long deadline = System.nanoTime() + WRITABLE.toNanos();
        while (true) {
            try {
                return Installation.ask(bin);
            } catch (ConfigurationException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                Thread.sleep(RETRY_MILLIS);
            }
        }
    }

    private static boolean isComplete(Path home, EmbeddedBinaries binaries) throws IOException {
        Path complete = home.resolve(COMPLETE);
        return Files.exists(complete) && Files.readString(complete).equals(binaries.version());
    }
}
