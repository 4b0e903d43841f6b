package dev.zvpg.remote;

import java.util.ArrayList;
import java.util.List;

/**
 * What others may do with a repository that is served to them. Made by changing {@link #DEFAULT}.
 *
 * <p>Immutable.
 */
public final class ServeOptions {

    /** How much others may change. */
    public enum Access {
        /** Nothing. */
        READ_ONLY,
        /** They may make branches and move them forward. */
        APPEND_ONLY,
        /** They may also move branches to where these lose what they have. */
        READ_WRITE
    }

    /** All branches, to read and to write. */
    public static final ServeOptions DEFAULT = new ServeOptions(Access.READ_WRITE, List.of());

    private final Access access;
    private final List<String> branches;

    private ServeOptions(Access access, List<String> branches) {
        this.access = access;
        this.branches = List.copyOf(branches);
    }

    /**
     * Bounds what others may change.
     *
     * @param most the most that they may
     * @return changed options
     */
    public ServeOptions access(Access most) {
        return new ServeOptions(most, branches);
    }

    /**
     * Lets others know of some branches only, and of snapshots that were taken on these; may be called again for more.
     * What else there is never leaves the machine.
     *
     * @param pattern a name, in which {@code *} stands for anything
     * @return changed options
     */
    public ServeOptions branches(String pattern) {
        List<String> more = new ArrayList<>(branches);
        more.add(pattern);
        return new ServeOptions(access, more);
    }

    /**
     * Returns how much others may change.
     *
     * @return {@link Access#READ_WRITE} by default
     */
    public Access access() {
        return access;
    }

    /**
     * Returns which branches others know of.
     *
     * @return patterns; empty for all branches
     */
    public List<String> branches() {
        return branches;
    }
}
