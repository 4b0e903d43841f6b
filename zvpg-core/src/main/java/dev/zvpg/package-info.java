/**
 * Versions PostgreSQL like git versions code: snapshots, branches and clones of whole database clusters.
 *
 * <p>The priorities, in this order: nothing that was acknowledged is lost, also when the power goes; nothing outside
 * the repository is ever touched; few concepts; speed.
 *
 * <p><b>Concepts.</b> A {@link dev.zvpg.Repository} owns a home directory, a
 * {@linkplain dev.zvpg.storage.Storage storage} and every server it starts. A {@link dev.zvpg.Branch} is a durable line
 * of work with a server of its own, a {@link dev.zvpg.Snapshot} an immutable image of one, and a {@link dev.zvpg.Clone}
 * a working copy that one expects to throw away; a {@link dev.zvpg.ScratchClone} is thrown away with its scope, or with
 * the JVM. Handles ({@code Branch}, {@code Snapshot}, {@code Clone}) are identities: cheap, immutable, valid for as
 * long as the repository is open. What changes with time is read as a record ({@link dev.zvpg.info.BranchInfo} and its
 * siblings).
 *
 * <p><b>The storage is the database.</b> No catalog stands beside the storage that could disagree with it: volumes and
 * snapshots carry their own attributes, and the domain is a function of one consistent listing of them. Every new tree
 * begins as a {@linkplain dev.zvpg.storage.Draft draft}, which nobody but its maker sees and which ends with its
 * maker's process; it counts from the one step in which it is published. So a crash leaves at worst a draft, which the
 * next {@code open()} removes.
 *
 * <p><b>Packages.</b> Here are the nouns. Beside them {@link dev.zvpg.option} has what their verbs may be told,
 * {@link dev.zvpg.info} what they tell, {@link dev.zvpg.diff} what is different between two states,
 * {@link dev.zvpg.merge} what merges may be told and what they tell, {@link dev.zvpg.error} what goes wrong and
 * {@link dev.zvpg.config} the configuration. {@link dev.zvpg.storage} and {@link dev.zvpg.server} are what a storage
 * and a database server have to be able to do.
 *
 * <p><b>Errors.</b> Every condition that a caller can act on is a leaf of the sealed
 * {@link dev.zvpg.error.ZvpgException}; wrong arguments are {@link IllegalArgumentException}, use after close is
 * {@link IllegalStateException}. A failed operation leaves nothing half-made.
 *
 * <p><b>Concurrency.</b> Everything public is thread-safe, and several processes may use one repository at once.
 * Operations on one working copy wait for each other; operations on different ones do not. A thread that is interrupted
 * while it waits gets an exception with its interrupt flag set again.
 */
@NullMarked
package dev.zvpg;

import org.jspecify.annotations.NullMarked;
