package dev.zvpg.postgres.report;

import dev.zvpg.RunningServer;
import dev.zvpg.internal.io.FileReads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Reads what a server logs from some moment on. Immutable.
 *
 * @param begin where that begins in the file, in bytes: a clone from a pool may have served another test before
 */
public record LogTail(Path file, long begin) {

    private static final int LINES = 20;
    private static final int BYTES = 32 * 1024;

    /** Reads it from this moment on. */
    public static LogTail fromNowOn(RunningServer server) {
        try {
            return new LogTail(server.logFile(), Files.size(server.logFile()));
        } catch (IOException e) {
            return new LogTail(server.logFile(), 0);
        }
    }

    /** Returns the last {@value #LINES} lines of the last 32 KB, oldest first, without the blank ones. */
    List<String> lines() {
        List<String> lines = text().lines().filter(line -> !line.isBlank()).toList();
        return lines.subList(Math.max(0, lines.size() - LINES), lines.size());
    }

    private String text() {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long from = Math.max(begin, channel.size() - BYTES);
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(0, channel.size() - from));
            return new String(
                    buffer.array(), 0, FileReads.fill(channel, from, buffer).limit(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            // it illustrates another failure, which must not be hidden by this one
            return "(the log " + file + " cannot be read: " + e + ")";
        }
    }
}
