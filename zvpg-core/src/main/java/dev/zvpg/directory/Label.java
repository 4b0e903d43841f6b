package dev.zvpg.directory;

import dev.zvpg.internal.io.FileOwner;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * What is written on a file beside its contents, and on its copy.
 *
 * <p>Immutable.
 */
record Label(FileOwner owner, FileTime modified) {

    /** What a directory of a tree is made with, so that nobody else looks in before it has its own mode. */
    static final FileAttribute<?> DIRECTORY_MODE = mode("rwx------");

    /** What a file of a tree is made with. */
    static final FileAttribute<?> FILE_MODE = mode("rw-------");

    private static FileAttribute<?> mode(String mode) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
    }

    /**
     * Puts it on a copy that nobody else can reach yet. Who may not give files away keeps them, as with {@code cp -a}.
     *
     * @param made the owner of what this process makes there
     */
    void putOn(Path copy, FileOwner made) throws IOException {
        putOnLink(copy, made);
        Files.getFileAttributeView(copy, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(modified, null, null);
        Files.setAttribute(copy, "unix:mode", owner.mode(), LinkOption.NOFOLLOW_LINKS);
    }

    /** The same on a link, which has no mode, and nobody asks for its time. */
    void putOnLink(Path copy, FileOwner made) throws IOException {
        if (owner.uid() != made.uid()) {
            give(copy, "unix:uid", owner.uid());
        }
        if (owner.gid() != made.gid()) {
            give(copy, "unix:gid", owner.gid());
        }
    }

    private static void give(Path copy, String attribute, int to) throws IOException {
        try {
            Files.setAttribute(copy, attribute, to, LinkOption.NOFOLLOW_LINKS);
        } catch (FileSystemException e) {
            if (FileOwner.worksAsRoot()) {
                throw e;
            }
        }
    }
}
