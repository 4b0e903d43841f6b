package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A path to what another process sees, such as {@code /proc/123/root/srv/data}: {@code /srv/data} in the mount namespace
 * of process 123. Java takes the link to the root of that namespace for the root of ours, so such a path has no real
 * one.
 */
public final class NamespacePath {

    private static final Pattern SEEN = Pattern.compile("/proc/\\d+/root/.+");

    /** {@code /proc}, the number and {@code root}. */
    private static final int NAMES = 3;

    /** As many as the system follows itself. */
    private static final int LINKS = 40;

    private NamespacePath() {}

    /**
     * What a process sees at an absolute path.
     *
     * @param pid its number
     * @param inside the path as it is to that process
     * @return the path as it is to this one
     */
    public static Path of(long pid, Path inside) {
        return Path.of("/proc", Long.toString(pid), "root" + inside);
    }

    /**
     * Whether a path is one of these.
     *
     * @param path an absolute path
     * @return whether it leads through the root of a process
     */
    public static boolean isOne(Path path) {
        return SEEN.matcher(path.toString()).matches();
    }

    /**
     * The root of that process.
     *
     * @param path one of these
     * @return its beginning
     */
    public static Path root(Path path) {
        return Path.of("/").resolve(path.subpath(0, NAMES));
    }

    /**
     * What it is to that process.
     *
     * @param path an absolute path
     * @return its rest; itself where it is none of these
     */
    public static Path inside(Path path) {
        return isOne(path) ? Path.of("/").resolve(path.subpath(NAMES, path.getNameCount())) : path;
    }

    /** The file that an existing path leads to, by a path that is no link itself. */
    static Path real(Path path) throws IOException {
        if (!isOne(path)) {
            return path.toRealPath();
        }
        Path real = path;
        for (int links = 0; Files.isSymbolicLink(real); links++) {
            if (links == LINKS) {
                throw new FileSystemLoopException(path.toString());
            }
            Path target = Files.readSymbolicLink(real);
            real = target.isAbsolute()
                    ? root(path).resolve(target.toString().substring(1))
                    : real.resolveSibling(target);
        }
        return real.normalize();
    }
}
