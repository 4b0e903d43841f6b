package dev.zvpg.storage;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A volume as one listing saw it.
 *
 * <p>Immutable.
 *
 * @param id its identity
 * @param origin the snapshot it was cloned from; empty when it was created empty. The snapshot may be destroyed since
 * @param attributes its attributes
 * @param created when it was created
 * @param usedBytes the bytes that come free when it alone goes; empty without {@link StorageFeature#SPACE_ACCOUNTING}
 * @param referencedBytes the bytes it refers to, shared or not; empty without {@link StorageFeature#SPACE_ACCOUNTING}
 */
public record StoredVolume(
        VolumeId id,
        Optional<SnapshotId> origin,
        Map<String, String> attributes,
        Instant created,
        OptionalLong usedBytes,
        OptionalLong referencedBytes) {

    /** Copies the attributes. */
    public StoredVolume {
        attributes = Map.copyOf(attributes);
    }
}
