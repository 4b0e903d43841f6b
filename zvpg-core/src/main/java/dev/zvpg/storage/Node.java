package dev.zvpg.storage;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * One file, directory or link of a tree to be copied.
 *
 * <p>Immutable.
 *
 * @param identity tells hard links to one file from different files
 */
record Node(
        Path source,
        Path target,
        Kind kind,
        int mode,
        int uid,
        int gid,
        int links,
        Identity identity,
        long size,
        FileTime modified) {

    private static final String WANTED =
            "unix:mode,uid,gid,nlink,dev,ino,size,lastModifiedTime,isDirectory,isSymbolicLink,isRegularFile";
    private static final int PERMISSIONS = 07777;
    /** The same as {@link #DIRECTORY_MODE}. */
    static final int NEW_DIRECTORY = 0700;

    private static final int NEW_FILE = 0600;
    private static final int ROOT = 0;

    /** What it is. */
    enum Kind {
        DIRECTORY,
        FILE,
        LINK,
        /** A socket, pipe or device: it belongs to a running program or to the system, not to the data. */
        SPECIAL
    }

    /** What a directory of a tree is made with, so that nobody else looks in before it has its own mode. */
    static final FileAttribute<?> DIRECTORY_MODE = mode("rwx------");

    /** What a file of a tree is made with. */
    static final FileAttribute<?> FILE_MODE = mode("rw-------");

    private static FileAttribute<?> mode(String mode) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
    }

    /** An inode. */
    record Identity(long device, long inode) {}

    static Node read(Path source, Path target) throws IOException {
        Map<String, Object> found = Files.readAttributes(source, WANTED, LinkOption.NOFOLLOW_LINKS);
        Kind kind = is(found, "isRegularFile")
                ? Kind.FILE
                : is(found, "isDirectory") ? Kind.DIRECTORY : is(found, "isSymbolicLink") ? Kind.LINK : Kind.SPECIAL;
        return new Node(
                source,
                target,
                kind,
                number(found, "mode").intValue() & PERMISSIONS,
                number(found, "uid").intValue(),
                number(found, "gid").intValue(),
                number(found, "nlink").intValue(),
                new Identity(
                        number(found, "dev").longValue(), number(found, "ino").longValue()),
                number(found, "size").longValue(),
                (FileTime) found.getOrDefault("lastModifiedTime", FileTime.fromMillis(0)));
    }

    private static boolean is(Map<String, Object> found, String name) {
        return Boolean.TRUE.equals(found.get(name));
    }

    private static Number number(Map<String, Object> found, String name) {
        return found.get(name) instanceof Number number ? number : 0;
    }

    /**
     * Gives the copy the owner, time and mode of the original. Who may not give files away keeps them, as with {@code cp -a}.
     *
     * @param made what this process made, to see whom it makes things for
     */
    void label(Node made) throws IOException {
        if (uid != made.uid) {
            give("unix:uid", uid, made.uid == ROOT);
        }
        if (gid != made.gid) {
            give("unix:gid", gid, made.uid == ROOT);
        }
        if (kind == Kind.LINK) {
            return; // a link has no mode, and nobody asks for its time
        }
        Files.getFileAttributeView(target, BasicFileAttributeView.class).setTimes(modified, null, null);
        if (mode != (kind == Kind.DIRECTORY ? NEW_DIRECTORY : NEW_FILE)) {
            Files.setAttribute(target, "unix:mode", mode);
        }
    }

    private void give(String attribute, int to, boolean mustWork) throws IOException {
        try {
            Files.setAttribute(target, attribute, to, LinkOption.NOFOLLOW_LINKS);
        } catch (FileSystemException e) {
            if (mustWork) {
                throw e;
            }
        }
    }
}
