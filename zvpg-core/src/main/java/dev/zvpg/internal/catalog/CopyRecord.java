package dev.zvpg.internal.catalog;

import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredVolume;
import java.time.Instant;
import java.util.Arrays;
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
 * @param grownFrom the snapshot whose image its volume began as, or the nearest one before it that is left; empty when
 *     it started empty
 * @param untouched the snapshot that a branch's volume is still the image of, because no server was ever started on it
 * @param start how far its volume was when it became this repository's, where its head does not tell that
 * @param isForeign whether its superuser has another repository's password still, because no server was ever started
 * @param isDerived whether it began with work on a snapshot whose history is not to leave this repository with it
 * @param merging a merge into it that is not at its end; for a branch
 * @param port where its server listens
 * @param portFixed whether the caller chose the port
 * @param settings server settings that the caller chose
 * @param created when it was made, whichever volume it is on now
 * @param expires when it may be deleted
 * @param isProtected whether it must not be
 * @param isOriginal whether it is the branch that the repository began with, and so no copy of another one
 */
public record CopyRecord(
        Kind kind,
        String id,
        String name,
        StoredVolume volume,
        Optional<SnapshotId> base,
        Optional<SnapshotId> grownFrom,
        Optional<SnapshotId> untouched,
        Optional<Start> start,
        boolean isForeign,
        boolean isDerived,
        Optional<Merging> merging,
        int port,
        boolean portFixed,
        Map<String, String> settings,
        Instant created,
        Optional<Instant> expires,
        boolean isProtected,
        boolean isOriginal) {

    public enum Kind {
        BRANCH,
        CLONE;

        public String word() {
            return this == BRANCH ? "branch" : "clone";
        }

        /** Finds the kind that is written so; empty for one that this version does not know. */
        static Optional<Kind> of(String word) {
            return Arrays.stream(values())
                    .filter(kind -> kind.word().equals(word))
                    .findFirst();
        }
    }

    /** A volume without this attribute is referred to by nobody. */
    public static final String KIND = "kind";

    public static final String REPOSITORY = "repository";
    public static final String NAME = "name";
    public static final String BASE = "base";
    public static final String GROWN_FROM = SnapshotRecord.GROWN_FROM;

    /** Goes before the first start; a volume without it may have been written to. */
    public static final String UNTOUCHED = "untouched";

    public static final String START = "start";

    /**
     * Goes before the commit of a merge and stays until its snapshot is taken, so that whoever comes after a crash
     * brings the merge to its end.
     */
    public static final String MERGING = "merging";

    public static final String PORT = "port";
    public static final String PROTECTED = "protected";
    public static final String SETTINGS = "settings";

    private static final String ORIGINAL = "original";

    /** What only the branch has that the repository began with; it stays with it, whatever volume it is on. */
    public static final Map<String, String> ORIGINALS = Map.of(ORIGINAL, Boolean.toString(true));

    private static final String ID = "id";
    private static final String PORT_FIXED = "port-fixed";
    private static final String CREATED = "created";
    private static final String EXPIRES = "expires";

    /**
     * Reads a volume's attributes.
     *
     * @throws ObjectAttributes.UnreadableException when one of them cannot be read
     */
    static CopyRecord of(Kind kind, StoredVolume volume) {
        ObjectAttributes attributes = new ObjectAttributes(volume.id(), volume.attributes());
        return new CopyRecord(
                kind,
                attributes.text(ID, volume.id().value()),
                attributes.text(NAME, volume.id().value()),
                volume,
                attributes.read(BASE, "the identity of a snapshot", SnapshotId::new),
                attributes.read(GROWN_FROM, "the identity of a snapshot", SnapshotId::new),
                attributes.read(UNTOUCHED, "the identity of a snapshot", SnapshotId::new),
                attributes.read(START, "a snapshot and a position", Start::parse),
                attributes.flag(Provenance.FOREIGN),
                attributes.flag(SnapshotRecord.DERIVED),
                attributes.read(MERGING, "the identity of a snapshot and transactions", Merging::parse),
                attributes.read(PORT, "a port", CopyRecord::port).orElse(0),
                attributes.flag(PORT_FIXED),
                attributes
                        .read(SETTINGS, "server settings as JSON", Settings::parse)
                        .orElse(Map.of()),
                attributes.instant(CREATED).orElse(volume.created()),
                attributes.instant(EXPIRES),
                attributes.flag(PROTECTED),
                attributes.flag(ORIGINAL));
    }

    private static int port(String text) {
        int port = Integer.parseInt(text);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(text);
        }
        return port;
    }

    /** The attributes of a new branch or clone, but for the snapshots that it comes from. */
    public static Map<String, String> attributes(
            String repositoryId, CopyRequest wanted, String id, int port, Instant created) {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put(REPOSITORY, repositoryId);
        attributes.put(ObjectAttributes.FORMAT, Integer.toString(ObjectAttributes.CURRENT_FORMAT));
        attributes.put(KIND, wanted.kind().word());
        attributes.put(ID, id);
        attributes.put(NAME, wanted.name());
        attributes.put(PORT, Integer.toString(port));
        attributes.put(PORT_FIXED, Boolean.toString(wanted.port().isPresent()));
        attributes.put(SETTINGS, Settings.format(wanted.settings()));
        attributes.put(CREATED, created.toString());
        wanted.timeToLive()
                .ifPresent(time -> attributes.put(EXPIRES, created.plus(time).toString()));
        if (wanted.isDerived()) {
            attributes.put(SnapshotRecord.DERIVED, Boolean.toString(true));
        }
        if (wanted.isProtected()) {
            attributes.put(PROTECTED, Boolean.toString(true));
        }
        return attributes;
    }

    public boolean isExpired(Instant now) {
        return expires.isPresent() && !expires.get().isAfter(now);
    }

    public CopyKey key() {
        return new CopyKey(kind, id, name);
    }

    /** In words, for messages. */
    public String words() {
        return kind.word() + " " + name;
    }
}
