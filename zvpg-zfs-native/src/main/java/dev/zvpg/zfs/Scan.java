package dev.zvpg.zfs;

import dev.zvpg.error.StorageException;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredSnapshot;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.VolumeId;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What {@code list.lua} found, as the storage's terms have it.
 *
 * <p>Immutable.
 *
 * @param listing what is ours and visible
 * @param foreign what is not ours
 * @param space what each snapshot takes, for the next scan to know
 * @param drafts volumes that were not published: somebody is making them, or was
 * @param left volumes that were destroyed and are of no use to anybody any more
 */
record Scan(
        Listing listing,
        List<String> foreign,
        Map<SnapshotId, SnapshotSpace> space,
        List<VolumeId> drafts,
        List<VolumeId> left) {

    /** Before an attribute's name. */
    static final String PREFIX = "zvpg:";

    private static final Comparator<Map.Entry<String, Object>> BY_AGE =
            Comparator.<Map.Entry<String, Object>>comparingLong(
                            entry -> State.of(entry).transactionGroup())
                    .thenComparing(entry -> State.of(entry).created())
                    .thenComparing(Map.Entry::getKey);

    /**
     * What {@link Program#STATE} says of a live object.
     *
     * @param transactionGroup when it was made: these have an order, whatever becomes of the clock
     * @param created when that was
     * @param origin the snapshot that a volume was cloned from
     */
    private record State(long transactionGroup, Instant created, Optional<SnapshotId> origin) {

        private static final int PARTS = 4;

        static State of(Map.Entry<String, Object> entry) {
            String text = String.valueOf(Program.table(entry.getValue()).get(Program.STATE));
            String[] parts = text.split(" ", -1);
            if (parts.length != PARTS) {
                throw new StorageException(
                        "list",
                        entry.getKey(),
                        "its property " + Program.STATE + " is '" + text + "'",
                        "set it right",
                        null);
            }
            return new State(
                    Long.parseLong(parts[1]),
                    Instant.ofEpochMilli(Long.parseLong(parts[2])),
                    Optional.of(parts[3]).filter(origin -> !origin.isEmpty()).map(SnapshotId::new));
        }
    }

    /**
     * Reads an answer.
     *
     * @param known what an earlier scan saw, and so was not asked where it still holds
     */
    static Scan of(Program.Result found, Map<SnapshotId, SnapshotSpace> known) {
        Map<SnapshotId, SnapshotSpace> space = new HashMap<>();
        List<StoredVolume> volumes = found.table("volumes").entrySet().stream()
                .sorted(BY_AGE)
                .map(Scan::volume)
                .toList();
        List<StoredSnapshot> snapshots = found.table("snapshots").entrySet().stream()
                .sorted(BY_AGE)
                .map(entry -> {
                    SnapshotId id = new SnapshotId(entry.getKey());
                    SnapshotSpace taken = SnapshotSpace.of(Program.table(entry.getValue()), known.get(id));
                    space.put(id, taken);
                    return snapshot(id, entry, taken);
                })
                .toList();
        List<String> foreign = found.table("foreign").keySet().stream().sorted().toList();
        return new Scan(
                new Listing(volumes, snapshots),
                foreign,
                Map.copyOf(space),
                ids(found.table("drafts")),
                ids(found.table("left")));
    }

    private static List<VolumeId> ids(Map<String, Object> volumes) {
        return volumes.keySet().stream().sorted().map(VolumeId::new).toList();
    }

    private static StoredVolume volume(Map.Entry<String, Object> entry) {
        return new StoredVolume(
                new VolumeId(entry.getKey()),
                State.of(entry).origin(),
                attributes(entry),
                State.of(entry).created(),
                OptionalLong.of(number(entry, "used")),
                OptionalLong.of(number(entry, "referenced")));
    }

    private static StoredSnapshot snapshot(SnapshotId id, Map.Entry<String, Object> entry, SnapshotSpace space) {
        return new StoredSnapshot(
                id,
                new VolumeId(String.valueOf(Program.table(entry.getValue()).get("volume"))),
                attributes(entry),
                State.of(entry).created(),
                OptionalLong.of(space.used()),
                OptionalLong.of(space.referenced()));
    }

    private static long number(Map.Entry<String, Object> entry, String name) {
        return Program.table(entry.getValue()).get(name) instanceof Long number ? number : 0;
    }

    private static Map<String, String> attributes(Map.Entry<String, Object> entry) {
        Map<String, String> attributes = new HashMap<>();
        Program.table(entry.getValue()).forEach((name, value) -> {
            if (name.startsWith(PREFIX)) {
                attributes.put(name.substring(PREFIX.length()), value.toString());
            }
        });
        return attributes;
    }

    /** Attributes as user properties. */
    static Map<String, String> properties(Map<String, String> attributes) {
        Map<String, String> properties = new HashMap<>();
        attributes.forEach((name, value) -> properties.put(PREFIX + name, value));
        return properties;
    }
}
