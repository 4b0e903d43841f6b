package dev.zvpg.zfs;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.InflaterInputStream;

/**
 * Where a stream goes on.
 *
 * <p>Immutable.
 *
 * @param to the global identity of the snapshot
 * @param from that of the snapshot that it was sent on top of; 0 for none
 * @param object how far the receiver is: an object
 * @param offset and an offset in it
 */
record ResumePoint(long to, long from, long object, long offset) {

    private static final int PARTS = 4;
    private static final Pattern TEXT = Pattern.compile("(-?\\d{1,19}) (-?\\d{1,19}) (\\d{1,18}) (\\d{1,18})");

    // nvs_header_t, nvpair_t and data_type_t of sys/nvpair.h and nvpair.c
    private static final int NATIVE = 0;
    private static final int LITTLE_ENDIAN = 1;
    private static final int LIST_BYTES = 4 + 8;
    private static final int NAME_SIZE = 4;
    private static final int TYPE = 12;
    private static final int NAME = 16;
    private static final int UINT64 = 8;

    /**
     * Reads what the kernel says, {@code get_receive_resume_token_impl} in {@code dsl_dataset.c}: version, checksum, size,
     * and a compressed list in hexadecimal digits, as it is in the kernel's memory. Only the numbers in it go to another
     * machine, which need not trust the rest.
     */
    static Optional<ResumePoint> ofToken(String token) {
        String[] parts = token.split("-", -1);
        if (parts.length != PARTS) {
            return Optional.empty();
        }
        try (InputStream in =
                new InflaterInputStream(new ByteArrayInputStream(HexFormat.of().parseHex(parts[PARTS - 1])))) {
            Map<String, Long> numbers = numbers(ByteBuffer.wrap(in.readAllBytes()));
            return Optional.of(new ResumePoint(
                    numbers.getOrDefault("toguid", 0L),
                    numbers.getOrDefault("fromguid", 0L),
                    numbers.getOrDefault("object", 0L),
                    numbers.getOrDefault("offset", 0L)));
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    /** The numbers of a list in the encoding of this machine: each pair tells its size, and its parts begin at every 8 bytes. */
    private static Map<String, Long> numbers(ByteBuffer list) throws IOException {
        if (list.get(0) != NATIVE) {
            throw new IOException("the kernel writes another encoding");
        }
        list.order(list.get(1) == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        Map<String, Long> numbers = new HashMap<>();
        int size;
        for (int pair = LIST_BYTES; (size = list.getInt(pair)) > 0; pair += size) {
            int nameBytes = list.getShort(pair + NAME_SIZE);
            if (list.getInt(pair + TYPE) == UINT64) {
                byte[] name = new byte[nameBytes - 1]; // without its closing zero
                list.get(pair + NAME, name);
                int value = pair + (NAME + nameBytes + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
                numbers.put(new String(name, StandardCharsets.UTF_8), list.getLong(value));
            }
        }
        return numbers;
    }

    /** How it is written for the sender. */
    String text() {
        return to + " " + from + " " + object + " " + offset;
    }

    /** Reads what a receiver has written, or somebody else; empty where it is something else. */
    static Optional<ResumePoint> of(String text) {
        Matcher numbers = TEXT.matcher(text);
        if (!numbers.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ResumePoint(
                    Long.parseLong(numbers.group(1)),
                    Long.parseLong(numbers.group(2)),
                    Long.parseLong(numbers.group(3)),
                    Long.parseLong(numbers.group(4))));
        } catch (NumberFormatException e) { // one that no long holds
            return Optional.empty();
        }
    }
}
