package dev.zvpg.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Removes whole trees, and makes them durable. Thread-safe. */
final class Trees {

    /** How often a directory is emptied again when somebody keeps making files in it. */
    private static final int ATTEMPTS = 8;

    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");

    private Trees() {}

    /** Removes a tree, or what there is of it. Links are removed, never followed. Not interruptible. */
    static void delete(Path tree) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                deleteOnce(tree);
                return;
            } catch (DirectoryNotEmptyException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static void deleteOnce(Path tree) throws IOException {
        if (Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(tree)) {
                deleteEntries(entries);
            } catch (AccessDeniedException e) {
                // a copy of a directory that its owner cannot read or write is no better than the original
                Files.setPosixFilePermissions(tree, OWNER);
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(tree)) {
                    deleteEntries(entries);
                }
            } catch (NoSuchFileException e) {
                return; // somebody else removed it
            }
        }
        Files.deleteIfExists(tree);
    }

    /**
     * Works below open directories, where nobody who owns the files can slip a link to another place under the path of a
     * directory that is being emptied.
     */
    private static void deleteEntries(DirectoryStream<Path> entries) throws IOException {
        if (!(entries instanceof SecureDirectoryStream<Path> directory)) {
            throw new IOException("this operating system cannot remove files relative to an open directory");
        }
        try {
            for (Path entry : directory) {
                Path name = Objects.requireNonNull(entry.getFileName(), "an entry has a name");
                try {
                    deleteEntry(directory, name);
                } catch (NoSuchFileException e) {
                    // somebody else removed it
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static void deleteEntry(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        PosixFileAttributeView view =
                parent.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (!view.readAttributes().isDirectory()) {
            parent.deleteFile(name);
            return;
        }
        try (DirectoryStream<Path> entries = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            deleteEntries(entries);
        } catch (AccessDeniedException e) {
            view.setPermissions(OWNER);
            try (DirectoryStream<Path> entries = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                deleteEntries(entries);
            }
        }
        parent.deleteDirectory(name);
    }

    /**
     * Makes a tree durable. One {@code sync -f} writes the whole file system that it is on, so it also waits for what others
     * have written there; that costs a few milliseconds on an idle disk, where one {@code fsync} per file would cost that for
     * each file. Where it does not work, that is what is done.
     */
    static void sync(Path tree) throws IOException {
        try {
            if (Tool.run(tree, List.of("sync", "-f", ".")).exitCode() == 0) {
                return;
            }
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            // there is no such program
        }
        syncOneByOne(tree);
    }

    static void syncOneByOne(Path tree) throws IOException {
        TreePlan plan = TreePlan.of(tree, tree);
        for (List<Node> nodes : List.of(plan.files, plan.directories)) {
            for (Node node : nodes) {
                try (FileChannel channel = FileChannel.open(node.source())) {
                    channel.force(true);
                } catch (NoSuchFileException vanished) {
                    // there is nothing to make durable
                }
            }
        }
        Path parent = tree.getParent();
        if (parent != null) {
            DocumentFile.syncDirectory(parent);
        }
    }
}
