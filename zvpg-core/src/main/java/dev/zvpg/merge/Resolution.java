package dev.zvpg.merge;

import org.jspecify.annotations.Nullable;

/**
 * What is to become of a conflict.
 *
 * <p>Immutable.
 */
public sealed interface Resolution {

    /** A conflict that a resolver leaves to others, which remains one when nobody resolves it. */
    Resolution UNRESOLVED = new Taken(Choice.NEITHER);

    /** What the branch that is merged into has. */
    Resolution OURS = new Taken(Choice.OURS);

    /** What the branch that is merged has. */
    Resolution THEIRS = new Taken(Choice.THEIRS);

    /** Which of the two is taken. */
    enum Choice {
        /** The branch's that is merged into. */
        OURS,
        /** The branch's that is merged. */
        THEIRS,
        /** None; the conflict remains. */
        NEITHER
    }

    /**
     * What one of the two has.
     *
     * @param choice which one
     */
    record Taken(Choice choice) implements Resolution {}

    /**
     * A value that is taken instead of both, for one column.
     *
     * @param text the value as PostgreSQL reads it; null for NULL
     */
    record Value(@Nullable String text) implements Resolution {}

    /**
     * Takes a value instead of both, for one column.
     *
     * @param text the value as PostgreSQL reads it; null for NULL
     * @return the resolution
     */
    static Resolution of(@Nullable String text) {
        return new Value(text);
    }
}
