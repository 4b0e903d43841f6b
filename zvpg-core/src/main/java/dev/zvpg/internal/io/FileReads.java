package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Reads parts of files that may grow and shrink meanwhile.
 *
 * <p>Thread-safe.
 */
public final class FileReads {

    private FileReads() {}

    /**
     * Reads as much as there is room for, or until the file ends, and makes the buffer ready to be read from.
     *
     * @param file what to read from; its own position stays
     * @param from the first byte to read
     * @param buffer what to fill, from its beginning
     * @return the buffer
     */
    public static ByteBuffer fill(FileChannel file, long from, ByteBuffer buffer) throws IOException {
        buffer.clear();
        while (buffer.hasRemaining() && file.read(buffer, from + buffer.position()) >= 0) {
            // until it is full, or the file has become shorter
        }
        return buffer.flip();
    }
}
