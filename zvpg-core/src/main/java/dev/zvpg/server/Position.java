package dev.zvpg.server;

import java.util.Set;

/**
 * How far a cluster is: two clusters with the same history and position hold the same committed data, and the same of
 * what changes without a transaction.
 *
 * <p>Immutable.
 *
 * @param wal a position in the write-ahead log, as PostgreSQL writes it ({@code 0/16B3748}); every transaction from
 *     {@code nextTransactionId} on is logged behind it, unless another was in progress
 * @param oldestTransactionId the oldest transaction id that has not ended, prepared ones included, with its epoch (64
 *     bits, so it never wraps); {@code nextTransactionId} when no transaction that writes is in progress
 * @param nextTransactionId the id behind the last one that has ended, with its epoch
 * @param configuration a digest of the settings files and of what is set for the cluster as a whole, such as data
 *     checksums
 * @param slots the names of the replication slots that outlive a restart
 */
public record Position(
        String wal, long oldestTransactionId, long nextTransactionId, String configuration, Set<String> slots) {

    public Position {
        slots = Set.copyOf(slots);
    }

    /**
     * Tells whether a cluster at this position holds nothing that one at another does not.
     *
     * @param saved the other one, of the same history
     * @return whether all that this one holds is there
     */
    public boolean isIn(Position saved) {
        return isConfiguredIn(saved)
                && oldestTransactionId == saved.oldestTransactionId
                && nextTransactionId == saved.nextTransactionId;
    }

    /**
     * Tells whether another position has the same settings and all of the replication slots: what changes without a
     * transaction.
     *
     * @param saved the other one, of the same history
     * @return whether the settings are the same, and each slot is there
     */
    public boolean isConfiguredIn(Position saved) {
        return configuration.equals(saved.configuration) && saved.slots.containsAll(slots);
    }

    /**
     * Tells whether transactions that write were in progress, whose changes are logged in part before this position.
     *
     * @return whether the two transaction ids differ
     */
    public boolean isInProgress() {
        return oldestTransactionId != nextTransactionId;
    }
}
