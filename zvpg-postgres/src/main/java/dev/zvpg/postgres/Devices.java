package dev.zvpg.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which file systems there are, as this process sees them. */
final class Devices {

    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final Pattern ESCAPED = Pattern.compile("\\\\([0-7]{3})");

    /** The field of a line that names the mount point, counted from 0. */
    private static final int MOUNT_POINT = 4;

    private Devices() {}

    /** The file system that a file is on; a subvolume of btrfs counts as one. */
    static Object of(Path path) throws IOException {
        return Files.getAttribute(path, "unix:dev", LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Where something is mounted, as text. A directory that is mounted once more from the same file system has the same device,
     * and only this list tells. Empty on a system without such a list.
     */
    static List<String> mounts() throws IOException {
        byte[] list;
        try {
            list = Files.readAllBytes(MOUNTS);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return new String(list, StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.split(" ", MOUNT_POINT + 2))
                .filter(fields -> fields.length > MOUNT_POINT)
                .map(fields -> unescaped(fields[MOUNT_POINT]))
                .toList();
    }

    private static String unescaped(String field) {
        return ESCAPED.matcher(field)
                .replaceAll(octal ->
                        Matcher.quoteReplacement(Character.toString((char) Integer.parseInt(octal.group(1), 8))));
    }
}
