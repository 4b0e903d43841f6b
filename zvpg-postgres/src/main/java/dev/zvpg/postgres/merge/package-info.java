/**
 * Merges rows into a server's databases: what a branch has changed since it parted from another one is made there once
 * more, in one transaction for each database.
 *
 * <p>{@link dev.zvpg.postgres.merge.ClusterMerge} holds the transactions, {@link
 * dev.zvpg.postgres.merge.DatabaseMerge} makes one of them: it puts what has changed into temporary tables, locks the
 * tables, reads beside each changed row what is there now, lets {@link dev.zvpg.postgres.merge.RowMerge} decide, and
 * writes what follows. Triggers do not fire, so it looks itself whether foreign keys still hold.
 */
@NullMarked
package dev.zvpg.postgres.merge;

import org.jspecify.annotations.NullMarked;
