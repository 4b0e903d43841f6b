package dev.zvpg.internal.tree;

import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.internal.io.FileOwner;
import dev.zvpg.storage.CopyProgress;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UTFDataFormatException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a tree what a sender says, from its base or from nothing. While that goes on, nobody else can enter the tree, and
 * each directory is this user's before anything in it is touched, so what was looked at stays what it is, also for who was
 * in it before. (Java makes no directories and no links in a directory that is held open.)
 *
 * <p>Used for one tree, by one thread.
 */
public final class TreeReceiver {

    private static final int DIRECTORY_MODE = 0700;
    private static final int FILE_MODE = 0600;

    /** Of what others may do, only what PostgreSQL allows the group is kept. */
    private static final int GROUP_READS = 0050;

    private static final FileAttribute<?> NEW_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> NEW_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final String MODE = "unix:mode";
    private static final String OWNER = "unix:uid";
    private static final int ROOT = 0;

    /** What an entry takes beside its content. */
    private static final long ENTRY_BYTES = 4096;

    private static final String BROKEN = ".zvpg-unlinked";

    private final Path top;
    private final SpareRoom room;
    private final DataInputStream in;
    private final long wholeBytes;
    private final CopyProgress progress;
    private final byte[] bytes = new byte[TreeFormat.MAX_PART];
    private final Deque<ReceivedDirectory> levels = new ArrayDeque<>();
    private long entries;
    private long done;

    /** Works on a tree that nobody else can enter. */
    public interface Closed {
        void with(Path tree) throws IOException;
    }

    private record Head(Path path, int mode) {}

    private TreeReceiver(Path top, InputStream in, long wholeBytes, CopyProgress progress) {
        this.top = top;
        this.room = new SpareRoom(top);
        this.in = new DataInputStream(in);
        this.wholeBytes = wholeBytes;
        this.progress = progress;
    }

