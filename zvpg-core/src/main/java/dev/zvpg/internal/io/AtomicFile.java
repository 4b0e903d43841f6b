package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/**
 * Replaces files in one step that survives a power cut: the new content is on disk before it gets the name, and then
 * the name is. Whoever reads sees the old file or the new one. Not interruptible. Thread-safe.
 */
public final class AtomicFile {

    /** What the name of a file ends in until it is whole and takes the place of the old one. */
    public static final String NEW = ".new";

    private static final int GROUP_READS = 0040;

    private AtomicFile() {}

    /** Replaces a file in a directory that is trusted, and so is everything above it. */
    public static void replace(Path file, byte[] content, Set<PosixFilePermission> mode) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path parent = Objects.requireNonNull(absolute.getParent(), "a file is in a directory");
        try (OpenDirectory directory = OpenDirectory.openTrusted(parent)) {
            replace(directory, Path.of(String.valueOf(absolute.getFileName())), content, mode);
        }
    }

    /** The same for a file that is written anew after a power cut anyway: it waits for no disk. */
    public static void replaceUntilPowerCut(Path file, byte[] content, Set<PosixFilePermission> mode)
            throws IOException {
        Path absolute = file.toAbsolutePath();
        Path parent = Objects.requireNonNull(absolute.getParent(), "a file is in a directory");
        try (OpenDirectory directory = OpenDirectory.openTrusted(parent)) {
            Path name = Path.of(String.valueOf(absolute.getFileName()));
            put(directory, name, temporary -> NewFile.create(directory, temporary, mode, false, of(content)));
        }
    }

    /** Replaces a file in an open directory. */
    public static void replace(OpenDirectory directory, Path name, byte[] content, Set<PosixFilePermission> mode)
            throws IOException {
        replace(directory, name, temporary -> NewFile.create(directory, temporary, mode, true, of(content)));
    }

    /**
     * The same with a file that belongs to the directory's owner. As PostgreSQL has it: what the group may do with the
     * directory, it may do with its files, reading at most.
     */
    public static void replaceAsOwner(OpenDirectory directory, Path name, NewFile.Content content) throws IOException {
        String group = (FileOwner.of(directory).mode() & GROUP_READS) == 0 ? "---" : "r--";
        replace(directory, name, temporary -> {
            NewFile.create(directory, temporary, PosixFilePermissions.fromString("rw-" + group + "---"), true, content);
            NewFile.giveToOwner(directory, temporary);
        });
    }

    private interface Maker {
        void make(Path temporary) throws IOException;
    }

    private static void replace(OpenDirectory directory, Path name, Maker maker) throws IOException {
        put(directory, name, maker);
        directory.sync();
    }

    private static void put(OpenDirectory directory, Path name, Maker maker) throws IOException {
        Path temporary = Path.of(name + NEW);
        Uninterrupted.call(() -> {
            boolean done = false;
            try {
                directory.delete(temporary);
                maker.make(temporary);
                directory.move(temporary, name);
                done = true;
            } finally {
                if (!done) {
                    directory.delete(temporary);
                }
            }
            return name;
        });
    }

    /** Content that is at hand. */
    public static NewFile.Content of(byte[] content) {
        return file -> {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
        };
    }
}
