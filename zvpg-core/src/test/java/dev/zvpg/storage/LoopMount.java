package dev.zvpg.storage;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A fresh file system in a file, mounted for one test class. Confined to one thread. */
public final class LoopMount implements AutoCloseable {

    private static final long IMAGE_BYTES =
            2L << 30; // sparse; several clusters at once, and deleted subvolumes give space back later

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long RETRY_NANOS = 20_000_000;

    private final Path directory;
    private final Thread hook = new Thread(this::unmount);

    private LoopMount(Path directory) {
        this.directory = directory;
    }

    /**
     * Makes and mounts it; skips the test, saying what is missing, where that cannot be.
     *
     * @param installHint how to get the program
     * @param mkfs how to make it; the image's name is added
     * @return the file system, mounted
     * @throws Exception when something fails that was there
     */
    public static LoopMount of(String installHint, String... mkfs) throws Exception {
        assumeTrue(DirectoryStorageContract.isRoot(), "needs root, to mount a file system of its own");
        assumeTrue(exists(mkfs[0]), "needs " + mkfs[0] + "; on Debian: " + installHint);
        LoopMount mount = new LoopMount(Files.createTempDirectory("zvpg-mount-"));
        boolean mounted = false;
        try {
            try (RandomAccessFile file = new RandomAccessFile(mount.image().toFile(), "rw")) {
                file.setLength(IMAGE_BYTES);
            }
            List<String> command = new ArrayList<>(List.of(mkfs));
            command.add(mount.image().toString());
            Tool.Result made = Tool.run(mount.directory, command);
            assumeTrue(made.exitCode() == 0, () -> String.join(" ", command) + ": " + made.lines());
            Files.createDirectory(mount.root());
            Tool.Result done = Tool.run(
                    mount.directory,
                    List.of(
                            "mount",
                            "-o",
                            "loop",
                            mount.image().toString(),
                            mount.root().toString()));
            assumeTrue(done.exitCode() == 0, () -> "needs loop devices and a kernel that mounts this: " + done.lines());
            mounted = true;
            for (Path open : List.of(mount.directory, mount.root())) { // a server's user must get through
                Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwx--x--x"));
            }
            Runtime.getRuntime().addShutdownHook(mount.hook);
            return mount;
        } finally {
            if (!mounted) {
                Trees.delete(mount.directory);
            }
        }
    }

    private static boolean exists(String program) {
        try {
            Tool.run(Path.of("/"), List.of(program, "-V"));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Path image() {
        return directory.resolve("image");
    }

    /**
     * Where it is mounted.
     *
     * @return its top directory
     */
    public Path root() {
        return directory.resolve("root");
    }

    private void unmount() {
        try {
            // what a killed JVM had started may still be at work here for a moment
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            Tool.Result result = Tool.run(directory, List.of("umount", root().toString()));
            while (result.exitCode() != 0 && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(RETRY_NANOS);
                result = Tool.run(directory, List.of("umount", root().toString()));
            }
            if (result.exitCode() != 0) {
                throw new IOException("umount: " + result.lines());
            }
            Trees.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        unmount();
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
