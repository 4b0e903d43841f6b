package dev.zvpg.storage;

/**
 * The identity of something that a storage keeps and that carries attributes.
 *
 * <p>Immutable.
 */
public sealed interface StoredId permits VolumeId, SnapshotId {

    /**
     * Returns the identity as text.
     *
     * @return 1 to 63 characters: lower-case ASCII letters, digits and hyphens, the first one no hyphen
     */
    String value();
}
