package dev.zvpg;

import java.util.List;

/**
 * What a repository holds, from one consistent listing of its storage.
 *
 * <p>Immutable.
 *
 * @param branches the branches, by name
 * @param snapshots the snapshots, in the order they were taken
 * @param clones the clones, by name
 * @param storage what keeps them, in words
 * @param version the version of the servers, such as {@code 18.6}
 * @param foreign what lies in the storage's place and is not its own; never touched
 */
public record Status(
        List<BranchInfo> branches,
        List<SnapshotInfo> snapshots,
        List<CloneInfo> clones,
        String storage,
        String version,
        List<String> foreign) {

    /** Copies the lists. */
    public Status {
        branches = List.copyOf(branches);
        snapshots = List.copyOf(snapshots);
        clones = List.copyOf(clones);
        foreign = List.copyOf(foreign);
    }
}
