package dev.zvpg.postgres.os;

import dev.zvpg.internal.io.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Directories with short paths that nobody but their owner may enter. They are in {@code /tmp} rather than in
 * {@code java.io.tmpdir}: under build tools the latter is long, and may be closed to the server's user. Where
 * {@code /tmp} cannot be written to, as on a hardened host, it is the first other place for temporary files that can.
 */
public final class PrivateDirectory {

    static final String PREFIX = "zvpg-";

    private static final Path TMP = Path.of("/tmp");

    /** A socket's path has at most 107 bytes. */
    private static final int LONGEST = 60;

    private static final int WRITABLE_BY_ALL = 0002;
    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE = PosixFilePermissions.asFileAttribute(MODE);
    private static final int NAME_BYTES = 8;

    private PrivateDirectory() {}

    /** How the path of a temporary file of this user begins, where it can make one. */
    static String prefixFor(ServerUser user) throws IOException {
        Path prefix = place(user).resolve(PREFIX);
        Reachability.require(user, prefix, "temporary files in");
        return prefix.toString();
    }

    /** The one that belongs to a path and a user: found again by whoever asks again, also after a crash. */
    public static Path madeFor(ServerUser user, Path path) throws IOException {
        Path place = place(user);
        Path directory = nameFor(place, user, path);
        try {
            Files.createDirectory(directory, PRIVATE);
            user.own(directory);
            return directory;
        } catch (FileAlreadyExistsException e) {
            // everybody can make names in /tmp: what is there may be a trap
            if (belongsTo(user, directory)) {
                return directory;
            }
            Path other = Files.createTempDirectory(place, PREFIX, PRIVATE);
            user.own(other);
            return other;
        }
    }

    /** The same when it is there and nobody else's. */
    public static Optional<Path> findFor(ServerUser user, Path path) throws IOException {
        for (Path place : places()) {
            Path directory = nameFor(place, user, path);
            if (belongsTo(user, directory)) {
                return Optional.of(directory);
            }
        }
        return Optional.empty();
    }

    private static List<Path> places() {
        return Stream.of(
                        TMP,
                        Path.of(System.getProperty("java.io.tmpdir", "/tmp")),
                        Path.of("/var/tmp"),
                        Path.of("/dev/shm"))
                .filter(place -> place.isAbsolute() && place.toString().length() <= LONGEST)
                .distinct()
                .toList();
    }

    private static Path place(ServerUser user) throws IOException {
        for (Path place : places()) {
            if (Files.isDirectory(place) && Files.isWritable(place) && isOpenTo(user, place)) {
                return place;
            }
        }
        return TMP; // whoever writes there says what is wrong with it
    }

    private static boolean isOpenTo(ServerUser user, Path place) throws IOException {
        return !user.switched()
                || (Reachability.reaches(user, place.resolve(PREFIX))
                        && Ownership.of(place).allows(WRITABLE_BY_ALL));
    }

    private static Path nameFor(Path place, ServerUser user, Path path) {
        return place.resolve(PREFIX + digest(path + "\0" + user.uid()));
    }

    private static boolean belongsTo(ServerUser user, Path directory) throws IOException {
        return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && user.owns(directory)
                && Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS)
                        .equals(MODE);
    }

    /** Whether a directory was made here. */
    public static boolean isOne(Path directory) {
        return places().contains(directory.getParent())
                && String.valueOf(directory.getFileName()).startsWith(PREFIX);
    }

    private static String digest(String text) {
        return HexFormat.of().formatHex(Sha256.begin().digest(text.getBytes(StandardCharsets.UTF_8)), 0, NAME_BYTES);
    }
}
