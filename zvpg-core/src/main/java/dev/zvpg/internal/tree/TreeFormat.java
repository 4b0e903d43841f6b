package dev.zvpg.internal.tree;

import dev.zvpg.internal.io.TreeComparison;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * How {@code tree-1} is written: entries in the order of a walk, a directory's own between {@link #DIRECTORY} and
 * {@link #UP}, {@link #END} last. What is not named is not in the tree. Thread-safe.
 */
final class TreeFormat {

    /** Enters a directory: name, mode, time. */
    static final int DIRECTORY = 1;

    /** Leaves it. */
    static final int UP = 2;

    /** A file as it is in the base: name, mode, size, time. */
    static final int SAME_FILE = 3;

    /** A file: name, mode, size, time, whether it begins as the base's, and parts until an offset of -1. */
    static final int FILE = 4;

    /** A symbolic link: name, target. */
    static final int LINK = 5;

    /** The number of entries, and the sum of the sizes of files. */
    static final int END = 6;

    static final long NO_MORE_PARTS = -1;

    /** The unit in which trees are compared: 8 KB. */
    static final int BLOCK = TreeComparison.PAGE;

    /** The most bytes of a part: 1 MB. */
    static final int MAX_PART = 128 * BLOCK;

    static final int MAX_DEPTH = 64;
    static final long MAX_ENTRIES = 5_000_000;

    /** What the permissions of a file are; set-id and sticky bits are none of them. */
    static final int PERMISSIONS = 0777;

    private static final int MAX_NAME_BYTES = 255;
    private static final int MAX_TARGET_BYTES = 4095;

    private TreeFormat() {}

    /** One step down, that leads nowhere else. */
    static String name(String name) throws MalformedException {
        if (name.isEmpty()
                || name.equals(".")
                || name.equals("..")
                || name.indexOf('/') >= 0
                || name.indexOf('\0') >= 0
                || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw new MalformedException("'" + name + "' is no name of a file");
        }
        return name;
    }

    /**
     * Where a link leads, which is inside the tree: up first, no further than to the top, and then down. After a step
     * down none leads up: that step may be a link as well, and up from where it leads is somewhere else.
     *
     * @param depth how many directories the link is below the top
     */
    static Path target(String target, int depth) throws MalformedException {
        int up = 0;
        boolean down = false;
        boolean inside = !target.isEmpty()
                && target.indexOf('\0') < 0
                && target.getBytes(StandardCharsets.UTF_8).length <= MAX_TARGET_BYTES;
        for (String step : target.split("/", -1)) { // an absolute one begins with an empty step
            boolean isUp = step.equals("..");
            inside &= !step.isEmpty() && !(isUp && down);
            up += isUp ? 1 : 0;
            down |= !isUp && !step.equals(".");
        }
        if (!inside || up > depth) {
            throw new MalformedException("a link leads to '" + target + "', out of the tree");
        }
        try {
            return Path.of(target);
        } catch (InvalidPathException e) {
            throw new MalformedException("no link can lead to '" + target + "' here: " + e.getReason());
        }
    }

    static int mode(int mode) throws MalformedException {
        if ((mode & ~PERMISSIONS) != 0) {
            throw new MalformedException("a file has the mode " + Integer.toOctalString(mode)
                    + ", and of that nothing but permissions is accepted");
        }
        return mode;
    }

    static FileTime time(long seconds, int nanos) throws MalformedException {
        try {
            return FileTime.from(Instant.ofEpochSecond(seconds, nanos));
        } catch (DateTimeException | ArithmeticException e) {
            throw new MalformedException("a file of the tree has a time that is none");
        }
    }
}
