package dev.zvpg.remote;

import java.util.ArrayList;
import java.util.List;

/**
 * What is known of a remote besides where it is. Made by changing {@link #DEFAULT}.
 *
 * <p>Immutable.
 */
public final class RemoteOptions {

    /** Every branch may be pushed to it. */
    public static final RemoteOptions DEFAULT = new RemoteOptions(List.of());

    private final List<String> leaving;

    private RemoteOptions(List<String> leaving) {
        this.leaving = List.copyOf(leaving);
    }

    /**
     * Lets only some branches leave for it, and only snapshots that were taken on these: what must stay at home, such as
     * what is not masked, is not pushed by mistake. May be called again for more.
     *
     * @param pattern a name, in which {@code *} stands for anything
     * @return changed options
     */
    public RemoteOptions leaving(String pattern) {
        List<String> more = new ArrayList<>(leaving);
        more.add(pattern);
        return new RemoteOptions(more);
    }

    /**
     * Returns which branches may leave for it.
     *
     * @return patterns; empty for all branches
     */
    public List<String> leaving() {
        return leaving;
    }
}
