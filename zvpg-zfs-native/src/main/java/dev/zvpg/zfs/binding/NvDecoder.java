package dev.zvpg.zfs.binding;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Reads an nvlist from its XDR encoding: RFC 4506's numbers and strings (big-endian, padded to 4 bytes) in the frame
 * that libnvpair gives them.
 *
 * <pre>
 * stream  4 bytes of encoding, then one list
 * list    version, flags, pairs, 0, 0
 * pair    encoded size, decoded size, name, type, number of elements, value
 * </pre>
 *
 * <p>Confined to the thread that opened it.
 */
public final class NvDecoder {

    // data_type_t of sys/nvpair.h
    private static final int BOOLEAN = 1;
    private static final int BYTE = 2;
    private static final int INT16 = 3;
    private static final int UINT16 = 4;
    private static final int INT32 = 5;
    private static final int UINT32 = 6;
    private static final int INT64 = 7;
    private static final int UINT64 = 8;
    private static final int STRING = 9;
    private static final int BYTE_ARRAY = 10;
    private static final int INT16_ARRAY = 11;
    private static final int UINT16_ARRAY = 12;
    private static final int INT32_ARRAY = 13;
    private static final int UINT32_ARRAY = 14;
    private static final int INT64_ARRAY = 15;
    private static final int UINT64_ARRAY = 16;
    private static final int STRING_ARRAY = 17;
    private static final int HRTIME = 18;
    private static final int NVLIST = 19;
    private static final int NVLIST_ARRAY = 20;
    private static final int BOOLEAN_VALUE = 21;
    private static final int INT8 = 22;
    private static final int UINT8 = 23;
    private static final int BOOLEAN_ARRAY = 24;
    private static final int INT8_ARRAY = 25;
    private static final int UINT8_ARRAY = 26;
    private static final int DOUBLE = 27;

    private static final int STREAM_HEADER_BYTES = 4;

    private final ByteBuffer in;

    private NvDecoder(byte[] bytes) {
        this.in = ByteBuffer.wrap(bytes); // big-endian, as XDR is
    }

    public static Map<String, Object> decode(byte[] bytes) {
        NvDecoder decoder = new NvDecoder(bytes);
        decoder.in.position(STREAM_HEADER_BYTES);
        return decoder.list();
    }

    private Map<String, Object> list() {
        in.getInt(); // version
        in.getInt(); // flags
        Map<String, Object> values = new LinkedHashMap<>();
        while (true) {
            // sizes are for the frame's end only: an empty array's counts a word that is not there
            int encodedSize = in.getInt();
            int decodedSize = in.getInt();
            if (encodedSize == 0 && decodedSize == 0) {
                return values;
            }
            String name = string();
            int type = in.getInt();
            int elements = in.getInt();
            values.put(name, value(name, type, elements));
        }
    }

    private Object value(String name, int type, int elements) {
        return switch (type) {
            case BOOLEAN -> Flag.SET;
            case BOOLEAN_VALUE -> in.getInt() != 0;
            case BYTE, INT8 -> (byte) in.getInt();
            case UINT8 -> (short) (in.getInt() & 0xff);
            case INT16 -> (short) in.getInt();
            case UINT16 -> in.getInt() & 0xffff;
            case INT32 -> in.getInt();
            case UINT32 -> Integer.toUnsignedLong(in.getInt());
            case INT64, UINT64, HRTIME -> in.getLong();
            case DOUBLE -> in.getDouble();
            case STRING -> string();
            case NVLIST -> list();
            default -> array(name, type, elements);
        };
    }

    private Object array(String name, int type, int elements) {
        return switch (type) {
            case BYTE_ARRAY -> bytes(elements);
            case STRING_ARRAY -> repeat(elements, i -> string()).toArray(String[]::new);
            case NVLIST_ARRAY -> repeat(elements, i -> list());
            default -> {
                // XDR's own arrays: the number of elements stands before them once more, unless there are none
                if (elements > 0) {
                    in.getInt();
                }
                yield numbers(name, type, elements);
            }
        };
    }

    private Object numbers(String name, int type, int elements) {
        return switch (type) {
            case INT8_ARRAY, UINT8_ARRAY -> {
                byte[] numbers = new byte[elements];
                for (int i = 0; i < elements; i++) {
                    numbers[i] = (byte) in.getInt();
                }
                yield numbers;
            }
            case INT16_ARRAY, UINT16_ARRAY, INT32_ARRAY, UINT32_ARRAY -> {
                int[] numbers = new int[elements];
                for (int i = 0; i < elements; i++) {
                    numbers[i] = in.getInt();
                }
                yield numbers;
            }
            case INT64_ARRAY, UINT64_ARRAY -> {
                long[] numbers = new long[elements];
                for (int i = 0; i < elements; i++) {
                    numbers[i] = in.getLong();
                }
                yield numbers;
            }
            case BOOLEAN_ARRAY -> {
                boolean[] truths = new boolean[elements];
                for (int i = 0; i < elements; i++) {
                    truths[i] = in.getInt() != 0;
                }
                yield truths;
            }
            default -> throw new IllegalStateException("the value of " + name + " has the unknown type " + type);
        };
    }

    private static <T> List<T> repeat(int times, IntFunction<T> read) {
        List<T> values = new ArrayList<>(times);
        for (int i = 0; i < times; i++) {
            values.add(read.apply(i));
        }
        return values;
    }

    private String string() {
        return new String(bytes(in.getInt()), StandardCharsets.UTF_8);
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        in.position((in.position() + 3) & ~3);
        return bytes;
    }
}
