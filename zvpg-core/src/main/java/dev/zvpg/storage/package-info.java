/**
 * Keeps volumes and snapshots: the SPI of storages. {@link dev.zvpg.directory.DirectoryStorage} works on any file
 * system.
 *
 * <p>A {@link dev.zvpg.storage.Storage} knows nothing of branches, clones or PostgreSQL. It keeps directory trees
 * (volumes), immutable images of them (snapshots) and a small map of attributes with each. Every verb is one atomic
 * action: after a crash it has happened or it has not, and {@link dev.zvpg.storage.Storage#recover} removes the traces
 * of one that has not. What takes longer than one action is a {@link dev.zvpg.storage.Draft}, until it is published.
 *
 * <p>A storage of somebody else's is given to {@link dev.zvpg.Zvpg#storage}; one that a configuration file may name has
 * a {@link dev.zvpg.config.StorageProvider}.
 */
@NullMarked
package dev.zvpg.storage;

import org.jspecify.annotations.NullMarked;
