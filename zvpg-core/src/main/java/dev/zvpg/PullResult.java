package dev.zvpg;

import dev.zvpg.remote.FetchResult;
import java.util.Objects;

/**
 * What became of a pull.
 *
 * <p>Immutable.
 *
 * @param fetched what came
 * @param merge what became of the branch
 */
public record PullResult(FetchResult fetched, MergeResult merge) {

    /** Requires both. */
    public PullResult {
        Objects.requireNonNull(fetched, "fetched");
        Objects.requireNonNull(merge, "merge");
    }
}