    /**
     * Receives a tree.
     *
     * @param top a directory that is this process's, with what the base has, or empty
     * @param in what a sender wrote; read as far as that, and not closed
     * @param wholeBytes what the files have together
     * @param last what is done with it before others may enter it, such as to give its files to them
     * @throws MalformedException when it is not that
     * @throws OutOfSpaceException when the file system becomes too full
     */
    public static void receive(Path top, InputStream in, long wholeBytes, CopyProgress progress, Closed last)
            throws IOException {
        Object owner = Files.getAttribute(top, OWNER, LinkOption.NOFOLLOW_LINKS);
        Object mode = Files.getAttribute(top, MODE, LinkOption.NOFOLLOW_LINKS);
        take(top);
        try {
            new TreeReceiver(top, in, wholeBytes, progress).run();
        } catch (EOFException e) {
            throw new MalformedException("the tree ends in the middle");
        } catch (UTFDataFormatException e) {
            throw new MalformedException("the tree has a name that is no UTF-8");
        }
        last.with(top);
        Files.setAttribute(top, MODE, (Integer) mode & 07777, LinkOption.NOFOLLOW_LINKS);
        if (FileOwner.worksAsRoot()) {
            Files.setAttribute(top, OWNER, owner, LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** Closes a directory to everybody else; called from above, so nobody can exchange it meanwhile. */
    private static void take(Path directory) throws IOException {
        if (FileOwner.worksAsRoot()) {
            Files.setAttribute(directory, OWNER, ROOT, LinkOption.NOFOLLOW_LINKS);
        }
        Files.setAttribute(directory, MODE, DIRECTORY_MODE, LinkOption.NOFOLLOW_LINKS);
    }

    private void run() throws IOException {
        levels.push(ReceivedDirectory.existing(top, 0, FileTime.fromMillis(0)));
        while (true) {
            int kind = in.readUnsignedByte();
            switch (kind) {
                case TreeFormat.DIRECTORY -> enter();
                case TreeFormat.UP -> leave();
                case TreeFormat.SAME_FILE -> sameFile();
                case TreeFormat.FILE -> file();
                case TreeFormat.LINK -> link();
                case TreeFormat.END -> {
                    end();
                    return;
                }
                default -> throw new MalformedException("the tree has an entry of the unknown kind " + kind);
            }
        }
    }

    private void end() throws IOException {
        if (levels.size() != 1 || in.readLong() != entries || in.readLong() != done || done != wholeBytes) {
            throw new MalformedException("the tree does not end as it should");
        }
        levels.pop().removeRest();
        progress.copied(done, done);
    }

    private Head head() throws IOException {
        Path path = next();
        return new Head(path, TreeFormat.mode(in.readUnsignedShort()));
    }

    /** The next entry of the directory that is being filled. */
    private Path next() throws IOException {
        String name = TreeFormat.name(in.readUTF());
        if (++entries > TreeFormat.MAX_ENTRIES) {
            throw new MalformedException("the tree has more than " + TreeFormat.MAX_ENTRIES + " entries");
        }
        room.spend(ENTRY_BYTES);
        return levels.element().next(name);
    }

    private FileTime time() throws IOException {
        return TreeFormat.time(in.readLong(), in.readInt());
    }

    private static Optional<BasicFileAttributes> there(Path path) throws IOException {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                ? Optional.of(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS))
                : Optional.empty();
    }

    private void enter() throws IOException {
        Head head = head();
        FileTime modified = time();
        if (levels.size() > TreeFormat.MAX_DEPTH) {
            throw new MalformedException("the tree is more than " + TreeFormat.MAX_DEPTH + " directories deep");
        }
        int mode = (head.mode & GROUP_READS) | DIRECTORY_MODE;
        Optional<BasicFileAttributes> there = there(head.path);
        if (there.filter(BasicFileAttributes::isDirectory).isPresent()) {
            take(head.path);
            levels.push(ReceivedDirectory.existing(head.path, mode, modified));
        } else {
            levels.element().makeRoom(head.path, there);
            Files.createDirectory(head.path, NEW_DIRECTORY);
            levels.push(ReceivedDirectory.made(head.path, mode, modified));
        }
    }

    private void leave() throws IOException {
        if (levels.size() == 1) {
            throw new MalformedException("the tree leads out of its top");
        }
        ReceivedDirectory directory = levels.pop();
        directory.removeRest();
        label(directory.path(), directory.mode(), directory.modified());
    }

    private static void label(Path path, int mode, FileTime modified) throws IOException {
        Files.setAttribute(path, MODE, mode, LinkOption.NOFOLLOW_LINKS);
        Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(modified, null, null);
    }

    private long size() throws IOException {
        long size = in.readLong();
        if (size < 0 || size > wholeBytes - done) {
            throw new MalformedException("a file of " + size + " bytes makes the tree larger than the " + wholeBytes
                    + " bytes that it may have");
        }
        return size;
    }

    private void sameFile() throws IOException {
        Head head = head();
        long size = size();
        FileTime modified = time();
        BasicFileAttributes there = there(head.path)
                .filter(BasicFileAttributes::isRegularFile)
                .filter(base -> base.size() == size && base.lastModifiedTime().equals(modified))
                .orElseThrow(() -> new MalformedException(
                        top.relativize(head.path) + " should be the base's, and is not the same there"));
        add(there.size());
    }

    private void add(long size) {
        done += size;
        progress.copied(done, Math.max(done, wholeBytes));
    }

    private void file() throws IOException {
        Head head = head();
        long size = size();
        FileTime modified = time();
        boolean fromBase = in.readBoolean();
        Optional<BasicFileAttributes> there = there(head.path);
        if (fromBase) {
            if (there.filter(BasicFileAttributes::isRegularFile).isEmpty()) {
                throw new MalformedException(
                        top.relativize(head.path) + " should be in the base, and is no file there");
            }
            breakLinks(head.path);
        } else {
            levels.element().makeRoom(head.path, there);
            Files.createFile(head.path, NEW_FILE);
        }
        Files.setAttribute(head.path, MODE, FILE_MODE, LinkOption.NOFOLLOW_LINKS);
        try (FileChannel file =
                FileChannel.open(head.path, Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
            if (file.size() > size) {
                file.truncate(size);
            }
            parts(file, size);
            if (file.size() < size) { // it ends with what nobody has written, which reads as zeros
                throw new MalformedException(top.relativize(head.path) + " ends before its " + size + " bytes");
            }
        }
        label(head.path, (head.mode & GROUP_READS & ~0111) | FILE_MODE, modified);
        add(size);
    }

    /** What has another name in the tree must not change with this one. */
    private void breakLinks(Path file) throws IOException {
        if (((Number) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS)).intValue() > 1) {
            room.spend(Files.size(file));
            Path alone = file.resolveSibling(file.getFileName() + BROKEN);
            Files.copy(file, alone, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
            Files.move(alone, file, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private void parts(FileChannel file, long size) throws IOException {
        long last = 0;
        for (long offset = in.readLong(); offset != TreeFormat.NO_MORE_PARTS; offset = in.readLong()) {
            int length = in.readInt();
            if (offset < last || length <= 0 || length > TreeFormat.MAX_PART || offset > size - length) {
                throw new MalformedException("a part of " + length + " bytes at " + offset + " is not in a file of "
                        + size + " bytes, behind " + last);
            }
            room.spend(length);
            in.readFully(bytes, 0, length);
            ByteBuffer part = ByteBuffer.wrap(bytes, 0, length);
            for (long at = offset; part.hasRemaining(); ) {
                at += file.write(part, at);
            }
            last = offset + length;
        }
    }

    private void link() throws IOException {
        Path path = next();
        Path target = TreeFormat.target(in.readUTF(), levels.size() - 1);
        levels.element().makeRoom(path, there(path));
        Files.createSymbolicLink(path, target);
    }
}
