package dev.zvpg.remote;

import java.util.ArrayList;
import java.util.List;

/**
 * What is fetched, and how. Made by changing {@link #DEFAULT}.
 *
 * <p>Immutable.
 */
public final class FetchOptions {

    /** All branches with all of their history, checked as they arrive. */
    public static final FetchOptions DEFAULT = new FetchOptions(List.of(), Integer.MAX_VALUE, false);

    private final List<String> branches;
    private final int depth;
    private final boolean verify;

    private FetchOptions(List<String> branches, int depth, boolean verify) {
        this.branches = List.copyOf(branches);
        this.depth = depth;
        this.verify = verify;
    }

    /**
     * Fetches a branch; may be called again for one more. Without this all are fetched.
     *
     * @param name what it is called there
     * @return changed options
     */
    public FetchOptions branch(String name) {
        List<String> more = new ArrayList<>(branches);
        more.add(name);
        return new FetchOptions(more, depth, verify);
    }

    /**
     * Bounds how much of the history is fetched.
     *
     * @param snapshots how many snapshots from the newest one back; at least 1
     * @return changed options
     */
    public FetchOptions depth(int snapshots) {
        if (snapshots < 1) {
            throw new IllegalArgumentException("the depth is at least 1, not " + snapshots);
        }
        return new FetchOptions(branches, snapshots, verify);
    }

    /**
     * Compares each tree as a whole when it has arrived, by its SHA-256, and not only what was sent of it. Both sides
     * read all of it for that.
     *
     * @param whole whether to
     * @return changed options
     */
    public FetchOptions verify(boolean whole) {
        return new FetchOptions(branches, depth, whole);
    }

    /**
     * Returns which branches are fetched.
     *
     * @return their names there; empty for all
     */
    public List<String> branches() {
        return branches;
    }

    /**
     * Returns how much of the history is fetched.
     *
     * @return a number of snapshots
     */
    public int depth() {
        return depth;
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
