package dev.zvpg;

import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredVolume;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A branch or a clone, as the attributes of its volume say. Immutable.
 *
 * @param kind which of the two
 * @param id its identity, which stays when it moves to another volume
 * @param name its name, unique among its kind
 * @param volume the volume that holds it
 * @param base the snapshot it started from, or last returned to; empty when it started empty
 * @param port where its server listens
 * @param portFixed whether the caller chose the port
 * @param settings server settings that the caller chose
 * @param created when it was made, whichever volume it is on now
 */
record Copy(
        Kind kind,
        String id,
        String name,
        StoredVolume volume,
        Optional<SnapshotId> base,
        int port,
        boolean portFixed,
        Map<String, String> settings,
        Instant created) {

    enum Kind {
        BRANCH,
        CLONE;

        String word() {
            return this == BRANCH ? "branch" : "clone";
        }
    }

    /** A volume without this attribute is referred to by nobody. */
    static final String KIND = "kind";

    static final String REPOSITORY = "repository";
    static final String BASE = "base";
    static final String PORT = "port";
    private static final String ID = "id";
    private static final String NAME = "name";
    private static final String PORT_FIXED = "port-fixed";
    private static final String SETTINGS = "settings";
    private static final String CREATED = "created";

    /** Reads a volume's attributes; empty when nothing refers to it. */
    static Optional<Copy> of(StoredVolume volume) {
        Map<String, String> attributes = volume.attributes();
        String kind = attributes.get(KIND);
        if (kind == null) {
            return Optional.empty();
        }
        return Optional.of(new Copy(
                kind.equals(Kind.BRANCH.word()) ? Kind.BRANCH : Kind.CLONE,
                attributes.getOrDefault(ID, volume.id().value()),
                attributes.getOrDefault(NAME, volume.id().value()),
                volume,
                Optional.ofNullable(attributes.get(BASE)).map(SnapshotId::new),
                Integer.parseInt(attributes.getOrDefault(PORT, "0")),
                Boolean.parseBoolean(attributes.get(PORT_FIXED)),
                Settings.parse(attributes.getOrDefault(SETTINGS, "{}")),
                Instant.parse(attributes.getOrDefault(CREATED, volume.created().toString()))));
    }

    /** The attributes of a new branch or clone. */
    static Map<String, String> attributes(
            Kind kind,
            String id,
            String name,
            Optional<SnapshotId> base,
            int port,
            WorkingCopyOptions options,
            Instant created) {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put(KIND, kind.word());
        attributes.put(ID, id);
        attributes.put(NAME, name);
        base.ifPresent(snapshot -> attributes.put(BASE, snapshot.value()));
        attributes.put(PORT, Integer.toString(port));
        attributes.put(PORT_FIXED, Boolean.toString(options.port().isPresent()));
        attributes.put(SETTINGS, Settings.format(options.settings()));
        attributes.put(CREATED, created.toString());
        return attributes;
    }
}
