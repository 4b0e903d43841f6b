package dev.zvpg.postgres.schema;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An object that is not the same on both sides. Immutable.
 *
 * @param before null when only the later side has it
 * @param after null when only the earlier side has it
 * @param names the aspects that are its name and schema and differ
 * @param aspects what else differs
 */
record Difference(@Nullable Entry before, @Nullable Entry after, List<Aspect> names, List<Aspect> aspects) {

    /**
     * Something about it.
     *
     * @param before the earlier side's token of it, empty for nothing
     * @param after the later side's token of it
     */
    record Aspect(String name, String before, String after) {}

    boolean isAdded() {
        return before == null;
    }

    boolean isDropped() {
        return after == null;
    }

    boolean isRenamed() {
        return !names.isEmpty();
    }

    /** Whether it only went to another schema. */
    boolean isMoved() {
        return isRenamed() && names.stream().allMatch(aspect -> aspect.name().endsWith("namespace"));
    }

    boolean isOnBoth() {
        return before != null && after != null;
    }

    Entry either() {
        return Objects.requireNonNull(after == null ? before : after);
    }
}
