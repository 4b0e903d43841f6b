package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** With the beginnings of streams that ZFS 2.1 has sent. */
class StreamHeadTest {

    private static final byte[] PLAIN = bytes("0000000000000000" + "accbbaf502000000" + "11000c0100000000");
    private static final byte[] RAW = bytes("0000000004040000" + "accbbaf502000000" + "1100080500000000");

    private static byte[] bytes(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    /** As a machine of the other byte order sends it. */
    private static byte[] turned(byte[] head) {
        ByteBuffer from = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer to = ByteBuffer.allocate(head.length);
        to.putInt(from.getInt()).putInt(from.getInt()).putLong(from.getLong()).putLong(from.getLong());
        return to.array();
    }

    @Test
    void aStreamTellsWhetherItHasEmbeddedDataInAnyByteOrder() {
        for (byte[] head : new byte[][] {PLAIN, turned(PLAIN)}) {
            assertThat(StreamHead.of(head)).hasValueSatisfying(stream -> {
                assertThat(stream.isEmbedded()).isTrue();
                assertThat(stream.isRaw()).isFalse();
            });
        }
    }

    @Test
    void aStreamTellsWhetherItIsRawInAnyByteOrder() {
        for (byte[] head : new byte[][] {RAW, turned(RAW)}) {
            assertThat(StreamHead.of(head)).hasValueSatisfying(stream -> {
                assertThat(stream.isRaw()).isTrue();
                assertThat(stream.isEmbedded()).isFalse();
            });
        }
    }

    @Test
    void whatIsNoStreamOrTooShortTellsNothing() {
        assertThat(StreamHead.of(new byte[StreamHead.BYTES])).isEmpty();
        assertThat(StreamHead.of(Arrays.copyOf(PLAIN, StreamHead.BYTES - 1))).isEmpty();
        assertThat(StreamHead.of(new byte[0])).isEmpty();
    }
}
