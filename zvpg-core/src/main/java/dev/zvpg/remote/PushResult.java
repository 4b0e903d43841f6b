package dev.zvpg.remote;

import java.util.List;

/**
 * What a push has given.
 *
 * <p>Immutable.
 *
 * @param refs what became of each branch
 * @param snapshots the identities of the snapshots that went, oldest first; they stay there for a week also where the
 *     branch was rejected, so that another push need not send them again
 * @param bytes how many bytes of trees were sent, before compression
 */
public record PushResult(List<RefUpdate> refs, List<String> snapshots, long bytes) {

    /** Copies the lists. */
    public PushResult {
        refs = List.copyOf(refs);
        snapshots = List.copyOf(snapshots);
    }

    /**
     * Tells whether all went as it was asked for.
     *
     * @return false when a branch was rejected
     */
    public boolean isAccepted() {
        return refs.stream().noneMatch(ref -> ref.status().isRejected());
    }
}
