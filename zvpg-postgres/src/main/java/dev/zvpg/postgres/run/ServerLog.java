package dev.zvpg.postgres.run;

import dev.zvpg.internal.io.FileReads;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.ServerUser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The log of one run: everything that was appended to the file since the run began.
 *
 * @param begin where the run begins in the file, in bytes
 */
public record ServerLog(Path file, long begin) {

    private static final long SET_ASIDE_BYTES = 16L << 20;
    /** The least that is left of a disk that is not full: a block. */
    private static final long FULL_BYTES = 4096;

    private static final int TAIL_BYTES = 32 * 1024;

    /** Opens it for a new run; the server's user can append to it. */
    public static ServerLog begin(ServerUser user, Path file) {
        try {
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && user.owns(file)) {
                if (Files.size(file) <= SET_ASIDE_BYTES) {
                    return new ServerLog(file, Files.size(file));
                }
                Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            }
            OpenDirectory.deleteTree(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            user.own(file);
            return new ServerLog(file, 0);
        } catch (IOException e) {
            throw Failures.of("cannot write the log " + file, e);
        }
    }

    /** The last lines of the run, oldest first. */
    public List<String> lastLines() {
        List<String> lines = tail().lines().filter(line -> !line.isBlank()).toList();
        return lines.subList(Math.max(0, lines.size() - Program.LINES), lines.size());
    }

    /** Whether the server ended because it could not get its port. */
    boolean saysPortTaken() {
        return tail().lines().anyMatch(line -> line.contains("could not bind") && line.contains("already in use"));
    }

    /** Whether nothing more can be written to it; a server that ends then does so without a word. */
    boolean isOnFullDisk() {
        try {
            return Files.getFileStore(file).getUsableSpace() < FULL_BYTES;
        } catch (IOException e) {
            return false;
        }
    }

    private String tail() {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long from = Math.max(begin, channel.size() - TAIL_BYTES);
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(0, channel.size() - from));
            return new String(
                    buffer.array(), 0, FileReads.fill(channel, from, buffer).limit(), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            // it illustrates another failure, which must not be hidden by this one
            return "(the log " + file + " cannot be read: " + e + ")";
        }
    }
}
