package dev.zvpg.internal.tree;

import dev.zvpg.internal.io.OpenDirectory;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory of a tree while it is received: which entries have been named, and what of the base's has not been, and so
 * is not in the tree any more. Nobody else can enter the directory.
 *
 * <p>Used by one thread.
 */
final class ReceivedDirectory {

    private final Path path;
    private final int mode;
    private final FileTime modified;

    /** What the base has there and has not been named. */
    private final Set<String> rest;

    private @Nullable Path last;

    private ReceivedDirectory(Path path, int mode, FileTime modified, Set<String> rest) {
        this.path = path;
        this.mode = mode;
        this.modified = modified;
        this.rest = rest;
    }

    /** One that was made for the tree. */
    static ReceivedDirectory made(Path path, int mode, FileTime modified) {
        return new ReceivedDirectory(path, mode, modified, new HashSet<>());
    }

    /** One that is the base's, with what that has in it. */
    static ReceivedDirectory existing(Path path, int mode, FileTime modified) throws IOException {
        Set<String> names = new HashSet<>();
        try (OpenDirectory opened = OpenDirectory.open(path)) {
            opened.names().forEach(name -> names.add(name.toString()));
        }
        return new ReceivedDirectory(path, mode, modified, names);
    }

    Path path() {
        return path;
    }

    /** The mode that it gets when it is whole. */
    int mode() {
        return mode;
    }

    /** When it was modified at the sender's, which it says when it is whole. */
    FileTime modified() {
        return modified;
    }

    /** Names its next entry. An order tells without memory that no name comes twice. */
    Path next(String name) throws MalformedException {
        rest.remove(name);
        Path entry;
        try {
            entry = path.resolve(name);
        } catch (InvalidPathException e) {
            throw new MalformedException("no file can have the name '" + name + "' here: " + e.getReason());
        }
        if (last != null && entry.compareTo(last) <= 0) {
            throw new MalformedException(
                    "the tree has '" + entry.getFileName() + "' behind '" + last.getFileName() + "' in one directory");
        }
        last = entry;
        return entry;
    }

    /** Removes what the base has where an entry is to be made. */
    void makeRoom(Path entry, Optional<BasicFileAttributes> there) throws IOException {
        if (there.isPresent()) {
            try (OpenDirectory directory = OpenDirectory.open(path)) {
                directory.delete(entry.getFileName());
            }
        }
    }

    /** Removes what has not been named. */
    void removeRest() throws IOException {
        if (!rest.isEmpty()) {
            try (OpenDirectory directory = OpenDirectory.open(path)) {
                for (String name : rest) {
                    directory.delete(Path.of(name));
                }
            }
        }
    }
}
