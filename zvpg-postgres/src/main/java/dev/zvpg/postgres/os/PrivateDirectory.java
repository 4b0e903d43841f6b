package dev.zvpg.postgres.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Directories with short paths that nobody but their owner may enter. They are in {@code /tmp} and not in
 * {@code java.io.tmpdir}: on macOS and under build tools the latter is long, and may be closed to the server's user.
 */
public final class PrivateDirectory {

    static final String PREFIX = "zvpg-";

    private static final Path TMP = Path.of("/tmp");
    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE = PosixFilePermissions.asFileAttribute(MODE);
    private static final int NAME_BYTES = 8;

    private PrivateDirectory() {}

    /** How the path of a temporary file of this user begins, where it can make one. */
    static String prefixFor(ServerUser user) throws IOException {
        Path prefix = TMP.resolve(PREFIX);
        Reachability.require(user, prefix, "temporary files in");
        return prefix.toString();
    }

    /** The one that belongs to a path and a user: found again by whoever asks again, also after a crash. */
    public static Path madeFor(ServerUser user, Path path) throws IOException {
        Path directory = nameFor(user, path);
        try {
            Files.createDirectory(directory, PRIVATE);
            user.own(directory);
            return directory;
        } catch (FileAlreadyExistsException e) {
            // everybody can make names in /tmp: what is there may be a trap
            if (belongsTo(user, directory)) {
                return directory;
            }
            Path other = Files.createTempDirectory(TMP, PREFIX, PRIVATE);
            user.own(other);
            return other;
        }
    }

    /** The same when it is there and nobody else's. */
    public static Optional<Path> findFor(ServerUser user, Path path) throws IOException {
        Path directory = nameFor(user, path);
        return belongsTo(user, directory) ? Optional.of(directory) : Optional.empty();
    }

    private static Path nameFor(ServerUser user, Path path) {
        return TMP.resolve(PREFIX + digest(path + "\0" + user.uid()));
    }

    private static boolean belongsTo(ServerUser user, Path directory) throws IOException {
        return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && user.owns(directory)
                && Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS)
                        .equals(MODE);
    }

    /** Whether a directory was made here. */
    public static boolean isOne(Path directory) {
        return TMP.equals(directory.getParent())
                && String.valueOf(directory.getFileName()).startsWith(PREFIX);
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, NAME_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
