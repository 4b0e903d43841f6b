/**
 * Keeps volumes and snapshots in directories of any file system: {@link dev.zvpg.directory.DirectoryStorage}.
 *
 * <p>One document names all there is ({@code Document}, written by {@code DocumentFile}); there is a claim on a tree
 * before it is made and until it is gone, so a crash leaves nothing that nobody knows of ({@code Making},
 * {@code Destroying}). How a tree is copied, with the blocks shared, as a btrfs subvolume or byte by byte, is what
 * {@code Copier} finds out.
 */
@NullMarked
package dev.zvpg.directory;

import org.jspecify.annotations.NullMarked;
