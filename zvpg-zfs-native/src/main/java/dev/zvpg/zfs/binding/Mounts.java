package dev.zvpg.zfs.binding;

import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.IoFailure;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Mounts ZFS datasets by system calls, without a process. Root only.
 *
 * <p>A snapshot is mounted like a dataset, read-only. That is the way to its files: through {@code .zfs/snapshot} the
 * kernel would start mount(8).
 *
 * <p>Thread-safe.
 */
public final class Mounts {

    /** Where the kernel lists this process's mounts: proc(5), {@code /proc/[pid]/mountinfo}. */
    private static final Path TABLE = Path.of("/proc/self/mountinfo");

    /** A space, tab, line feed or backslash in a name is written as three octal digits. */
    private static final Pattern ESCAPE = Pattern.compile("\\\\([0-7]{3})");

    private static final int MOUNT_POINT_FIELD = 4;

    /** How long a process needs at most from when it is made to when it executes its program. */
    private static final Duration START = Duration.ofSeconds(1);

    private Mounts() {}

    /**
     * One mounted dataset.
     *
     * @param dataset the full name of a dataset or a snapshot
     * @param directory where its files are
     */
    public record Mount(String dataset, Path directory) {}

    /**
     * Mounts a dataset for reading and writing; programs in it run, but not as another user, and device files do
     * nothing.
     *
     * @param directory exists and is empty, which the kernel does not check
     */
    public static void mount(String dataset, Path directory) {
        mount(dataset, directory, 0);
    }

    /** As {@link #mount(String, Path)}, for reading only. */
    public static void mountReadOnly(String dataset, Path directory) {
        mount(dataset, directory, Native.LibC.MS_RDONLY);
    }

    private static void mount(String dataset, Path directory, int flags) {
        int result = Native.libc()
                .mount(
                        dataset,
                        directory.toString(),
                        "zfs",
                        flags | Native.LibC.MS_NOSUID | Native.LibC.MS_NODEV,
                        null);
        if (result != 0) {
            throw failed("mount", dataset + " on " + directory);
        }
    }

    /**
     * Unmounts what is mounted on a directory. Waits a second for whoever uses a file in it: a process that another thread
     * starts at this moment has all that this one had open, until it executes its own program.
     *
     * @throws dev.zvpg.error.InUseException when a process uses a file in it; the message says which
     */
    public static void unmount(Path directory) {
        Patience patience = new Patience(START);
        while (Native.libc().umount2(directory.toString(), Native.LibC.UMOUNT_NOFOLLOW) != 0) {
            int errno = Native.errno();
            if (errno != ResultCode.EBUSY.number()) {
                throw failed(errno, "unmount", directory.toString());
            }
            patience.lose(() ->
                    ResultCode.EBUSY.exception("unmount", directory.toString(), FileUsers.describe(directory), null));
        }
    }

    /** Every mounted ZFS dataset that this process sees, in the order of their mounting. */
    public static List<Mount> list() {
        // not through a channel: that would fail in a thread that was interrupted
        try (InputStream table = new FileInputStream(TABLE.toFile())) {
            return parse(new String(table.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw IoFailure.of("read", TABLE, e);
        }
    }

    /** A line is: fields by spaces, some optional ones, a hyphen, then file system type, source and options. */
    public static List<Mount> parse(String table) {
        return table.lines()
                .map(line -> line.split(" - ", 2))
                .filter(halves -> halves.length == 2 && halves[1].startsWith("zfs "))
                .map(halves -> new Mount(
                        unescaped(halves[1].split(" ", -1)[1]),
                        Path.of(unescaped(halves[0].split(" ", -1)[MOUNT_POINT_FIELD]))))
                .collect(Collectors.toUnmodifiableList());
    }

    /** The directory's path in the kernel's table, which knows no symbolic links. */
    public static Path real(Path directory) {
        try {
            return directory.toRealPath();
        } catch (IOException e) {
            return directory;
        }
    }

    private static String unescaped(String field) {
        return ESCAPE.matcher(field)
                .replaceAll(
                        match -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 8))));
    }

    private static ZvpgException failed(String operation, String target) {
        return failed(Native.errno(), operation, target);
    }

    private static ZvpgException failed(int errno, String operation, String target) {
        if (errno == ResultCode.EPERM.number()) {
            return ResultCode.EPERM.exception(
                    operation, target, "mounting needs root, or the capability CAP_SYS_ADMIN", null);
        }
        if (errno == ResultCode.ENODEV.number()) {
            return ResultCode.ENODEV.exception(
                    operation, target, "the ZFS kernel module is not loaded", "modprobe zfs");
        }
        return ResultCode.exception(errno, operation, target);
    }
}
