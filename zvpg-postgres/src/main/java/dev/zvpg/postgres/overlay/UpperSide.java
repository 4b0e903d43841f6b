package dev.zvpg.postgres.overlay;

import dev.zvpg.internal.io.OpenDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The side of an overlay that is written to: it holds all that is not as it is in the tree below, copies of what was
 * opened for writing, and marks for what was removed.
 *
 * <p>What marks mean is not read, for some are told to root alone. A directory that was made anew, or has taken the name
 * of another one, counts as written with all that is in either. Which one it is, its inode number tells: OverlayFS shows
 * that of the directory below, with the same bits set for each, as long as it is that one.
 *
 * <p>Thread-safe.
 */
final class UpperSide implements Closeable {

    private static final String INODE = "ino";
    private static final List<String> RIGHTS = List.of("uid", "gid", "mode");
    private static final String WANTED = "unix:" + INODE + "," + String.join(",", RIGHTS);
    private static final Path TOP = Path.of("");

    private final OpenDirectory upper;
    private final Path lower;
    private final Path seen;

    /** By what the number that is shown differs from that of the file below. */
    private final long layerBits;

    /**
     * Looks at an overlay to which nothing has been written yet.
     *
     * @param upper what is written to it; closed with this
     * @param lower the tree below
     * @param seen what it shows
     */
    UpperSide(OpenDirectory upper, Path lower, Path seen) throws IOException {
        this.upper = upper;
        this.lower = lower;
        this.seen = seen;
        this.layerBits = layerBits(lower, seen);
    }

    private static long layerBits(Path lower, Path seen) throws IOException {
        List<Path> all = OpenDirectory.list(lower);
        if (all.isEmpty()) {
            return 0;
        }
        Path one = all.get(0); // the top itself has a number that is made like no other
        return inode(attributes(one)) ^ inode(attributes(seen.resolve(one.getFileName())));
    }

    /** The inode number that a file below is shown with, as long as nothing has taken its place. */
    long shown(long inode) {
        return inode ^ layerBits;
    }

    /** What may not be as it is below, by paths below the top. */
    Set<Path> written() throws IOException {
        Set<Path> written = new TreeSet<>();
        addAllIn(upper, TOP, written);
        return written;
    }

    private void addAllIn(OpenDirectory directory, Path path, Set<Path> written) throws IOException {
        for (Path name : directory.names()) {
            Path file = path.resolve(name);
            Optional<OpenDirectory> below = directory.directoryIfThere(name);
            if (below.isEmpty()) {
                written.add(file);
                continue;
            }
            try (OpenDirectory opened = below.get()) {
                addDirectory(opened, file, written);
            }
        }
    }

    private void addDirectory(OpenDirectory directory, Path path, Set<Path> written) throws IOException {
        Optional<Map<String, Object>> shown = attributesIfThere(seen.resolve(path));
        Optional<Map<String, Object>> original = attributesIfThere(lower.resolve(path));
        if (shown.isPresent() && original.isPresent() && isStillTheOne(shown.get(), original.get(), directory)) {
            if (!RIGHTS.stream()
                    .allMatch(right -> Objects.equals(
                            shown.get().get(right), original.get().get(right)))) {
                written.add(path);
            }
            addAllIn(directory, path, written);
        } else {
            written.add(path);
            addTree(seen, path, written);
            addTree(lower, path, written);
        }
    }

    private boolean isStillTheOne(Map<String, Object> shown, Map<String, Object> original, OpenDirectory inUpper)
            throws IOException {
        // subvolumes of btrfs number their files alike, and one that is shown with its own number is new
        return inode(shown) == shown(inode(original))
                && inode(shown) != inUpper.id().inode();
    }

    private static Optional<Map<String, Object>> attributesIfThere(Path path) throws IOException {
        try {
            return Optional.of(attributes(path));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
    }

    private static void addTree(Path top, Path file, Set<Path> written) throws IOException {
        try (OpenDirectory tree = OpenDirectory.open(top, file)) {
            addTree(tree, file, written);
        } catch (NoSuchFileException | NotDirectoryException e) {
            // it is none, or not any more
        }
    }

    private static void addTree(OpenDirectory tree, Path path, Set<Path> written) throws IOException {
        for (Path name : tree.names()) {
            Path file = path.resolve(name);
            written.add(file);
            Optional<OpenDirectory> below = tree.directoryIfThere(name);
            if (below.isPresent()) {
                try (OpenDirectory opened = below.get()) {
                    addTree(opened, file, written);
                }
            }
        }
    }

    private static Map<String, Object> attributes(Path path) throws IOException {
        return Files.readAttributes(path, WANTED, LinkOption.NOFOLLOW_LINKS);
    }

    private static long inode(Map<String, Object> attributes) throws IOException {
        if (attributes.get(INODE) instanceof Long inode) {
            return inode;
        }
        throw new IOException("the file system does not tell the inode numbers of its files");
    }

    @Override
    public void close() throws IOException {
        upper.close();
    }
}
