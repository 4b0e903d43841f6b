package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;

/**
 * A file in an open directory that is read only if it is a regular one: whoever may write the directory may put a link,
 * a pipe or a device in its place at any moment, and none of them is followed or waited for. Thread-safe.
 */
public final class RegularFile {

    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> READ_WITHOUT_WAITING =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final OpenDirectory directory;
    private final Path name;

    RegularFile(OpenDirectory directory, Path name) {
        this.directory = directory;
        this.name = name;
    }

    /**
     * Reads a file where it is trusted who named it, be it behind links: bounded, and never waiting for a pipe.
     *
     * @throws ChangedException when it is no regular file
     * @throws FileSystemException when it holds more than the limit
     */
    public static byte[] readTrusted(Path file, int limit) throws IOException {
        Path real = NamespacePath.real(file);
        Path name = real.getFileName();
        if (name == null) {
            throw isNone(real);
        }
        try (OpenDirectory directory = OpenDirectory.openTrusted(real.resolveSibling(""))) {
            return directory.read(name, limit);
        }
    }

    /** See {@link OpenDirectory#openFile}. */
    FileChannel open() throws IOException {
        FileFacts before = require();
        FileChannel opened = openToRead();
        try {
            if (!require().id().equals(before.id())) {
                throw new ChangedException(path(), "it was exchanged while it was opened");
            }
            return opened;
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    /** Refuses what is something else. */
    FileFacts require() throws IOException {
        FileFacts facts = directory.facts(name);
        if (!facts.isFile()) {
            throw isNone(path());
        }
        return facts;
    }

    private FileChannel openToRead() throws IOException {
        if (FileOwner.worksAsRoot()) { // whoever works in a tree of somebody else
            try {
                // a pipe that took the file's place this moment is waited for by whoever only wants to read
                return directory.channel(name, READ_WITHOUT_WAITING);
            } catch (NoSuchFileException e) {
                throw e;
            } catch (FileSystemException e) {
                require(); // where nobody may write
            }
        }
        return directory.channel(name, READ);
    }

    /** See {@link OpenDirectory#read}. */
    byte[] read(int limit) throws IOException {
        return Uninterrupted.call(() -> {
            try (FileChannel file = open()) {
                long size = file.size();
                if (size > limit) {
                    throw new FileSystemException(
                            path().toString(), null, "it holds " + size + " bytes, more than " + limit);
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

    private Path path() {
        return directory.path().resolve(name);
    }

    private static ChangedException isNone(Path path) {
        return new ChangedException(path, "it is not a regular file, so it is not read");
    }
}
