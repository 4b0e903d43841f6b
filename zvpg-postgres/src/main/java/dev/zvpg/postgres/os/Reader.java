package dev.zvpg.postgres.os;

import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.RegularFile;
import dev.zvpg.internal.io.Subprocess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads files with the rights of somebody: what a file of settings names, or a link in its place, is read if its owner
 * could read it himself. The system decides that, at the moment of reading.
 *
 * @param user who reads
 * @param followsIncludes whether it reads what a file of settings includes
 */
public record Reader(ServerUser user, boolean followsIncludes) {

    private static final int MOST_BYTES = 1 << 24;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** With the rights of this JVM, for what it made itself or was told to read. */
    public static Reader own() {
        return new Reader(ServerUser.current(), true);
    }

    /** With the rights of a file's owner and of its group, whether or not they have names here. */
    public static Reader ownerOf(Path file) throws IOException {
        Ownership owner = Ownership.of(file);
        ServerUser current = ServerUser.current();
        return current.uid() != 0 || owner.uid() == 0
                ? own()
                : new Reader(
                        new ServerUser(Integer.toString(owner.uid()), owner.uid(), owner.gid(), Set.of(), true), true);
    }

    /** The same for a file alone, for one that nobody wrote by hand. */
    public Reader withoutIncludes() {
        return new Reader(user, false);
    }

    /**
     * What a file holds, which its owner may have exchanged for a pipe, or for one without an end. Whatever its encoding
     * is, it comes out as it went in.
     */
    public String text(Path file) throws IOException {
        if (!user.switched()) {
            return new String(RegularFile.readTrusted(file, MOST_BYTES), StandardCharsets.ISO_8859_1);
        }
        // a file that is missing or may not be read is told from others by what the shell says of it
        Subprocess read = read(
                file,
                "/bin/sh",
                "-c",
                "test -e \"$1\" || exit 3; test -f \"$1\" || exit 4; exec head -c $2 -- \"$1\"",
                "sh",
                file.toString(),
                Integer.toString(MOST_BYTES + 1));
        String content = read.output(StandardCharsets.ISO_8859_1);
        switch (read.exitCode()) {
            case 0 -> {
                if (content.length() > MOST_BYTES) {
                    throw new FileSystemException(file.toString(), null, "it holds more than " + MOST_BYTES + " bytes");
                }
                return content;
            }
            case 3 -> throw new NoSuchFileException(file.toString());
            case 4 ->
                throw new FileSystemException(file.toString(), null, "it is not a regular file, so it is not read");
            default -> throw new AccessDeniedException(file.toString());
        }
    }

    private Subprocess read(Path file, String... command) throws IOException {
        try {
            return Program.run(user, TIMEOUT, Map.of(), command);
        } catch (ServerException e) { // a pipe by now, that nobody writes into
            throw new FileSystemException(file.toString(), null, "it could not be read: " + e.problem());
        }
    }

    /** What is in a directory, sorted. */
    public List<Path> list(Path directory) throws IOException {
        if (!user.switched()) {
            try (Stream<Path> files = Files.list(directory)) {
                return files.sorted().toList();
            }
        }
        Subprocess names = Program.run(user, TIMEOUT, Map.of(), "ls", "-1", "--", directory.toString());
        if (!names.ok()) {
            throw new NoSuchFileException(directory.toString());
        }
        return names.output().lines().map(directory::resolve).sorted().toList();
    }
}
