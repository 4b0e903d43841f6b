package dev.zvpg.info;

import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * A snapshot as it was when it was asked for.
 *
 * <p>Immutable.
 *
 * @param id its identity, unique in the repository and never used twice
 * @param name its name, unique in its branch
 * @param branchId the identity of the branch it was taken on, which may be deleted since
 * @param branch the name of that branch: today's, or the last one that it had; behind the name of the remote that the
 *     snapshot was fetched from, such as {@code origin/main}
 * @param message what its author says of it; perhaps empty
 * @param author who took it
 * @param created when
 * @param parents the snapshots it follows, written {@code branch@name}, nearest first; empty for the first one
 * @param remoteBranches the branches of remotes that were at it when they were asked last, such as {@code origin/main}, by
 *     name
 * @param version the version of the server that wrote it, such as {@code 18.6}
 * @param wal the position in the write-ahead log that it starts at, such as {@code 0/16B3748}
 * @param nextTransactionId the next transaction id at that position, with its epoch
 * @param usedBytes the bytes that come free when it alone goes; empty where the storage does not tell
 * @param referencedBytes the bytes it refers to, shared or not; empty where the storage does not tell
 */
public record SnapshotInfo(
        String id,
        String name,
        String branchId,
        String branch,
        String message,
        String author,
        Instant created,
        List<String> parents,
        List<String> remoteBranches,
        String version,
        String wal,
        long nextTransactionId,
        OptionalLong usedBytes,
        OptionalLong referencedBytes) {

    /** Copies the lists. */
    public SnapshotInfo {
        parents = List.copyOf(parents);
        remoteBranches = List.copyOf(remoteBranches);
    }

    /**
     * Returns the name as it is written.
     *
     * @return {@code branch@name}
     */
    public String ref() {
        return branch + "@" + name;
    }
}
