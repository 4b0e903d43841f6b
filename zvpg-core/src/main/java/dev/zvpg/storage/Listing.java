package dev.zvpg.storage;

import java.util.List;

/**
 * Everything a storage holds, seen at one moment.
 *
 * <p>Immutable.
 *
 * @param volumes the volumes, in the order they were created
 * @param snapshots the snapshots, in the order they were taken
 * @param foreign what lies in the storage's place and is not its own, by the storage's own names; it is never touched
 */
public record Listing(List<StoredVolume> volumes, List<StoredSnapshot> snapshots, List<String> foreign) {

    /** Copies the lists. */
    public Listing {
        volumes = List.copyOf(volumes);
        snapshots = List.copyOf(snapshots);
        foreign = List.copyOf(foreign);
    }
}
