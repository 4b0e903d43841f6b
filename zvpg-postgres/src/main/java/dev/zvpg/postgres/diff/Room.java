package dev.zvpg.postgres.diff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
        return new Kept(this);
    }

    /** What is different in one table: all of it, or nothing. Immutable once the table was read. */
    static final class Kept {

        private final List<Differences.Difference> some = new ArrayList<>();
        private @Nullable Room room;
        private long taken;

        private Kept(@Nullable Room room) {
            this.room = room;
        }

        /** Keeps nothing, so that whoever asks has to find it. */
        static Kept nothing() {
            return new Kept(null);
        }

        void add(Differences.Difference difference) {
            if (room == null) {
                return;
            }
            some.add(difference);
            long bytes = bytes(difference);
            taken += bytes;
            room.left -= bytes;
            if (room.left < 0) {
                room.left += taken;
                room = null;
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
            return room == null ? Optional.empty() : Optional.of(Collections.unmodifiableList(some));
        }
    }
}
