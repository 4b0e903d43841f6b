package dev.zvpg.internal.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
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
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
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

    /** For what only its owner may read. */
    public static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");

    private static final Path ITSELF = Path.of(".");
    private static final Set<OpenOption> NEW_FILE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> READ_WITHOUT_WAITING =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final SecureDirectoryStream<Path> stream;
    private final Path path;
    private final FileId id;

    private OpenDirectory(SecureDirectoryStream<Path> stream, Path path) throws IOException {
        this.stream = stream;
        this.path = path;
        this.id = facts().id();
    }

    /** Fills a new file; may be asked again from the beginning. */
    public interface Content {
        void writeTo(FileChannel file) throws IOException;
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
    @SuppressWarnings("StreamResourceLeak") // it is closed with what is made of it
    public static OpenDirectory openTrusted(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        try {
            // with the dot nothing but a directory is opened: a pipe would be waited for
            return of(Files.newDirectoryStream(absolute.resolve(ITSELF)), absolute);
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(absolute.toString());
        } catch (NotDirectoryException e) {
            throw new NotDirectoryException(absolute.toString());
        } catch (AccessDeniedException e) {
            if (!Files.isDirectory(absolute)) {
                throw new AccessDeniedException(absolute.toString());
            }
            return of(Files.newDirectoryStream(absolute), absolute); // may be listed and not searched
        }
    }

    /** The same as {@link #open}, if there is one. */
    public static Optional<OpenDirectory> openIfThere(Path directory) throws IOException {
        try {
            return Optional.of(open(directory));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
    }

    private static OpenDirectory of(DirectoryStream<Path> stream, Path path) throws IOException {
        try {
            if (stream instanceof SecureDirectoryStream<Path> secure) {
                return new OpenDirectory(secure, path);
            }
            throw new IOException("this operating system cannot work relative to an open directory");
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
        MountPoints.requireNone(tree);
        try (OpenDirectory top = open(tree)) {
            new TreeDeletion(top).run();
        } catch (NoSuchFileException | NotDirectoryException e) {
            // nothing, or a file or a link
        } catch (AccessDeniedException e) {
            // a copy of a directory that its owner cannot read or write is no better than the original
            Files.setPosixFilePermissions(tree, TreeDeletion.OWNER);
            try (OpenDirectory top = open(tree)) {
                new TreeDeletion(top).run();
            }
        }
        Files.deleteIfExists(tree);
    }

    /** What is in a directory, sorted; nothing when it is none, or a link to one. */
    public static List<Path> list(Path directory) throws IOException {
        try (OpenDirectory opened = open(directory)) {
            return opened.names().stream().map(directory::resolve).sorted().toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
    }

    /**
     * Reads a file where it is trusted who named it, be it behind links: bounded, and never waiting for a pipe; see
     * {@link #read(Path, int)}.
     */
    public static byte[] readTrusted(Path file, int limit) throws IOException {
        Path real = NamespacePath.real(file);
        Path name = real.getFileName();
        if (name == null) {
            throw new ChangedException(real, "it is not a regular file, so it is not read");
        }
        try (OpenDirectory directory = openTrusted(real.resolveSibling(""))) {
            return directory.read(name, limit);
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
        DirectoryStream<Path> opened;
        try {
            // with the dot nothing but a directory is opened: a pipe would be waited for
            opened = stream.newDirectoryStream(name.resolve(ITSELF), LinkOption.NOFOLLOW_LINKS);
        } catch (AccessDeniedException e) {
            opened = stream.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS); // may be listed and not searched
        }
        OpenDirectory directory = of(opened, path.resolve(name));
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
        try (DirectoryStream<Path> entries = stream.newDirectoryStream(ITSELF)) { // each lists once
            entries.forEach(entry -> names.add(Objects.requireNonNull(entry.getFileName(), "an entry has a name")));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    /** What it is itself. */
    public FileFacts facts() throws IOException {
        return FileFacts.of(
                stream.getFileAttributeView(BasicFileAttributeView.class).readAttributes());
    }

    /** What something in it is. */
    public FileFacts facts(Path name) throws IOException {
        return FileFacts.of(view(name).readAttributes());
    }

    /** Whether its owner may do all that with a directory in it. */
    boolean ownerMay(Path name, Set<PosixFilePermission> all) throws IOException {
        return view(name).readAttributes().permissions().containsAll(all);
    }

    public boolean exists(Path name) throws IOException {
        try {
            facts(name);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private PosixFileAttributeView view(Path name) {
        return stream.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Whose something in it is. Java tells that only of a path, so a path is asked, and what it says counts if it leads
     * to that same file.
     *
     * @throws ChangedException when it does not
     */
    public FileOwner owner(Path name, FileFacts facts) throws IOException {
        return owner(path.resolve(name), facts.id());
    }

    /** Whose it is itself. */
    public FileOwner owner() throws IOException {
        return owner(path, id);
    }

    private static FileOwner owner(Path path, FileId expected) throws IOException {
        FileOwner.Found found = FileOwner.at(path);
        if (!found.id().equals(expected)) {
            throw new ChangedException(path, "it was exchanged for something else while it was looked at");
        }
        return found.owner();
    }

    /** Where a link in it leads. */
    public Path target(Path name, FileFacts facts) throws IOException {
        Path target = Files.readSymbolicLink(path.resolve(name));
        owner(name, facts);
        return target;
    }

    /**
     * Opens a regular file to read it.
     *
     * @throws ChangedException when it is something else
     */
    public FileChannel openFile(Path name) throws IOException {
        FileFacts before = requireFile(name);
        FileChannel opened = openToRead(name);
        try {
            if (!requireFile(name).id().equals(before.id())) {
                throw new ChangedException(path.resolve(name), "it was exchanged while it was opened");
            }
            return opened;
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    private FileFacts requireFile(Path name) throws IOException {
        FileFacts facts = facts(name);
        if (!facts.isFile()) {
            throw new ChangedException(path.resolve(name), "it is not a regular file, so it is not read");
        }
        return facts;
    }

    private FileChannel openToRead(Path name) throws IOException {
        if (FileOwner.worksAsRoot()) { // whoever works in a tree of somebody else
            try {
                // a pipe that took the file's place this moment is waited for by whoever only wants to read
                return channel(name, READ_WITHOUT_WAITING);
            } catch (NoSuchFileException e) {
                throw e;
            } catch (FileSystemException e) {
                requireFile(name); // where nobody may write
            }
        }
        return channel(name, READ);
    }

    private FileChannel channel(Path name, Set<OpenOption> options, FileAttribute<?>... attributes) throws IOException {
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

    /**
     * Reads a regular file as a whole.
     *
     * @throws ChangedException when it is something else
     * @throws FileSystemException when it holds more than the limit
     */
    public byte[] read(Path name, int limit) throws IOException {
        return Uninterrupted.call(() -> {
            try (FileChannel file = openFile(name)) {
                long size = file.size();
                if (size > limit) {
                    throw new FileSystemException(
                            path.resolve(name).toString(), null, "it holds " + size + " bytes, more than " + limit);
                }
                ByteBuffer buffer = ByteBuffer.allocate((int) size);
                int got = 0;
                while (buffer.hasRemaining() && got >= 0) {
                    got = file.read(buffer);
                }
                return Arrays.copyOf(buffer.array(), buffer.position());
            }
        });
    }

    /** Makes a file and fills it, and puts it on disk if that is wanted. */
    public void create(Path name, Set<PosixFilePermission> mode, boolean durably, Content content) throws IOException {
        try (FileChannel file = channel(name, NEW_FILE, PosixFilePermissions.asFileAttribute(PRIVATE))) {
            content.writeTo(file);
            if (!mode.equals(PRIVATE)) {
                view(name).setPermissions(mode); // whatever the umask
            }
            if (durably) {
                file.force(true);
            }
        }
    }

    /** Makes a file that belongs to the owner of the directory, and to nobody else. */
    public void createAsOwner(Path name, Content content) throws IOException {
        create(name, PRIVATE, false, content);
        giveToOwner(name);
    }

    /** Gives a regular file that was made here to the owner of the directory. */
    void giveToOwner(Path name) throws IOException {
        PosixFileAttributes own =
                stream.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
        PosixFileAttributeView made = view(name);
        if (!made.readAttributes().owner().equals(own.owner())) {
            requireFile(name);
            made.setGroup(own.group());
            made.setOwner(own.owner());
        }
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

    void setPermissions(Path name, Set<PosixFilePermission> mode) throws IOException {
        try {
            view(name).setPermissions(mode);
        } catch (AccessDeniedException e) {
            // Java opens what it changes, which its owner may not do with a directory of mode 0, such as OverlayFS
            // leaves
            if (FileOwner.worksAsRoot() || !facts(name).isDirectory()) {
                throw e;
            }
            Files.setPosixFilePermissions(path.resolve(name), mode); // it is this user's own, who follows no stranger
        }
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
            try (FileChannel channel = channel(ITSELF, Set.of(StandardOpenOption.READ))) {
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
