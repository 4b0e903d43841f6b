package dev.zvpg.internal.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A directory held open. What is done in it is done in this very directory, wherever others move it and whatever they
 * put in its place, and never through a link that lies in it: every name is one step. So root can work in trees of
 * another user.
 *
 * <p>Names are those that {@link #names} gives, or plain ones. Thread-safe.
 */
public final class OpenDirectory implements Closeable {

    private final SecureDirectoryStream<Path> stream;
    private final Path path;
    private final FileId id;

    private OpenDirectory(SecureDirectoryStream<Path> stream, Path path) throws IOException {
        this.stream = stream;
        this.path = path;
        this.id = facts().id();
    }

    /**
     * Opens the top of a tree. Everything above it is trusted.
     *
     * @throws NotDirectoryException also when it is a link
     */
    public static OpenDirectory open(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        OpenDirectory opened = openTrusted(absolute);
        try {
            // a system call that refuses links here is not reachable from Java; so it is asked what has been opened
            return opened.require(
                    FileFacts.of(Files.readAttributes(absolute, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)));
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    /** Opens a directory that is trusted itself, be it behind a link. */
    public static OpenDirectory openTrusted(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        return of(SecureStreams.open(absolute), absolute);
    }

    private static OpenDirectory of(SecureDirectoryStream<Path> stream, Path path) throws IOException {
        try {
            return new OpenDirectory(stream, path);
        } catch (IOException e) {
            stream.close();
            throw e;
        }
    }

    private OpenDirectory require(FileFacts entry) throws NotDirectoryException {
        if (entry.isDirectory() && entry.id().equals(id)) {
            return this;
        }
        throw new NotDirectoryException(path.toString());
    }

    /**
     * Removes a tree, or what there is of it; see {@link #delete}. Everything above its top is trusted. Not
     * interruptible.
     */
    public static void deleteTree(Path tree) throws IOException {
        TreeDeletion.deleteTree(tree);
    }

    /** What is in a directory, sorted; nothing when it is none, or a link to one. */
    public static List<Path> list(Path directory) throws IOException {
        try (OpenDirectory opened = open(directory)) {
            return opened.names().stream().map(directory::resolve).sorted().toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
    }

    /** Where it was when it was opened, to be named in messages. */
    public Path path() {
        return path;
    }

    public FileId id() {
        return id;
    }

    /** What is at the end of some steps down, none of them through a link. */
    public static OpenDirectory open(Path top, Path below) throws IOException {
        OpenDirectory opened = open(top);
        for (Path name : below) {
            if (name.toString().isEmpty()) {
                continue; // the path from a directory to itself has one, too
            }
            try (OpenDirectory above = opened) {
                opened = above.directory(name);
            }
        }
        return opened;
    }

    /** A directory in it, if there is one. */
    public Optional<OpenDirectory> directoryIfThere(Path name) throws IOException {
        try {
            return Optional.of(directory(name));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
    }

    /** A directory in it. */
    public OpenDirectory directory(Path name) throws IOException {
        FileFacts entry = facts(name);
        if (!entry.isDirectory()) {
            throw new NotDirectoryException(path.resolve(name).toString());
        }
        OpenDirectory directory = of(SecureStreams.open(stream, name), path.resolve(name));
        try {
            return directory.require(facts(name)); // the dot lies behind a link, if there was one
        } catch (IOException e) {
            directory.close();
            throw e;
        }
    }

    /**
     * Refuses it when it is on another file system than the directory that it was opened in. A subvolume has a device
     * of its own and is part of the tree.
     */
    public void requirePartOf(OpenDirectory parent) throws FileSystemException {
        if (id.device() != parent.id.device() && !id.mayBeASubvolume()) {
            throw MountPoints.refusal(path.toString());
        }
    }

    /** The names of everything in it, in the order of the file system. */
    public List<Path> names() throws IOException {
        List<Path> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = stream.newDirectoryStream(SecureStreams.ITSELF)) { // each lists once
            entries.forEach(entry -> names.add(Objects.requireNonNull(entry.getFileName(), "an entry has a name")));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    /** What it is itself. */
    public FileFacts facts() throws IOException {
        return FileFacts.of(view().readAttributes());
    }

    /** What something in it is. */
    public FileFacts facts(Path name) throws IOException {
        return FileFacts.of(view(name).readAttributes());
    }

    public boolean exists(Path name) throws IOException {
        try {
            facts(name);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Asks what something in it is, and says what it shall be. */
    PosixFileAttributeView view(Path name) {
        return stream.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** The same for the directory itself. */
    PosixFileAttributeView view() {
        return stream.getFileAttributeView(PosixFileAttributeView.class);
    }

    /** Where a link in it leads. */
    public Path target(Path name, FileFacts facts) throws IOException {
        Path target = Files.readSymbolicLink(path.resolve(name));
        FileOwner.of(this, name, facts); // refuses what was exchanged
        return target;
    }

    /**
     * Opens a regular file to read it.
     *
     * @throws ChangedException when it is something else
     */
    public FileChannel openFile(Path name) throws IOException {
        return new RegularFile(this, name).open();
    }

    /**
     * Reads a regular file as a whole.
     *
     * @throws ChangedException when it is something else
     * @throws FileSystemException when it holds more than the limit
     */
    public byte[] read(Path name, int limit) throws IOException {
        return new RegularFile(this, name).read(limit);
    }

    /** Opens a file in whatever way is asked for; one who only wants to read waits for a pipe. */
    FileChannel channel(Path name, Set<OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        try {
            if (stream.newByteChannel(name, options, attributes) instanceof FileChannel file) {
                return file;
            }
        } catch (AccessDeniedException e) { // which knows the name only
            AccessDeniedException located =
                    new AccessDeniedException(path.resolve(name).toString());
            located.initCause(e);
            throw located;
        }
        throw new IOException("this Java runtime opens no file channel in an open directory");
    }

    public void setModified(Path name, FileTime time) throws IOException {
        view(name).setTimes(time, null, null);
    }

    /** Gives something in it another name, instead of what has that name. */
    public void move(Path name, Path to) throws IOException {
        stream.move(name, stream, to);
    }

    /** Moves something in it to another directory, instead of what has that name there. */
    public void moveTo(OpenDirectory other, Path name, Path to) throws IOException {
        stream.move(name, other.stream, to);
    }

    void remove(Path name, boolean directory) throws IOException {
        if (directory) {
            stream.deleteDirectory(name);
        } else {
            stream.deleteFile(name);
        }
    }

    /**
     * Removes something in it with all that is in that, or what there is of it. Links are removed, never followed, and
     * nothing on another file system is touched.
     *
     * @throws FileSystemException when another file system is mounted there
     */
    public void delete(Path name) throws IOException {
        new TreeDeletion(this).delete(name);
    }

    /** Puts the names in a directory that is trusted on disk, so that a rename in it survives a power cut. */
    public static void sync(Path directory) throws IOException {
        try (OpenDirectory opened = openTrusted(directory)) {
            opened.sync();
        }
    }

    /** Puts the names in it on disk. */
    public void sync() throws IOException {
        Uninterrupted.call(() -> {
            try (FileChannel channel = channel(SecureStreams.ITSELF, Set.of(StandardOpenOption.READ))) {
                channel.force(true);
            }
            return path;
        });
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
