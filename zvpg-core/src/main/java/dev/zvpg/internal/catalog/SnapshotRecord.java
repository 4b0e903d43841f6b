package dev.zvpg.internal.catalog;

import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.server.Position;
import dev.zvpg.storage.Attributes;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A snapshot, as its attributes say. Immutable.
 *
 * @param id its identity
 * @param name its name, unique in its branch
 * @param branchId the identity of the branch it was taken on, which may be deleted since
 * @param branchName the name that the branch had then, or when it was deleted
 * @param sequence its place among the snapshots of its volume, from 1
 * @param parents the snapshots it follows, nearest first
 * @param grownFrom the snapshot whose image its own continues, block by block; empty for the first of all, or when that
 *     is not known
 * @param position what it holds
 * @param provenance where it has been, and who knows it
 * @param stored what the storage says of it
 */
public record SnapshotRecord(
        SnapshotId id,
        String name,
        String branchId,
        String branchName,
        long sequence,
        List<SnapshotId> parents,
        Optional<SnapshotId> grownFrom,
        Position position,
        Provenance provenance,
        StoredSnapshot stored) {

    /**
     * What it follows has something that it has not, such as production's secrets: who gets it does not get that.
     */
    public static final String DERIVED = "derived";

    public static final String PARENTS = "parents";
    /** Beside the parents, because a merge has a parent whose blocks it shares nothing with. */
    public static final String GROWN_FROM = "grown-from";

    public static final String BRANCH_NAME = "branch-name";
    public static final String NAME = "name";
    public static final String BRANCH = "branch";
    private static final String SEQUENCE = "sequence";
    private static final String MESSAGE = "message";
    private static final String AUTHOR = "author";
    public static final String VERSION = "version";
    private static final String WAL = "wal";
    private static final String OLDEST_TRANSACTION_ID = "oldest-transaction-id";
    private static final String NEXT_TRANSACTION_ID = "next-transaction-id";
    private static final String CONFIGURATION = "configuration";
    private static final String SLOTS = "slots";

    /** What may be long: what people write, and lists. */
    private static final Set<String> LONG = Set.of(MESSAGE, PARENTS, SLOTS);

    private static final Set<String> SHORT = Set.of(
            ObjectAttributes.FORMAT,
            NAME,
            BRANCH,
            BRANCH_NAME,
            SEQUENCE,
            AUTHOR,
            VERSION,
            GROWN_FROM,
            DERIVED,
            WAL,
            OLDEST_TRANSACTION_ID,
            NEXT_TRANSACTION_ID,
            CONFIGURATION,
            Provenance.TAKEN,
            Provenance.SUPERUSER);

    private static final int MOST_CHARACTERS = 1024;

    /**
     * Reads a snapshot's attributes.
     *
     * @throws ObjectAttributes.UnreadableException when one of them cannot be read
     */
    static SnapshotRecord of(StoredSnapshot stored) {
        ObjectAttributes attributes = new ObjectAttributes(stored.id(), stored.attributes());
        return new SnapshotRecord(
                stored.id(),
                attributes.text(NAME, stored.id().value()),
                attributes.text(BRANCH, ""),
                attributes.text(BRANCH_NAME, ""),
                attributes.number(SEQUENCE, 0),
                attributes.ids(PARENTS, SnapshotId::new),
                attributes.read(GROWN_FROM, "the identity of a snapshot", SnapshotId::new),
                new Position(
                        attributes.text(WAL, ""),
                        attributes.number(OLDEST_TRANSACTION_ID, 0),
                        attributes.number(NEXT_TRANSACTION_ID, 0),
                        attributes.text(CONFIGURATION, ""),
                        Set.copyOf(attributes.ids(SLOTS, name -> name))),
                Provenance.of(attributes),
                stored);
    }

    /** The attributes of a new snapshot, but for its position. */
    public static Map<String, String> attributes(
            CopyRecord branch,
            String name,
            String message,
            String author,
            String version,
            long sequence,
            List<SnapshotId> parents,
            Optional<SnapshotId> grownFrom) {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put(ObjectAttributes.FORMAT, Integer.toString(ObjectAttributes.CURRENT_FORMAT));
        attributes.put(NAME, name);
        attributes.put(BRANCH, branch.id());
        attributes.put(BRANCH_NAME, branch.name());
        attributes.put(SEQUENCE, Long.toString(sequence));
        attributes.put(MESSAGE, message);
        attributes.put(AUTHOR, author);
        attributes.put(VERSION, version);
        attributes.put(PARENTS, parents(parents));
        grownFrom.ifPresent(image -> attributes.put(GROWN_FROM, image.value()));
        if (sequence == 1 && branch.isDerived()) {
            attributes.put(DERIVED, Boolean.toString(true));
        }
        return attributes;
    }

    public static Map<String, String> position(Position position) {
        return Map.of(
                WAL,
                position.wal(),
                OLDEST_TRANSACTION_ID,
                Long.toString(position.oldestTransactionId()),
                NEXT_TRANSACTION_ID,
                Long.toString(position.nextTransactionId()),
                CONFIGURATION,
                position.configuration(),
                SLOTS,
                String.join(",", new TreeSet<>(position.slots())));
    }

    public static String parents(List<SnapshotId> parents) {
        return String.join(",", parents.stream().map(SnapshotId::value).toList());
    }

    /** Whether an attribute is one that a snapshot from elsewhere has; others are not to fill the storage. */
    public static boolean isKnown(String attribute) {
        return SHORT.contains(attribute) || LONG.contains(attribute);
    }

    /** Whether a value is longer than anybody needs, where somebody else says it. */
    public static boolean isTooLong(String attribute, String value) {
        return value.length() > (LONG.contains(attribute) ? Attributes.MAX_VALUE_BYTES : MOST_CHARACTERS);
    }

    /** Whether its history stays where it is when it is sent to another repository. */
    public boolean isDerived() {
        return Boolean.parseBoolean(stored.attributes().get(DERIVED));
    }

    /** When it was taken, wherever that was. */
    public Instant created() {
        return provenance.taken().orElse(stored.created());
    }

    public SnapshotInfo info(Catalog catalog) {
        Map<String, String> attributes = stored.attributes();
        return new SnapshotInfo(
                id.value(),
                name,
                branchId,
                catalog.branchName(this),
                attributes.getOrDefault(MESSAGE, ""),
                attributes.getOrDefault(AUTHOR, ""),
                created(),
                catalog.lineage().parents(this).stream().map(catalog::ref).toList(),
                provenance.refs().stream().sorted().toList(),
                attributes.getOrDefault(VERSION, ""),
                position.wal(),
                position.nextTransactionId(),
                stored.usedBytes(),
                stored.referencedBytes());
    }
}
