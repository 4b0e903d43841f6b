package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where file systems are mounted, as this process sees it. Thread-safe. */
public final class MountPoints {

    private static final Path TABLE = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT = 4;
    private static final Pattern ESCAPED = Pattern.compile("\\\\([0-7]{3})");

    private MountPoints() {}

    /**
     * Refuses a tree that something is mounted on or in: what lies there is not the tree's. The bind mount of a
     * directory of the same file system is seen too, which no number of a device tells.
     *
     * @throws FileSystemException when something is
     */
    public static void requireNone(Path tree) throws IOException {
        Optional<String> mounted = first(tree, true);
        if (mounted.isPresent()) {
            throw refusal(mounted.get());
        }
    }

    /** The same where the top of the tree may be a file system of its own. */
    public static void requireNoneBelow(Path tree) throws IOException {
        Optional<String> mounted = first(tree, false);
        if (mounted.isPresent()) {
            throw refusal(mounted.get());
        }
    }

    static FileSystemException refusal(String mounted) {
        return new FileSystemException(
                mounted,
                null,
                "another file system or directory is mounted there, which is left alone; unmount it first");
    }

    private static Optional<String> first(Path tree, boolean topToo) throws IOException {
        try {
            Path parent = tree.toAbsolutePath().getParent();
            String top =
                    String.valueOf(parent == null ? tree : parent.toRealPath().resolve(tree.getFileName()));
            return all().stream()
                    .filter(point -> point.startsWith(top + "/") || (topToo && point.equals(top)))
                    .findFirst();
        } catch (NoSuchFileException e) {
            return Optional.empty(); // there is no tree
        }
    }

    /** Every mount point, as text; none on a system without such a list. */
    public static List<String> all() throws IOException {
        byte[] table;
        try {
            table = Files.readAllBytes(TABLE);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return new String(table, StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.split(" ", MOUNT_POINT + 2))
                .filter(fields -> fields.length > MOUNT_POINT)
                .map(fields -> unescaped(fields[MOUNT_POINT]))
                .toList();
    }

    private static String unescaped(String field) {
        return ESCAPED.matcher(field)
                .replaceAll((MatchResult found) ->
                        Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 8))));
    }
}
