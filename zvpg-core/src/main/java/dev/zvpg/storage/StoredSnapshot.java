package dev.zvpg.storage;

import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A snapshot as one listing saw it.
 *
 * <p>Immutable.
 *
 * @param id its identity
 * @param volume the volume it is an image of, which may be destroyed since
 * @param attributes its attributes
 * @param created when it was taken
 * @param usedBytes the bytes that come free when it alone goes; empty without {@link StorageFeature#SPACE_ACCOUNTING}
 * @param referencedBytes the bytes it refers to, shared or not; empty without {@link StorageFeature#SPACE_ACCOUNTING}
 */
public record StoredSnapshot(
        SnapshotId id,
        VolumeId volume,
        Map<String, String> attributes,
        Instant created,
        OptionalLong usedBytes,
        OptionalLong referencedBytes) {

    /** Copies the attributes. */
    public StoredSnapshot {
        attributes = Map.copyOf(attributes);
    }
}
