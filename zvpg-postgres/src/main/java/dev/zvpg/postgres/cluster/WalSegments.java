package dev.zvpg.postgres.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Positions in the write-ahead log and the names of the files that hold it; see
 * {@code src/include/access/xlog_internal.h}.
 *
 * @param bytes the size of a segment, 16 MB unless the cluster was made otherwise
 */
public record WalSegments(int timeline, long bytes) {

    private static final int HIGH = 32;
    private static final long LOW_MASK = 0xFFFF_FFFFL;

    /** As PostgreSQL writes it, such as {@code 0/16B3748}. */
    public static String format(long position) {
        return String.format(Locale.ROOT, "%X/%X", position >>> HIGH, position & LOW_MASK);
    }

    /** What PostgreSQL wrote. */
    public static long parse(String position) {
        String[] halves = position.split("/", -1);
        return Long.parseLong(halves[0], 16) << HIGH | Long.parseLong(halves[1], 16);
    }

    /** The files that hold the log from the record that begins at one position to the record that ends at another. */
    public List<String> names(long begin, long end) {
        List<String> names = new ArrayList<>();
        for (long segment = begin / bytes; segment <= (end - 1) / bytes; segment++) {
            names.add(name(segment));
        }
        return names;
    }

    private String name(long segment) {
        long perHighHalf = (1L << HIGH) / bytes;
        return String.format(Locale.ROOT, "%08X%08X%08X", timeline, segment / perHighHalf, segment % perHighHalf);
    }
}
