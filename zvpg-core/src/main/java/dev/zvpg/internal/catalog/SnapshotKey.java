package dev.zvpg.internal.catalog;

import dev.zvpg.storage.SnapshotId;

/**
 * What a handle knows of its snapshot. Immutable.
 *
 * @param id its identity
 * @param name its name, unique in its branch
 * @param ref how it is written, with the name that its branch had when it was found
 * @param isForeign whether the superuser has another repository's password in it
 */
public record SnapshotKey(SnapshotId id, String name, String ref, boolean isForeign) {}
