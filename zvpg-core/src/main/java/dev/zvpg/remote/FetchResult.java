package dev.zvpg.remote;

import java.util.List;

/**
 * What a fetch has brought.
 *
 * <p>Immutable.
 *
 * @param refs what became of each tracking ref, such as {@code origin/main}
 * @param snapshots the identities of the snapshots that came, oldest first
 * @param bytes how many bytes of trees were received, before compression
 */
public record FetchResult(List<RefUpdate> refs, List<String> snapshots, long bytes) {

    /** Copies the lists. */
    public FetchResult {
        refs = List.copyOf(refs);
        snapshots = List.copyOf(snapshots);
    }
}
