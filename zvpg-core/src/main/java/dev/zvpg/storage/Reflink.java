package dev.zvpg.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Copies a tree by sharing its blocks. The system call for it is not reachable from Java, so GNU {@code cp} is run once for
 * each tree.
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
        Trees.delete(probe);
        Files.createDirectory(probe, Node.DIRECTORY_MODE);
        try {
            Files.write(probe.resolve("original"), new byte[1 << 16]);
            Tool.Result copied = Tool.run(probe, List.of("cp", "--reflink=always", "--", "original", "copy"));
            // the messages that copy() understands are those of GNU's cp
            return copied.exitCode() == 0
                    && Tool.run(probe, List.of("cp", "--version")).lines().stream()
                            .anyMatch(line -> line.contains("GNU"));
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            return false; // no cp; a directory that cannot be written fails again where it matters
        } finally {
            Trees.delete(probe);
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
    static void copy(Path source, Path target, boolean alive, CopyCallback callback) throws IOException {
        Node made = Node.read(target, target);
        List<String> command = new ArrayList<>(CP);
        command.add(".");
        command.add(target.toString());
        Tool.Result result = Tool.run(source, command);
        for (String line : result.lines()) {
            boolean moved =
                    VANISHED.matcher(line).matches() || REPLACED.matcher(line).matches();
            if (!alive || !moved) {
                throw failure(line);
            }
        }
        if (result.exitCode() != 0 && result.lines().isEmpty()) {
            throw new IOException("cp ended with exit code " + result.exitCode() + " and said nothing");
        }
        // a tree that is still is one of ours, which has no sockets and the like any more, and has not changed
        if (alive) {
            PlainCopy.complete(source, target, made);
            for (Node special : TreePlan.of(target, target).specials) {
                Files.deleteIfExists(special.target());
            }
        }
        callback.progress(0, 0); // no byte was copied
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
