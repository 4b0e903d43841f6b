package dev.zvpg.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads what {@code btrfs send --no-data -p} writes: what has to be done to one tree to make another one of it, with
 * the places of the data but without the data. Format, commands and attributes are those of version 1 in the kernel's
 * {@code fs/btrfs/send.h}; whatever is not in there is refused, because it may change a file in a way that is not told
 * here. Checksums are not looked at: the stream has come through a pipe of this machine.
 */
final class SendStream {

    private static final byte[] MAGIC = "btrfs-stream\0".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;

    /** Its length, its number, and its checksum. */
    private static final int COMMAND_HEADER = Integer.BYTES + Short.BYTES + Integer.BYTES;

    private static final int ATTRIBUTE_HEADER = 2 * Short.BYTES;
    private static final int UNSIGNED = 0xffff;

    // enum btrfs_send_cmd
    private static final int SNAPSHOT = 2;
    private static final int MKFILE = 3;
    private static final int MKDIR = 4;
    private static final int MKNOD = 5;
    private static final int MKFIFO = 6;
    private static final int MKSOCK = 7;
    private static final int SYMLINK = 8;
    private static final int RENAME = 9;
    private static final int LINK = 10;
    private static final int UNLINK = 11;
    private static final int RMDIR = 12;
    private static final int SET_XATTR = 13;
    private static final int REMOVE_XATTR = 14;
    private static final int WRITE = 15;
    private static final int CLONE = 16;
    private static final int TRUNCATE = 17;
    private static final int CHMOD = 18;
    private static final int CHOWN = 19;
    private static final int UTIMES = 20;
    private static final int END = 21;
    private static final int UPDATE_EXTENT = 22;

    // BTRFS_SEND_A_...
    private static final int SIZE = 4;
    private static final int PATH = 15;
    private static final int PATH_TO = 16;
    private static final int PATH_LINK = 17;
    private static final int FILE_OFFSET = 18;
    private static final int DATA = 19;
    private static final int CLONE_LENGTH = 24;

    private final Receiver receiver;

    private SendStream(Receiver receiver) {
        this.receiver = receiver;
    }

    /**
     * Is told what is to be done, in order. A path is below the top, as it is at that moment, each of its bytes one
     * character of ISO 8859-1.
     */
    interface Receiver {

        /** Something new, of whichever kind. */
        void made(String path) throws IOException;

        void renamed(String from, String to) throws IOException;

        /** Another name of a file. */
        void linked(String existing, String name) throws IOException;

        void removed(String path) throws IOException;

        /** Something that was there before is not quite the same: at least one of its attributes was changed. */
        void touched(String path) throws IOException;

        /** The bytes from one offset to another, which may be behind the end of the file. */
        void written(String path, long begin, long end) throws IOException;
    }

    /**
     * Reads a stream to its end.
     *
     * @throws IOException when it is cut off, or is not of the version that is known here
     */
    static void read(byte[] stream, Receiver receiver) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < MAGIC.length + Integer.BYTES
                || !in.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
            throw new IOException("that is no stream of btrfs send");
        }
        int version = in.position(MAGIC.length).getInt();
        if (version != VERSION) {
            throw new IOException("the stream's version is " + version);
        }
        SendStream reader = new SendStream(receiver);
        while (reader.command(in)) {
            // the next one
        }
        if (in.hasRemaining()) {
            throw new IOException("something follows the end of the stream");
        }
    }

    /** Whether that was not the end. */
    private boolean command(ByteBuffer in) throws IOException {
        if (in.remaining() < COMMAND_HEADER) {
            throw cutOff();
        }
        int length = in.getInt();
        int command = in.getShort() & UNSIGNED;
        in.getInt();
        if (command == END) {
            skip(in, length);
            return false;
        }
        apply(command, new Attributes(skip(in, length)));
        return true;
    }

    private static ByteBuffer skip(ByteBuffer in, int length) throws IOException {
        if (length < 0 || length > in.remaining()) {
            throw cutOff();
        }
        ByteBuffer skipped = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + length);
        return skipped;
    }

    private static IOException cutOff() {
        return new IOException("the stream is cut off");
    }

    private void apply(int command, Attributes given) throws IOException {
        String path = given.text(PATH);
        switch (command) {
            case SNAPSHOT -> {} // names the tree, and what it starts from
            case MKFILE, MKDIR, MKNOD, MKFIFO, MKSOCK, SYMLINK -> receiver.made(path);
            case RENAME -> receiver.renamed(path, given.text(PATH_TO));
            case LINK -> receiver.linked(given.text(PATH_LINK), path);
            case UNLINK, RMDIR -> receiver.removed(path);
            case SET_XATTR, REMOVE_XATTR, CHMOD, CHOWN, UTIMES -> receiver.touched(path);
            case WRITE ->
                written(path, given.number(FILE_OFFSET), given.of(DATA).remaining());
            case CLONE -> written(path, given.number(FILE_OFFSET), given.number(CLONE_LENGTH));
            case UPDATE_EXTENT -> written(path, given.number(FILE_OFFSET), given.number(SIZE));
            // not only to its last size: a hole at the end is told as being cut off there, and made longer again
            case TRUNCATE -> written(path, given.number(SIZE), Long.MAX_VALUE - given.number(SIZE));
            default -> throw new IOException("the stream's command " + command + " is not known");
        }
    }

    private void written(String path, long offset, long length) throws IOException {
        if (offset < 0 || length < 0 || offset + length < 0) {
            throw new IOException(
                    "the stream tells of a part of a file that begins at " + offset + " and has " + length);
        }
        receiver.written(path, offset, offset + length);
    }

    /** What a command is given. */
    private static final class Attributes {

        private final Map<Integer, ByteBuffer> values = new HashMap<>();

        Attributes(ByteBuffer in) throws IOException {
            while (in.hasRemaining()) {
                if (in.remaining() < ATTRIBUTE_HEADER) {
                    throw cutOff();
                }
                int attribute = in.getShort() & UNSIGNED;
                values.put(attribute, skip(in, in.getShort() & UNSIGNED));
            }
        }

        ByteBuffer of(int attribute) throws IOException {
            ByteBuffer value = values.get(attribute);
            if (value == null) {
                throw new IOException("a command of the stream has no attribute " + attribute);
            }
            return value;
        }

        long number(int attribute) throws IOException {
            ByteBuffer value = of(attribute);
            if (value.remaining() != Long.BYTES) {
                throw new IOException("attribute " + attribute + " of a command of the stream is no number");
            }
            return value.getLong(0);
        }

        String text(int attribute) throws IOException {
            return StandardCharsets.ISO_8859_1.decode(of(attribute).duplicate()).toString();
        }
    }
}
