package dev.zvpg.internal.wire;

import java.util.zip.CRC32C;

/** What is sent as one. Its content is whoever's it was given to, and not copied. */
final class Frame {

    /** JSON. */
    static final int MESSAGE = 'J';

    /** Data as it is. */
    static final int DATA = 'D';

    /** Data that is compressed: its length before that, then what {@link java.util.zip.Deflater} made of it. */
    static final int DEFLATED = 'Z';

    /** No more data: the SHA-256 of what it was, before it was compressed. */
    static final int END = 'E';

    /** Nothing, so that the other side knows that this one lives. */
    static final int HEARTBEAT = 'H';

    /** The most bytes of data in one: 256 KB. */
    static final int MAX_DATA = 1 << 18;

    /** The most bytes of a message: 16 MB, which are a hundred thousand snapshots. */
    static final int MAX_MESSAGE = 1 << 24;

    /** The most bytes of one that does not hold all refs: 1 MB. */
    static final int USUAL_MESSAGE = 1 << 20;

    static final int SHA256_BYTES = 32;

    static final int HEADER_BYTES = 1 + Integer.BYTES + Integer.BYTES;

    private final int kind;
    private final byte[] content;

    Frame(int kind, byte[] content) {
        this.kind = kind;
        this.content = content;
    }

    int kind() {
        return kind;
    }

    byte[] content() {
        return content;
    }

    /** How long a content of some kind may be; negative for an unknown kind. */
    static int most(int kind) {
        return switch (kind) {
            case MESSAGE -> MAX_MESSAGE;
            case DATA -> MAX_DATA;
            case DEFLATED -> MAX_DATA + Integer.BYTES;
            case END -> SHA256_BYTES;
            case HEARTBEAT -> 0;
            default -> -1;
        };
    }

    static int checksum(int kind, byte[] content, int length) {
        CRC32C crc = new CRC32C();
        crc.update(kind);
        crc.update(length >>> 24);
        crc.update(length >>> 16);
        crc.update(length >>> 8);
        crc.update(length);
        crc.update(content, 0, length);
        return (int) crc.getValue();
    }
}
