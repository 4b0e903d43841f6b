package dev.zvpg.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Work on files that never follows a link. */
final class Trees {

    private Trees() {}

    /** Removes a file, a link, or a directory with all that is in it; nothing when it does not exist. */
    static void delete(Path path) throws IOException {
        // from above, so that the directory itself cannot be exchanged for a link either
        Path absolute = path.toAbsolutePath();
        Path parent = Objects.requireNonNull(absolute.getParent(), "nobody deletes the root directory");
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent)) {
            deleteEntry(secure(entries), Objects.requireNonNull(absolute.getFileName(), "it has a parent"));
        } catch (NoSuchFileException e) {
            // there is nothing to remove
        }
    }

    /** Removes those files of a directory, but no directories, whose name is one of these. */
    static void deleteFiles(Path directory, Predicate<String> names) throws IOException {
        Path absolute = directory.toAbsolutePath();
        Path parent = Objects.requireNonNull(absolute.getParent(), "nobody cleans the root directory");
        Path name = Objects.requireNonNull(absolute.getFileName(), "it has a parent");
        try (DirectoryStream<Path> above = Files.newDirectoryStream(parent);
                DirectoryStream<Path> entries = secure(above).newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            SecureDirectoryStream<Path> opened = secure(entries);
            for (Path file : names(opened)) {
                if (names.test(file.toString()) && !isDirectory(opened, file)) {
                    opened.deleteFile(file);
                }
            }
        } catch (NoSuchFileException e) {
            // somebody else removed it
        }
    }

    /**
     * Works below open directories: root removes files from directories of the server's user, who could slip a link to another
     * place under the path of one that is being emptied.
     */
    private static void deleteEntry(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        if (!isDirectory(parent, name)) {
            parent.deleteFile(name);
            return;
        }
        try (DirectoryStream<Path> entries = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            SecureDirectoryStream<Path> directory = secure(entries);
            for (Path entry : names(directory)) {
                try {
                    deleteEntry(directory, entry);
                } catch (NoSuchFileException e) {
                    // somebody else removed it
                }
            }
        }
        parent.deleteDirectory(name);
    }

    private static boolean isDirectory(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        return parent.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes()
                .isDirectory();
    }

    private static List<Path> names(DirectoryStream<Path> directory) throws IOException {
        List<Path> names = new ArrayList<>();
        try {
            directory.forEach(entry -> names.add(Objects.requireNonNull(entry.getFileName(), "an entry has a name")));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> directory) throws IOException {
        if (directory instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        throw new IOException("this operating system cannot remove files relative to an open directory");
    }

    /** What is in a directory; nothing when it is none, or a link to one. */
    static List<Path> entries(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    /**
     * Puts a file with this content under a name, whole or not at all, also when the power goes, and gives it to the owner of
     * its directory.
     */
    static void write(Path file, byte[] content) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".zvpg-new");
        Files.deleteIfExists(unfinished);
        try {
            try (FileChannel channel =
                    FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            finish(unfinished, file);
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            throw e;
        }
    }

    /** The same with the content of another file. */
    static void copy(Path from, Path file) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".zvpg-new");
        Files.deleteIfExists(unfinished);
        try {
            Files.copy(from, unfinished, LinkOption.NOFOLLOW_LINKS);
            try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            finish(unfinished, file);
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            throw e;
        }
    }

    /** Makes the names in a directory durable. */
    static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void finish(Path unfinished, Path file) throws IOException {
        Path directory = unfinished.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException("no directory: " + unfinished);
        }
        // PostgreSQL's own rule: what the group may do with the directory, it may do with its files, reading at most
        Ownership owner = Ownership.of(directory);
        Files.setAttribute(unfinished, "unix:mode", (owner.mode() & 0040) | 0600, LinkOption.NOFOLLOW_LINKS);
        if (Ownership.of(unfinished, LinkOption.NOFOLLOW_LINKS).uid() != owner.uid()) {
            Files.setAttribute(unfinished, "unix:gid", owner.gid(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(unfinished, "unix:uid", owner.uid(), LinkOption.NOFOLLOW_LINKS);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        force(directory);
    }
}
