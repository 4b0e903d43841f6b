/**
 * Compares what two servers hold, row by row, and reads only the pages where they may differ.
 *
 * <p>{@link dev.zvpg.postgres.diff.ClusterContent} holds on to one moment of a server: a transaction in each database.
 * {@link dev.zvpg.postgres.diff.ClusterComparison} pairs databases, tables and columns of two of them, and
 * {@link dev.zvpg.postgres.diff.TouchedPages} tells which pages of a table to read: those that the storage found
 * changed, and those in which a row's visibility hangs on a transaction that only one of the two knows as committed.
 * Both sides then send keys and hashes of their rows in the same order, and are read side by side.
 */
@NullMarked
package dev.zvpg.postgres.diff;

import org.jspecify.annotations.NullMarked;
