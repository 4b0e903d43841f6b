package dev.zvpg.storage;

import java.util.List;

/**
 * Everything that is a storage's own, seen at one moment.
 *
 * <p>Immutable.
 *
 * @param volumes the volumes, in the order they were published; of two that were drafts at one time, either is first
 * @param snapshots the snapshots, in the order they were taken
 */
public record Listing(List<StoredVolume> volumes, List<StoredSnapshot> snapshots) {

    /** Copies the lists. */
    public Listing {
        volumes = List.copyOf(volumes);
        snapshots = List.copyOf(snapshots);
    }
}
