package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where file systems are mounted, as this process sees it. Thread-safe. */
public final class MountPoints {

    private static final Path TABLE = Path.of("/proc/self/mountinfo");
    private static final int DEVICE = 2;
    private static final int MOUNT_POINT = 4;
    private static final String END_OF_OPTIONS = "-";
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
        return table().map(fields -> unescaped(fields[MOUNT_POINT])).toList();
    }

    /**
     * What kind of file system something is on, by the device that it is on and not by its path: one may be mounted over
     * another.
     *
     * @return nothing where the list does not have that device, as each subvolume of btrfs has one of its own
     */
    public static Set<String> types(Path file) throws IOException {
        if (!(Files.getAttribute(file, "unix:dev") instanceof Long device)) {
            throw new IOException("the file system does not tell the devices of its files");
        }
        String number = major(device) + ":" + minor(device);
        return table().filter(fields -> fields[DEVICE].equals(number))
                .map(fields -> fields[List.of(fields).indexOf(END_OF_OPTIONS) + 1])
                .collect(Collectors.toSet());
    }

    /** As gnu_dev_major of glibc. */
    private static long major(long device) {
        return ((device >>> 8) & 0xfff) | ((device >>> 32) & ~0xfffL);
    }

    private static long minor(long device) {
        return (device & 0xff) | ((device >>> 12) & 0xffffff00L);
    }

    /** Its lines, in fields; none on a system without such a list. */
    private static Stream<String[]> table() throws IOException {
        byte[] table;
        try {
            table = Files.readAllBytes(TABLE);
        } catch (NoSuchFileException e) {
            return Stream.empty();
        }
        return new String(table, StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields.length > MOUNT_POINT);
    }

    private static String unescaped(String field) {
        return ESCAPED.matcher(field)
                .replaceAll((MatchResult found) ->
                        Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 8))));
    }
}
