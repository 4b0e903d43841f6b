package dev.zvpg.info;

import dev.zvpg.Repository;
import dev.zvpg.error.Problem;
import java.util.List;

/**
 * What a repository holds, from one consistent listing of its storage, and what is wrong with it. A branch or clone
 * whose files the storage cannot find is not among the branches and clones, but among the problems.
 *
 * <p>Immutable.
 *
 * @param branches the branches, by name
 * @param snapshots the snapshots, in the order they were taken
 * @param clones the clones, by name
 * @param storage what keeps them, in words
 * @param version the version of the servers, such as {@code 18.6}
 * @param foreign what lies in the storage's place and is not its own; never touched
 * @param space the space that all of it takes
 * @param problems what is wrong, as {@link Repository#doctor()} tells it, which asks the servers as well; empty when
 *     nothing is
 */
public record Status(
        List<BranchInfo> branches,
        List<SnapshotInfo> snapshots,
        List<CloneInfo> clones,
        String storage,
        String version,
        List<String> foreign,
        Space space,
        List<Problem> problems) {

    /** Copies the lists. */
    public Status {
        branches = List.copyOf(branches);
        snapshots = List.copyOf(snapshots);
        clones = List.copyOf(clones);
        foreign = List.copyOf(foreign);
        problems = List.copyOf(problems);
    }
}
