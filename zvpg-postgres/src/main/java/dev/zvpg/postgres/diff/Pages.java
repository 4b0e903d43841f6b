package dev.zvpg.postgres.diff;

import dev.zvpg.internal.io.TreeComparison;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Pages of a table that follow each other. Immutable.
 *
 * @param from the first one's number
 * @param to the number behind the last one's
 */
public record Pages(long from, long to) {

    static final int BYTES = TreeComparison.PAGE;

    /** How many of them a file of a table has, before the next file begins. */
    static final int A_FILE = 131_072;

    /** The pages that a part of a table's file lies in. */
    static Pages of(int file, long offset, long end) {
        long first = (long) file * A_FILE;
        return new Pages(first + offset / BYTES, first + (end + BYTES - 1) / BYTES);
    }

    boolean contains(long page) {
        return from <= page && page < to;
    }

    /** Sorts them, makes one of those that touch and, where there are more than so many, of those that nearly do. */
    static List<Pages> merged(List<Pages> all, int most) {
        List<Pages> merged = merged(all, 0L);
        for (long gap = 1; merged.size() > most; gap *= 2) {
            merged = merged(merged, gap);
        }
        return merged;
    }

    private static List<Pages> merged(List<Pages> all, long gap) {
        List<Pages> merged = new ArrayList<>();
        for (Pages each :
                all.stream().sorted(Comparator.comparingLong(Pages::from)).toList()) {
            Pages last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last != null && each.from() - gap <= last.to()) {
                merged.set(merged.size() - 1, new Pages(last.from(), Math.max(last.to(), each.to())));
            } else {
                merged.add(each);
            }
        }
        return merged;
    }
}
