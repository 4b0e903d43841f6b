package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The removal of what is in an open directory. Used by one thread. */
final class TreeDeletion {

    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");

    /** How often a directory is emptied again when somebody keeps making files in it. */
    private static final int ATTEMPTS = 8;

    /** Each level costs open files. What lies deeper is moved to the top first. */
    private static final int DEEPEST = 64;

    private final OpenDirectory top;
    private int moved;

    TreeDeletion(OpenDirectory top) {
        this.top = top;
    }

    /** See {@link OpenDirectory#deleteTree}. */
    static void deleteTree(Path tree) throws IOException {
        MountPoints.requireNone(tree);
        try (OpenDirectory opened = OpenDirectory.open(tree)) {
            new TreeDeletion(opened).run();
        } catch (NoSuchFileException | NotDirectoryException e) {
            // nothing, or a file or a link
        } catch (AccessDeniedException e) {
            // a copy of a directory that its owner cannot read or write is no better than the original
            Files.setPosixFilePermissions(tree, OWNER);
            try (OpenDirectory opened = OpenDirectory.open(tree)) {
                new TreeDeletion(opened).run();
            }
        }
        Files.deleteIfExists(tree);
    }

    /** Empties the directory. */
    void run() throws IOException {
        int before;
        do {
            before = moved;
            empty(top, 0);
        } while (moved != before);
    }

    /** Removes one entry of the directory. */
    void delete(Path name) throws IOException {
        FileFacts facts;
        try {
            facts = top.facts(name);
        } catch (NoSuchFileException e) {
            return;
        }
        if (facts.isDirectory()) {
            MountPoints.requireNone(top.path().resolve(name));
            try (OpenDirectory directory = open(top, name)) {
                new TreeDeletion(directory).run();
            }
        }
        remove(top, name, 0);
    }

    private void empty(OpenDirectory directory, int depth) throws IOException {
        for (Path name : directory.names()) {
            remove(directory, name, depth);
        }
    }

    private void remove(OpenDirectory parent, Path name, int depth) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                removeOnce(parent, name, depth);
                return;
            } catch (NoSuchFileException e) {
                return; // somebody else removed it
            } catch (DirectoryNotEmptyException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void removeOnce(OpenDirectory parent, Path name, int depth) throws IOException {
        if (!parent.facts(name).isDirectory()) {
            parent.remove(name, false);
            return;
        }
        if (depth == DEEPEST) {
            parent.moveTo(top, name, Path.of("zvpg-deep-" + top.id().inode() + "-" + moved++));
            return;
        }
        try (OpenDirectory directory = open(parent, name)) {
            empty(directory, depth + 1);
        }
        parent.remove(name, true);
    }

    private static OpenDirectory open(OpenDirectory parent, Path name) throws IOException {
        OpenDirectory directory;
        try {
            directory = parent.directory(name);
        } catch (AccessDeniedException e) {
            // a copy of a directory that its owner cannot read or write is no better than the original
            letOwner(parent, name);
            directory = parent.directory(name);
        }
        try {
            directory.requirePartOf(parent);
            if (!FileOwner.worksAsRoot() && !ownerMay(parent, name)) {
                letOwner(parent, name); // what is in it can only be removed by who may write it
            }
        } catch (IOException e) {
            directory.close();
            throw e;
        }
        return directory;
    }

    /** Whether its owner may do everything with a directory. */
    private static boolean ownerMay(OpenDirectory parent, Path name) throws IOException {
        return parent.view(name).readAttributes().permissions().containsAll(OWNER);
    }

    private static void letOwner(OpenDirectory parent, Path name) throws IOException {
        try {
            parent.view(name).setPermissions(OWNER);
        } catch (AccessDeniedException e) {
            // Java opens what it changes, which its owner may not do with a directory of mode 0, such as OverlayFS
            // leaves
            if (FileOwner.worksAsRoot() || !parent.facts(name).isDirectory()) {
                throw e;
            }
            // it is this user's own, who follows no stranger
            Files.setPosixFilePermissions(parent.path().resolve(name), OWNER);
        }
    }
}
