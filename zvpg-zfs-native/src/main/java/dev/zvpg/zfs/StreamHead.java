package dev.zvpg.zfs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What the beginning of a stream says of all of it: {@code dmu_replay_record_t} and {@code drr_begin} of
 * {@code sys/zfs_ioctl.h}.
 *
 * <p>Immutable.
 *
 * @param features {@code DMU_BACKUP_FEATURE_*}
 */
record StreamHead(long features) {

    /** How much of the stream tells it. */
    static final int BYTES = 24;

    private static final int MAGIC_AT = 8;
    private static final int VERSION_AT = 16;
    private static final long MAGIC = 0x2F5bacbacL;

    // of the version, the two lowest bits are the kind of stream
    private static final int FEATURES_AT = 2;
    private static final long FEATURES = (1L << 30) - 1;
    private static final long EMBEDDED = 1L << 16;
    private static final long RAW = 1L << 24;

    /** Reads it in the byte order of whoever has sent it; empty where it is something else, of which the kernel says what. */
    static Optional<StreamHead> of(byte[] bytes) {
        if (bytes.length < BYTES) {
            return Optional.empty();
        }
        ByteBuffer head = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (head.getLong(MAGIC_AT) != MAGIC) {
            head.order(ByteOrder.BIG_ENDIAN);
        }
        return head.getLong(MAGIC_AT) == MAGIC
                ? Optional.of(new StreamHead(head.getLong(VERSION_AT) >>> FEATURES_AT & FEATURES))
                : Optional.empty();
    }

    /** Whether small blocks are where their addresses would be, and so in none that could be encrypted. */
    boolean isEmbedded() {
        return (features & EMBEDDED) != 0;
    }

    /** Whether it is encrypted as it was there, by {@code zfs send -w}. */
    boolean isRaw() {
        return (features & RAW) != 0;
    }
}
