package dev.zvpg.directory;

import dev.zvpg.internal.io.FileFacts;
import dev.zvpg.internal.io.FileOwner;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.storage.CopyProgress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Copies a tree by sharing its blocks. The system call for it is not reachable from Java, so GNU {@code cp} is run once
 * for each tree.
 *
 * <p>Thread-safe.
 */
final class Reflink {

    private static final List<String> CP = List.of("cp", "-a", "--reflink=always", "--");

    /** A file of the source is gone; the names that are relative are the source's. */
    private static final Pattern VANISHED = Pattern.compile("cp: [^'\"]*['\"]?\\./.*: No such file or directory");

    /** A file was renamed over while it was copied; {@code cp} leaves it out then. */
    private static final Pattern REPLACED =
            Pattern.compile("cp: skipping file .*, as it was replaced while being copied");

    private Reflink() {}

    /**
     * Tries it for real, because no name or version of a file system tells.
     *
     * @param probe a path to use and remove; nobody else uses it meanwhile
     */
    static boolean worksAt(Path probe) throws IOException {
        OpenDirectory.deleteTree(probe);
        Files.createDirectory(probe, Label.DIRECTORY_MODE);
        try {
            Files.write(probe.resolve("original"), new byte[1 << 16]);
            Subprocess copied = Subprocess.run(probe, List.of("cp", "--reflink=always", "--", "original", "copy"));
            // the messages that copy() understands are those of GNU's cp
            return copied.ok()
                    && Subprocess.run(probe, List.of("cp", "--version")).lines().stream()
                            .anyMatch(line -> line.contains("GNU"));
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            return false; // no cp; a directory that cannot be written fails again where it matters
        } finally {
            OpenDirectory.deleteTree(probe);
        }
    }

    /** Raised when the file system refuses to share some file's blocks after all. */
    static final class RefusedException extends IOException {

        private static final long serialVersionUID = 1L;

        RefusedException(String line) {
            super(line);
        }
    }

    /**
     * Copies; see {@link PlainCopy#copy}.
     *
     * @throws RefusedException when some file cannot share its blocks; the target is incomplete
     */
    static void copy(Path source, Path target, CopyProgress progress) throws IOException {
        List<String> command = new ArrayList<>(CP);
        command.add(".");
        command.add(target.toString());
        check(Subprocess.run(source, command), false);
        progress.copied(0, 0); // no byte was copied
    }

    /**
     * The same for a source that others may change meanwhile. {@code cp} goes by paths, so where this process is root,
     * it sees the place through a mount of its own, on which no link is followed.
     *
     * @param place holds both trees; nothing else is mounted in it
     */
    static void copyLive(Path place, Path source, Path target, CopyProgress progress) throws IOException {
        FileOwner made;
        try (OpenDirectory top = OpenDirectory.open(target)) {
            made = FileOwner.of(top);
        }
        List<String> command = new ArrayList<>();
        if (FileOwner.worksAsRoot()) {
            command.addAll(guarded(place, "cd -- \"$2\" && shift 2 && exec \"$@\""));
            command.add(source.toString());
        }
        command.addAll(CP);
        command.add(".");
        command.add(target.toString());
        check(Subprocess.run(source, command), true);
        PlainCopy.complete(source, target, made);
        try (OpenDirectory top = OpenDirectory.open(target)) {
            removeSpecials(top);
        }
        progress.copied(0, 0); // no byte was copied
    }

    /** The command that runs a script where no link below a place is followed; the place is its first parameter. */
    private static List<String> guarded(Path place, String script) {
        return List.of(
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-c",
                "mount --bind -o nosymfollow -- \"$1\" \"$1\" && " + script,
                "sh",
                place.toString());
    }

    /**
     * Whether a live tree can be copied: tried for real, because an old kernel takes the option and ignores it, and
     * root in a container may not mount.
     *
     * @param probe a path to use and remove; nobody else uses it meanwhile
     */
    static boolean isSafeAt(Path probe) throws IOException {
        if (!FileOwner.worksAsRoot()) {
            return true; // whoever changes the tree may do no less than this process
        }
        OpenDirectory.deleteTree(probe);
        Files.createDirectory(probe, Label.DIRECTORY_MODE);
        try {
            Files.write(probe.resolve("file"), new byte[1]);
            Files.createSymbolicLink(probe.resolve("link"), Path.of("file"));
            return Subprocess.run(probe, guarded(probe, "cat \"$1/file\" && ! cat \"$1/link\""))
                    .ok();
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            return false; // no such programs
        } finally {
            OpenDirectory.deleteTree(probe);
        }
    }

    private static void check(Subprocess result, boolean alive) throws IOException {
        for (String line : result.lines()) {
            boolean moved =
                    VANISHED.matcher(line).matches() || REPLACED.matcher(line).matches();
            if (!alive || !moved) {
                throw failure(line);
            }
        }
        if (!result.isComplete()) {
            throw new IOException("cp ended, and what it said could not be read to its end");
        }
        if (!result.ok() && result.lines().isEmpty()) {
            throw new IOException("cp ended with exit code " + result.exitCode() + " and said nothing");
        }
    }

    private static void removeSpecials(OpenDirectory directory) throws IOException {
        for (Path name : directory.names()) {
            FileFacts facts = directory.facts(name);
            if (facts.isDirectory()) {
                try (OpenDirectory inner = directory.directory(name)) {
                    removeSpecials(inner);
                }
            } else if (facts.kind() == FileFacts.Kind.SPECIAL) {
                directory.delete(name);
            }
        }
    }

    private static IOException failure(String line) {
        boolean full = line.endsWith(": No space left on device") || line.endsWith(": Disk quota exceeded");
        if (line.contains("failed to clone") && !full) {
            return new RefusedException(line);
        }
        if (line.endsWith(": Permission denied")) {
            return new AccessDeniedException(line);
        }
        return new IOException(line);
    }
}
