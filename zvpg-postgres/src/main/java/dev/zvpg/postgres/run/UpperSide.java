package dev.zvpg.postgres.run;

import dev.zvpg.internal.io.OpenDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
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
 * <p>What marks mean is not read, for some are told to root alone. A directory that is another one than the one below,
 * because it was made anew or has taken its name, counts as written with all that is in either. Which one it is, its
 * number tells, which is made of the number below in the same way for all.
 *
 * <p>Thread-safe.
 */
final class UpperSide implements Closeable {

    private static final String NUMBER = "ino";

    /** The mode tells its kind, too. */
    private static final List<String> RIGHTS = List.of("uid", "gid", "mode");

    private static final String WANTED = "unix:" + NUMBER + "," + String.join(",", RIGHTS);
    private static final Path TOP = Path.of("");

    private final OpenDirectory upper;
    private final Path lower;
    private final Path seen;

    /** What the number of something below has in addition, when it is seen. */
    private final long addition;

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
        this.addition = addition(lower, seen);
    }

    private static long addition(Path lower, Path seen) throws IOException {
        List<Path> all = OpenDirectory.list(lower);
        if (all.isEmpty()) {
            return 0;
        }
        Path one = all.get(0); // the top itself has a number that is made like no other
        return number(attributes(one)) ^ number(attributes(seen.resolve(one.getFileName())));
    }

    /** What may not be as it is below, by paths below the top. */
    Set<Path> written() throws IOException {
        Set<Path> written = new TreeSet<>();
        addAllIn(upper, TOP, written);
        return written;
    }

    /** The number that something below is seen with, as long as nothing has taken its place. */
    long shown(long number) {
        return number ^ addition;
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
                if (isAsBelow(file)) {
                    addAllIn(opened, file, written);
                } else {
                    addTree(seen, file, written);
                    addTree(lower, file, written);
                }
            }
        }
    }

    private boolean isAsBelow(Path directory) throws IOException {
        try {
            Map<String, Object> shown = attributes(seen.resolve(directory));
            Map<String, Object> original = attributes(lower.resolve(directory));
            return number(shown) == shown(number(original))
                    && RIGHTS.stream().allMatch(right -> Objects.equals(shown.get(right), original.get(right)));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return false;
        }
    }

    private static void addTree(Path top, Path file, Set<Path> written) throws IOException {
        written.add(file);
        Path tree = top.resolve(file);
        if (!Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {

            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                written.add(top.relativize(directory));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path one, BasicFileAttributes attributes) {
                written.add(top.relativize(one));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path one, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) { // removed in this moment
                    written.add(top.relativize(one));
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
    }

    private static Map<String, Object> attributes(Path path) throws IOException {
        return Files.readAttributes(path, WANTED, LinkOption.NOFOLLOW_LINKS);
    }

    private static long number(Map<String, Object> attributes) throws IOException {
        if (attributes.get(NUMBER) instanceof Long number) {
            return number;
        }
        throw new IOException("the file system does not tell the number of its files");
    }

    @Override
    public void close() throws IOException {
        upper.close();
    }
}
