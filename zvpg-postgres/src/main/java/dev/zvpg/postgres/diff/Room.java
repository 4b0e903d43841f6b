package dev.zvpg.postgres.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Bounds what all tables of a comparison keep of what is different in them, so that it need not be found once more when
 * rows are asked for. Confined to one thread.
 */
final class Room {

    private static final long BYTES = 16L << 20;

    /** Of a difference, and of each part of its key, without the letters. */
    private static final int OBJECTS = 64;

    private long left = BYTES;

    Kept keep() {
        return new Kept();
    }

    /** What is different in one table: all of it, or nothing. */
    final class Kept {

        private final List<Differences.Difference> some = new ArrayList<>();
        private long taken;
        private boolean isTooMuch;

        void add(Differences.Difference difference) {
            if (isTooMuch) {
                return;
            }
            some.add(difference);
            long bytes = bytes(difference);
            taken += bytes;
            left -= bytes;
            if (left < 0) {
                isTooMuch = true;
                left += taken;
                some.clear();
            }
        }

        private static long bytes(Differences.Difference difference) {
            return OBJECTS
                    + difference.key().stream()
                            .mapToLong(part -> OBJECTS + (long) Character.BYTES * part.length())
                            .sum();
        }

        Optional<List<Differences.Difference>> all() {
            return isTooMuch ? Optional.empty() : Optional.of(List.copyOf(some));
        }
    }
}
