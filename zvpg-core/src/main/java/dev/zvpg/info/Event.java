package dev.zvpg.info;

import dev.zvpg.server.Finding;
import java.time.Duration;
import java.util.List;

/**
 * Something that happened in a repository, told to listeners after the fact. Only what this JVM did is told.
 *
 * <p>Immutable.
 */
public sealed interface Event {

    /**
     * A repository was made from an existing cluster.
     *
     * @param branch the name of its first branch, which holds the copy
     * @param from the cluster, such as {@code /var/lib/postgresql/15/main}
     * @param findings what was found in the copy that belonged to the original or could have reached out, and what was
     *     done
     * @param took how long it took
     */
    record ClusterAdopted(String branch, String from, List<Finding> findings, Duration took) implements Event {}

    /**
     * A snapshot was taken.
     *
     * @param ref its name, written {@code branch@name}
     * @param findings what it does not have, because the server keeps it only while it runs, such as the rows of
     *     unlogged tables
     * @param took how long it took
     */
    record SnapshotTaken(String ref, List<Finding> findings, Duration took) implements Event {}

    /**
     * A snapshot was deleted.
     *
     * @param ref its name, written {@code branch@name}
     */
    record SnapshotDeleted(String ref) implements Event {}

    /**
     * A branch was made.
     *
     * @param name its name
     * @param from the snapshot it starts from, written {@code branch@name}
     * @param findings what was found in the copy that belonged to the original or could have reached out, and what was
     *     done
     * @param took how long it took
     */
    record BranchCreated(String name, String from, List<Finding> findings, Duration took) implements Event {}

    /**
     * A branch was reset to an earlier snapshot.
     *
     * @param name its name
     * @param to the snapshot, written {@code branch@name}
     * @param findings what was found in the copy that belonged to the original or could have reached out, and what was
     *     done
     * @param took how long it took, but for starting its server again
     */
    record BranchReset(String name, String to, List<Finding> findings, Duration took) implements Event {}

    /**
     * A branch got another name.
     *
     * @param from the name that it had
     * @param to the name that it has
     */
    record BranchRenamed(String from, String to) implements Event {}

    /**
     * A branch got the state and the history of another one.
     *
     * @param name its name
     * @param other the other one's name
     * @param to the snapshot that it holds now, written {@code branch@name}
     * @param findings what was found in the copy that belonged to the original or could have reached out, and what was
     *     done
     * @param took how long it took, but for starting its server again
     */
    record BranchMerged(String name, String other, String to, List<Finding> findings, Duration took) implements Event {}

    /**
     * A branch was deleted.
     *
     * @param name its name
     */
    record BranchDeleted(String name) implements Event {}

    /**
     * A clone was made.
     *
     * @param name its name
     * @param from the snapshot it is a copy of, written {@code branch@name}
     * @param findings what was found in the copy that belonged to the original or could have reached out, and what was
     *     done
     * @param took how long it took
     */
    record CloneCreated(String name, String from, List<Finding> findings, Duration took) implements Event {}

    /**
     * A clone was brought back to its snapshot.
     *
     * @param name its name
     * @param to the snapshot, written {@code branch@name}
     * @param findings what was found in the copy that belonged to the original or could have reached out, and what was
     *     done
     * @param took how long it took, but for starting its server again
     */
    record CloneReset(String name, String to, List<Finding> findings, Duration took) implements Event {}

    /**
     * A clone was deleted because its time was over.
     *
     * @param name its name
     */
    record CloneExpired(String name) implements Event {}

    /**
     * A clone was deleted on demand.
     *
     * @param name its name
     */
    record CloneDeleted(String name) implements Event {}

    /**
     * A server was started and answers.
     *
     * @param workingCopy the name of its branch or clone
     * @param port where it listens
     * @param findings what the first start of a copy found in its databases that could have reached out, and what was
     *     done
     * @param took how long it took, from the call to the first answer
     */
    record ServerStarted(String workingCopy, int port, List<Finding> findings, Duration took) implements Event {}

    /**
     * The first start of a copy was finished that somebody else had begun, who was cut off. Told when it found
     * something.
     *
     * @param workingCopy the name of its branch or clone
     * @param findings what it found in its databases that could have reached out, and what was done
     */
    record FirstStartFinished(String workingCopy, List<Finding> findings) implements Event {}

    /**
     * A server was stopped.
     *
     * @param workingCopy the name of its branch or clone
     * @param took how long it took
     */
    record ServerStopped(String workingCopy, Duration took) implements Event {}

    /**
     * Work that takes time in proportion to the data has come this far. Told while it goes on.
     *
     * @param what the work, such as {@code snapshot main@v1}
     * @param doneBytes the bytes done
     * @param totalBytes the bytes to do, as estimated at the beginning
     */
    record Progress(String what, long doneBytes, long totalBytes) implements Event {}
}
