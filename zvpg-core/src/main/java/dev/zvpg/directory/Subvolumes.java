package dev.zvpg.directory;

import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Subprocess;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * Trees that are subvolumes of a btrfs file system. The system calls for them are not reachable from Java, so
 * {@code btrfs} is run once for each tree.
 *
 * <p>Thread-safe.
 */
final class Subvolumes {

    /** The root directory of every subvolume has this inode number, and no other directory on btrfs has. */
    private static final long ROOT_INODE = 256;

    private static final String FILE_SYSTEM = "btrfs";

    /** Of what a program that fails has said; it may have written data before. */
    private static final int MOST_LINES = 20;

    private Subvolumes() {}

    /** What this process may do with subvolumes. */
    enum Rights {
        NONE,

        /** Make them and take snapshots of them; they go file by file. */
        MAKE,

        /** All that, and they go as a whole. */
        MAKE_AND_DELETE
    }

    /** Whether a directory is on a file system that knows subvolumes. */
    static boolean mayBeAt(Path directory) throws IOException {
        return Files.getFileStore(directory).type().equals(FILE_SYSTEM);
    }

    /** Whether a path on btrfs is the top of a subvolume. */
    static boolean is(Path path) throws IOException {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                && Long.valueOf(ROOT_INODE).equals(Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS));
    }

    /**
     * Tries it for real, because rights depend on the user, the kernel and how the file system is mounted.
     *
     * @param probe a path on btrfs to use and remove; nobody else uses it meanwhile
     */
    static Rights tryAt(Path probe) throws IOException {
        OpenDirectory.deleteTree(probe);
        Files.createDirectory(probe, Label.DIRECTORY_MODE);
        Path original = probe.resolve("original");
        Path copy = probe.resolve("copy");
        try {
            create(original);
            Files.write(original.resolve("file"), new byte[1]);
            snapshot(original, copy);
            OpenDirectory.deleteTree(original); // since Linux 4.18 that works for everybody, on what is his
            return delete(copy) ? Rights.MAKE_AND_DELETE : Rights.MAKE;
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            return Rights.NONE; // a directory that cannot be written fails again where it matters
        } finally {
            OpenDirectory.deleteTree(probe);
        }
    }

    /**
     * Makes an empty one that only its owner may enter.
     *
     * @throws FileAlreadyExistsException when there is something already
     */
    static void create(Path tree) throws IOException {
        requireNothingAt(tree);
        run(parent(tree), List.of("btrfs", "subvolume", "create", tree.toString()));
        Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwx------"));
    }

    /**
     * Makes one that is another one at this instant. What files of that one wait in memory is written first, and when
     * this returns the snapshot is on disk: it is made by a commit of the file system. It is not write-protected,
     * because then nobody could remove it, or a directory that holds it, the way directories are removed.
     *
     * @throws FileAlreadyExistsException when there is something already
     */
    static void snapshot(Path source, Path tree) throws IOException {
        requireNothingAt(tree);
        run(parent(tree), List.of("btrfs", "subvolume", "snapshot", source.toString(), tree.toString()));
        if (!is(tree)) { // into a directory that somebody made this very moment, the snapshot goes under its own name
            throw new FileAlreadyExistsException(tree.toString());
        }
    }

    /**
     * Makes a snapshot that is write-protected.
     *
     * @see #snapshot
     */
    static void protectedSnapshot(Path source, Path tree) throws IOException {
        requireNothingAt(tree);
        run(parent(tree), List.of("btrfs", "subvolume", "snapshot", "-r", source.toString(), tree.toString()));
    }

    /** Removes some that may be write-protected, also without the right to remove them as a whole. */
    static void deleteProtected(List<Path> trees) throws IOException {
        List<Path> subvolumes = new ArrayList<>();
        for (Path tree : trees) {
            if (is(tree)) {
                subvolumes.add(tree);
            }
        }
        if (!subvolumes.isEmpty() && !delete(subvolumes)) {
            for (Path tree : subvolumes) {
                if (is(tree)) {
                    run(
                            parent(tree),
                            List.of("btrfs", "property", "set", "-t", "subvol", tree.toString(), "ro", "false"));
                }
            }
        }
        for (Path tree : trees) {
            OpenDirectory.deleteTree(tree); // what is left
        }
    }

    /** Whether other subvolumes lie within one; it takes root to see. */
    static boolean hasOthers(Path tree) throws IOException {
        return !run(parent(tree), List.of("btrfs", "subvolume", "list", "-o", tree.toString()))
                .output()
                .isBlank();
    }

    /**
     * Has the kernel compare two that are write-protected. The format is the program's default, which is the oldest
     * one, because programs that know several are asked for the one to use in a way that others refuse.
     *
     * @param program which sends
     * @return a {@link SendStream}, or something else where it has become very long
     */
    static byte[] send(String program, Path image, Path volume) throws IOException {
        Subprocess sent = run(
                parent(volume), List.of(program, "send", "-q", "--no-data", "-p", image.toString(), volume.toString()));
        if (!sent.isComplete()) {
            throw new IOException("something else holds the end of the pipe that " + program + " has written to");
        }
        return sent.bytes();
    }

    private static void requireNothingAt(Path tree) throws IOException {
        if (Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(tree.toString());
        }
    }

    /**
     * Removes one as a whole; its space returns in the background.
     *
     * @return whether it is gone; not so without the right to do it, and when another subvolume lies within
     */
    static boolean delete(Path tree) throws IOException {
        return delete(List.of(tree));
    }

    private static boolean delete(List<Path> trees) throws IOException {
        List<String> command = new ArrayList<>(List.of("btrfs", "subvolume", "delete"));
        trees.forEach(tree -> command.add(tree.toString()));
        try {
            return Subprocess.run(parent(trees.get(0)), command).ok();
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            return false; // there is no such program
        }
    }

    private static Path parent(Path tree) throws IOException {
        Path parent = tree.getParent();
        if (parent == null) {
            throw new IOException(tree + " is the root of everything");
        }
        return parent;
    }

    private static Subprocess run(Path directory, List<String> command) throws IOException {
        Subprocess result = Subprocess.run(directory, command);
        if (result.ok()) {
            return result;
        }
        String said = String.join("; ", result.lastLines(MOST_LINES));
        if (said.contains("Permission denied") || said.contains("Operation not permitted")) {
            throw new AccessDeniedException(directory.toString(), null, said);
        }
        throw new IOException(said.isEmpty() ? "btrfs ended with exit code " + result.exitCode() : said);
    }
}
