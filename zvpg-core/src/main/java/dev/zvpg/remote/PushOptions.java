package dev.zvpg.remote;

import java.util.Optional;

/**
 * How a branch is pushed. Made by changing {@link #DEFAULT}.
 *
 * <p>Immutable.
 */
public final class PushOptions {

    /** To the branch of the same name, which only moves forward. */
    public static final PushOptions DEFAULT = new PushOptions(Optional.empty(), false, false);

    private final Optional<String> as;
    private final boolean forceWithLease;
    private final boolean verify;

    private PushOptions(Optional<String> as, boolean forceWithLease, boolean verify) {
        this.as = as;
        this.forceWithLease = forceWithLease;
        this.verify = verify;
    }

    /**
     * Pushes to a branch of another name.
     *
     * @param name what it is called there, by git's rules for refs and without {@code @}
     * @return changed options
     */
    public PushOptions as(String name) {
        return new PushOptions(Optional.of(name), forceWithLease, verify);
    }

    /**
     * Moves the other branch also where that loses what it has, as long as it is where it was when it was fetched or
     * pushed last: nobody else's work is lost unseen.
     *
     * @return changed options
     */
    public PushOptions forceWithLease() {
        return new PushOptions(as, true, verify);
    }

    /**
     * Compares each tree as a whole when it has arrived, by its SHA-256, and not only what was sent of it. Both sides
     * read all of it for that.
     *
     * @param whole whether to
     * @return changed options
     */
    public PushOptions verify(boolean whole) {
        return new PushOptions(as, forceWithLease, whole);
    }

    /**
     * Returns what the branch is called there.
     *
     * @return empty for the same name
     */
    public Optional<String> as() {
        return as;
    }

    /**
     * Returns whether the other branch may lose what it has.
     *
     * @return false by default
     */
    public boolean isForcedWithLease() {
        return forceWithLease;
    }

    /**
     * Returns whether trees are compared as a whole.
     *
     * @return false by default
     */
    public boolean verify() {
        return verify;
    }
}
