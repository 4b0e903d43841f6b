package dev.zvpg.directory;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Subprocess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A fresh file system in a file, mounted before all tests of a class and unmounted after them: a JUnit extension for a
 * static field. Skips the tests, saying what is missing, where that cannot be. Confined to one thread.
 */
public final class LoopMount implements BeforeAllCallback, AfterAllCallback {

    private static final long IMAGE_BYTES =
            2L << 30; // sparse; several clusters at once, and deleted subvolumes give space back later

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long RETRY_NANOS = 20_000_000;

    private final String debianPackage;
    private final List<String> mkfs;
    private final Thread hook = new Thread(this::unmount);
    private @Nullable Path directory;

    private LoopMount(String debianPackage, String... mkfs) {
        this.debianPackage = debianPackage;
        this.mkfs = List.of(mkfs);
    }

    /**
     * With btrfs.
     *
     * @return the extension
     */
    public static LoopMount btrfs() {
        return new LoopMount("btrfs-progs", "mkfs.btrfs", "-q");
    }

    /**
     * With XFS, whose files may share blocks.
     *
     * @return the extension
     */
    public static LoopMount xfs() {
        return new LoopMount("xfsprogs", "mkfs.xfs", "-q", "-m", "reflink=1");
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        assumeTrue(DirectoryStorageContract.isRoot(), "needs root, to mount a file system of its own");
        assumeTrue(exists(mkfs.get(0)), "needs " + mkfs.get(0) + "; on Debian: apt-get install " + debianPackage);
        directory = Files.createTempDirectory("zvpg-mount-");
        boolean mounted = false;
        try {
            mount();
            mounted = true;
        } finally {
            if (!mounted) {
                OpenDirectory.deleteTree(directory());
            }
        }
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void mount() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image().toFile(), "rw")) {
            file.setLength(IMAGE_BYTES);
        }
        List<String> command = new ArrayList<>(mkfs);
        command.add(image().toString());
        Subprocess made = Subprocess.run(directory(), command);
        assumeTrue(made.ok(), () -> String.join(" ", command) + ": " + made.lines());
        Files.createDirectory(root());
        Subprocess done =
                Subprocess.run(directory(), List.of("mount", "-o", "loop", image().toString(), root().toString()));
        assumeTrue(done.ok(), () -> "needs loop devices and a kernel that mounts this: " + done.lines());
        for (Path open : List.of(directory(), root())) { // a server's user must get through
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwx--x--x"));
        }
    }

    private Path directory() {
        return Objects.requireNonNull(directory, "mounted before all tests");
    }

    private static boolean exists(String program) {
        try {
            Subprocess.run(Path.of("/"), List.of(program, "-V"));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The disk, as far as it was written to. */
    Path image() {
        return directory().resolve("image");
    }

    /**
     * Where it is mounted.
     *
     * @return its top directory
     */
    public Path root() {
        return directory().resolve("root");
    }

    private void unmount() {
        try {
            // what a killed JVM had started may still be at work here for a moment
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            Subprocess result = Subprocess.run(directory(), List.of("umount", root().toString()));
            while (!result.ok() && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(RETRY_NANOS);
                result = Subprocess.run(directory(), List.of("umount", root().toString()));
            }
            if (!result.ok()) {
                throw new IOException("umount: " + result.lines() + "; this process has open " + openFiles());
            }
            OpenDirectory.deleteTree(directory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of this process, on this file system: what a test did not close. */
    private List<String> openFiles() throws IOException {
        List<String> files = new ArrayList<>();
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : open) {
                String file = Files.exists(descriptor, LinkOption.NOFOLLOW_LINKS)
                        ? Files.readSymbolicLink(descriptor).toString()
                        : "";
                if (file.startsWith(root().toString())) {
                    files.add(file);
                }
            }
        }
        return files;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (directory != null) {
            unmount();
            directory = null;
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
