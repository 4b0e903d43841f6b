package dev.zvpg.zfs;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The space that a snapshot was seen to take.
 *
 * <p>Immutable.
 *
 * @param neighbours the snapshots before and after it, on which {@code used} depends; in the words of {@code list.lua}
 * @param used the bytes that come free when it alone goes
 * @param referenced the bytes it refers to
 */
record SnapshotSpace(String neighbours, long used, long referenced) {

    /** From an answer, and for what was not asked this time, from what was known. */
    static SnapshotSpace of(Map<String, Object> answer, @Nullable SnapshotSpace known) {
        return new SnapshotSpace(
                String.valueOf(answer.get("neighbours")),
                number(answer.get("used"), known == null ? 0 : known.used),
                number(answer.get("referenced"), known == null ? 0 : known.referenced));
    }

    private static long number(@Nullable Object answer, long otherwise) {
        return answer instanceof Long number ? number : otherwise;
    }
}
