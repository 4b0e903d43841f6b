package dev.zvpg.info;

import dev.zvpg.server.Finding;
import java.time.Duration;
import java.util.List;

/**
 * Something that happened in a repository, told to listeners after the fact. Only what this JVM did is told.
 *
 * <p>Branches, clones and snapshots are told with their identities: a name changes and is given again, an identity does
 * not and is not.
 *
 * <p>Immutable.
 */
public sealed interface Event {

    /**
     * The branch, clone or snapshot that an event speaks of.
     *
     * @param id its identity, unique in the repository and never used twice: the {@code id} of its handle and its infos
     * @param name the name that it has at the time of the event; a snapshot's is written {@code branch@name}
     */
    record Ref(String id, String name) {

        /** Returns the name, for whoever prints it. */
        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * A repository was made from an existing cluster.
     *
     * @param branch its first branch, which holds the copy
     * @param from the cluster, such as {@code /var/lib/postgresql/15/main}
     * @param findings what was found in the copy that belonged to the original or could have reached out, and what was
     *     done
     * @param took how long it took
     */
    record ClusterAdopted(Ref branch, String from, List<Finding> findings, Duration took) implements Event {}

    /**
     * A snapshot was taken.
     *
     * @param snapshot the snapshot
     * @param branch the branch that it was taken on
     * @param findings what it does not have, because the server keeps it only while it runs, such as the rows of
     *     unlogged tables
     * @param took how long it took
     */
    record SnapshotTaken(Ref snapshot, Ref branch, List<Finding> findings, Duration took) implements Event {}

    /**
     * A snapshot was deleted: on demand, or because its branch is gone and nothing descends from it any more. Not told
     * when the whole repository is destroyed.
     *
     * @param snapshot the snapshot
     * @param branch the branch that it was taken on, which may be deleted since
     */
    record SnapshotDeleted(Ref snapshot, Ref branch) implements Event {}

    /**
     * A snapshot came from another repository, whole. No ref may be at it yet.
     *
     * @param snapshot the snapshot
     * @param bytes how many bytes of its tree were sent, before compression
     * @param took how long it took
     */
    record SnapshotReceived(Ref snapshot, long bytes, Duration took) implements Event {}

    /**
     * The transfer of a snapshot goes on where an earlier one was cut off.
     *
     * @param snapshot the snapshot, which is not there yet
     * @param bytes what had come of it occupies, in bytes
     */
    record TransferResumed(Ref snapshot, long bytes) implements Event {}

    /**
     * A branch was made.
     *
     * @param branch the branch
     * @param from the snapshot it starts from
     * @param findings what was found in the copy that belonged to the original or could have reached out, and what was
     *     done
     * @param took how long it took
     */
    record BranchCreated(Ref branch, Ref from, List<Finding> findings, Duration took) implements Event {}

    /**
     * A branch was reset to an earlier snapshot.
     *
     * @param branch the branch
     * @param to the snapshot
     * @param findings what was found in the copy that belonged to the original or could have reached out, and what was
     *     done
     * @param took how long it took, but for starting its server again
     */
    record BranchReset(Ref branch, Ref to, List<Finding> findings, Duration took) implements Event {}

    /**
     * A branch got another name.
     *
     * @param branch the branch, with its new name
     * @param oldName the name that it had
     */
    record BranchRenamed(Ref branch, String oldName) implements Event {}

    /**
     * A branch got what another one has: its state and its history, or its changes.
     *
     * @param branch the branch
     * @param other the other one
     * @param to the snapshot that it holds now
     * @param findings what was found in the copy that belonged to the original or could have reached out, and what was
     *     done
     * @param took how long it took, but for starting its server again
     */
    record BranchMerged(Ref branch, Ref other, Ref to, List<Finding> findings, Duration took) implements Event {}

    /**
     * A branch was deleted.
     *
     * @param branch the branch
     */
    record BranchDeleted(Ref branch) implements Event {}

    /**
     * A clone was made.
     *
     * @param workingCopy the clone
     * @param from the snapshot it is a copy of
     * @param findings what was found in the copy that belonged to the original or could have reached out, and what was
     *     done
     * @param took how long it took
     */
    record CloneCreated(Ref workingCopy, Ref from, List<Finding> findings, Duration took) implements Event {}

    /**
     * A clone was brought back to its snapshot.
     *
     * @param workingCopy the clone
     * @param to the snapshot
     * @param findings what was found in the copy that belonged to the original or could have reached out, and what was
     *     done
     * @param took how long it took, but for starting its server again
     */
    record CloneReset(Ref workingCopy, Ref to, List<Finding> findings, Duration took) implements Event {}

    /**
     * A clone was deleted because its time was over.
     *
     * @param workingCopy the clone
     */
    record CloneExpired(Ref workingCopy) implements Event {}

    /**
     * A clone was deleted on demand.
     *
     * @param workingCopy the clone
     */
    record CloneDeleted(Ref workingCopy) implements Event {}

    /**
     * A server was started and answers.
     *
     * @param workingCopy its branch or clone
     * @param port where it listens
     * @param findings what the first start of a copy found in its databases that could have reached out, and what was
     *     done
     * @param took how long it took, from the call to the first answer
     */
    record ServerStarted(Ref workingCopy, int port, List<Finding> findings, Duration took) implements Event {}

    /**
     * The first start of a copy was finished that somebody else had begun, who was cut off. Told when it found
     * something.
     *
     * @param workingCopy its branch or clone
     * @param findings what it found in its databases that could have reached out, and what was done
     */
    record FirstStartFinished(Ref workingCopy, List<Finding> findings) implements Event {}

    /**
     * A server was stopped.
     *
     * @param workingCopy its branch or clone
     * @param took how long it took
     */
    record ServerStopped(Ref workingCopy, Duration took) implements Event {}

    /**
     * Scratch clones are copied from here on, because this machine does not let us lay them over their snapshots. Told
     * once for a repository that is open.
     *
     * @param reason what stands against it
     */
    record OverlayRefused(String reason) implements Event {}

    /**
     * Work that takes time in proportion to the data has come this far. Told while it goes on.
     *
     * @param what the work, such as {@code snapshot main@v1}
     * @param doneBytes the bytes done
     * @param totalBytes the bytes to do, as estimated at the beginning
     */
    record Progress(String what, long doneBytes, long totalBytes) implements Event {}
}
