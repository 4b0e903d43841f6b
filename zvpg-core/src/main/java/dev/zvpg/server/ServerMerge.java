package dev.zvpg.server;

import dev.zvpg.diff.SchemaChange;
import dev.zvpg.error.ServerException;
import dev.zvpg.merge.MergeReport;
import java.util.List;
import java.util.Set;

/**
 * A merge that has been made in a server's databases, in transactions that nobody sees yet. Nobody else writes to the
 * tables concerned until it is committed or closed.
 *
 * <p>Not thread-safe.
 */
public interface ServerMerge extends AutoCloseable {

    /**
     * Returns what it does, and what nobody has resolved.
     *
     * @return the report
     */
    MergeReport report();

    /**
     * Returns what {@link Server#outcome} tells later by what became of it, also when the server or its machine ends
     * meanwhile. Called before {@link #commit}, when there are no conflicts.
     *
     * @return one line of text; empty when nothing is to be committed
     * @throws ServerException when the server does not answer
     */
    String transactions();

    /**
     * Makes it visible, database by database.
     *
     * @throws ServerException when the server does not answer; then {@link Server#outcome} knows
     * @throws IllegalStateException when there are conflicts
     */
    void commit();

    /** Undoes what is not committed. Idempotent. */
    @Override
    void close();

    /**
     * The changes of definitions that a merge makes before those of rows. Used as long as the servers run that it was
     * found on.
     */
    interface Definitions {

        /** None. */
        Definitions NONE = List::of;

        /**
         * Returns them.
         *
         * @return what the branch that is merged has changed since the two parted
         */
        List<SchemaChange> changes();
    }

    /**
     * What became of a merge.
     *
     * @param committed the databases in which it is visible
     * @param undone those in which it is not, and never will be
     */
    record Outcome(Set<String> committed, Set<String> undone) {

        /** Copies the sets. */
        public Outcome {
            committed = Set.copyOf(committed);
            undone = Set.copyOf(undone);
        }
    }
}
