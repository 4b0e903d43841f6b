package dev.zvpg.postgres.unchanged;

import dev.zvpg.internal.io.FileReads;
import dev.zvpg.internal.io.MountPoints;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Sha256;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads files of a cluster, one directory after the other. Confined to one thread. */
final class FileContents implements Closeable {

    /** 256 KB. */
    private static final int BLOCK = 1 << 18;

    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs", "rootfs", "overlay");

    private final ByteBuffer here = ByteBuffer.allocateDirect(BLOCK);
    private final ByteBuffer there = ByteBuffer.allocateDirect(BLOCK);
    private final MessageDigest digest = Sha256.begin();
    private @Nullable OpenDirectory directory;

    /**
     * Whether the times of the files in a directory tell of every change. In memory they do not: whoever has mapped a file
     * and has read from it may write to it unnoticed (tmpfs has no {@code page_mkwrite}, mm/shmem.c of the Linux kernel). An
     * overlay that is not ours may be on top of that.
     */
    static boolean timesTell(Path directory) throws IOException {
        return MountPoints.types(directory).stream().noneMatch(IN_MEMORY::contains);
    }

    /** The SHA-256 of a regular file, or that it cannot be read. */
    String digest(Path file) throws IOException {
        try (FileChannel opened = open(file)) {
            long at = 0;
            while (FileReads.fill(opened, at, here).hasRemaining()) {
                at += here.remaining();
                digest.update(here);
            }
            return Sha256.end(digest);
        } catch (FileSystemException e) { // somebody has closed it, or has put something in its way
            digest.reset();
            return "cannot be read";
        }
    }

    /**
     * Whether two files hold the same.
     *
     * @param file one that somebody may have put there
     * @param trusted one that nobody changes
     */
    boolean isSame(Path file, Path trusted) throws IOException {
        try (FileChannel opened = open(file);
                FileChannel original = FileChannel.open(trusted, StandardOpenOption.READ)) {
            for (long at = 0; at < original.size(); at += BLOCK) {
                if (!FileReads.fill(opened, at, here).equals(FileReads.fill(original, at, there))) {
                    return false;
                }
            }
            return opened.size() == original.size();
        }
    }

    private FileChannel open(Path file) throws IOException {
        Path parent = file.resolveSibling("");
        OpenDirectory opened = directory;
        if (opened == null || !opened.path().equals(parent)) {
            close();
            opened = OpenDirectory.open(parent);
            directory = opened;
        }
        return opened.openFile(file.getFileName());
    }

    @Override
    public void close() throws IOException {
        OpenDirectory opened = directory;
        directory = null;
        if (opened != null) {
            opened.close();
        }
    }
}
