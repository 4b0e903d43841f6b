package dev.zvpg.internal.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.internal.tree.MalformedException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Reads and writes frames and messages. Thread-safe. */
public final class Frames {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Frames() {}

    /** Where frames come from. */
    interface Source {
        Frame next() throws IOException;
    }

    /** Where frames go. */
    interface Sink {
        void write(int kind, byte[] content, int length) throws IOException;
    }

    /** The frames of a file. */
    static Source of(InputStream in) {
        return () -> readWhole(in);
    }

    /** A file that ends too early is a damaged one. */
    private static Frame readWhole(InputStream in) throws IOException {
        try {
            return read(in);
        } catch (EOFException e) {
            throw new MalformedException("the file ends in the middle");
        }
    }

    /** The frames of a file. */
    static Sink to(OutputStream out) {
        return (kind, content, length) -> write(out, kind, content, length);
    }

    static void write(OutputStream out, int kind, byte[] content, int length) throws IOException {
        byte[] header = new byte[Frame.HEADER_BYTES];
        header[0] = (byte) kind;
        put(header, 1, length);
        put(header, 1 + Integer.BYTES, Frame.checksum(kind, content, length));
        out.write(header);
        out.write(content, 0, length);
    }

    /**
     * Reads one.
     *
     * @throws EOFException when there is none, or not all of one
     * @throws MalformedException when it is none
     */
    static Frame read(InputStream in) throws IOException {
        byte[] header = in.readNBytes(Frame.HEADER_BYTES);
        if (header.length < Frame.HEADER_BYTES) {
            throw new EOFException("the stream ended");
        }
        int kind = header[0];
        int length = get(header, 1);
        int most = Frame.most(kind);
        if (length < 0 || length > most) {
            throw new MalformedException(
                    most < 0
                            ? "what came is no frame of zvpg (it begins with the byte " + (kind & 0xFF) + ")"
                            : "a frame of kind '" + (char) kind + "' has " + length + " bytes, more than " + most);
        }
        byte[] content = in.readNBytes(length);
        if (content.length < length) {
            throw new EOFException("the stream ended in the middle of a frame");
        }
        if (Frame.checksum(kind, content, length) != get(header, 1 + Integer.BYTES)) {
            throw new MalformedException("the checksum of a frame does not fit: it was changed on its way");
        }
        return new Frame(kind, content);
    }

    static void put(byte[] bytes, int at, int value) {
        for (int i = 0; i < Integer.BYTES; i++) {
            bytes[at + i] = (byte) (value >>> (24 - 8 * i));
        }
    }

    static int get(byte[] bytes, int at) {
        int value = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            value = (value << 8) | (bytes[at + i] & 0xFF);
        }
        return value;
    }

    static byte[] bytes(ObjectNode message) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(message);
        if (bytes.length > Frame.MAX_MESSAGE) {
            throw new IOException("a message has " + bytes.length + " bytes, more than " + Frame.MAX_MESSAGE);
        }
        return bytes;
    }

    static ObjectNode message(Frame frame) throws IOException {
        if (frame.kind() != Frame.MESSAGE) {
            throw new MalformedException("a frame of kind '" + (char) frame.kind() + "' came instead of a message");
        }
        try {
            if (JSON.readTree(frame.content()) instanceof ObjectNode message) {
                return message;
            }
        } catch (JsonProcessingException e) {
            MalformedException malformed = new MalformedException("a message is no JSON");
            malformed.initCause(e);
            throw malformed;
        }
        throw new MalformedException("a message is no JSON object");
    }

    /** Writes a message into a file. */
    public static void write(OutputStream out, ObjectNode message) throws IOException {
        byte[] bytes = bytes(message);
        write(out, Frame.MESSAGE, bytes, bytes.length);
    }

    /** Reads a message from a file. */
    public static ObjectNode readMessage(InputStream in) throws IOException {
        return message(readWhole(in));
    }

    /** A message that is all of a file. */
    public static ObjectNode parse(byte[] json) throws IOException {
        return message(new Frame(Frame.MESSAGE, json));
    }

    /** A new message. */
    public static ObjectNode message() {
        return JSON.createObjectNode();
    }
}
