package dev.zvpg.server;

/**
 * How far a cluster is: two clusters with the same history and position hold the same committed data.
 *
 * <p>Immutable.
 *
 * @param wal the position in the write-ahead log, as PostgreSQL writes it ({@code 0/16B3748})
 * @param nextTransactionId the oldest transaction id that has not ended, with its epoch (64 bits, so it never wraps); the next
 *     one to be given out when no transaction that writes is in progress
 */
public record Position(String wal, long nextTransactionId) {}
