package dev.zvpg.internal.remote;

import dev.zvpg.error.RemoteException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.Provenance;
import dev.zvpg.internal.catalog.RefName;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredSnapshot;
import dev.zvpg.storage.Streams;
import dev.zvpg.storage.VolumeId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What this repository gets from others, and what it believes of what they say. Thread-safe.
 *
 * @param remote what the remote is called here that it comes from; empty for what somebody pushes
 * @param agreed who has the same from now on; empty where nobody asks that one again
 */
record Imports(Context context, Optional<String> remote, Optional<String> agreed) {

    /** Before the identity of a branch of this repository, which whoever sends it cannot mean. */
    private static final String ELSEWHERE = "elsewhere:";

    /** Times are calculated with, and shown with a year of four digits. */
    private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

    private static final Pattern SUPERUSER = Pattern.compile("[^\\p{Cntrl}'\"\\\\]{1,63}");

    /**
     * What a snapshot will be here.
     *
     * @param ref how it is told of
     */
    record Accepted(Map<String, String> attributes, Event.Ref ref) {}

    /**
     * Prepares for a snapshot, before the other side begins to send it.
     *
     * @param live whether that can be told as what it may come; else it comes as a tree
     */
    Arrival expect(SnapshotId id, Optional<SnapshotId> base, boolean live) {
        Optional<Streams> streams = live ? context.storage().streams() : Optional.empty();
        return new Arrival(this, streams.map(found -> found.incoming(id, base)));
    }

    /** Refuses what cannot be used here, by all that is said of it before it comes. */
    Accepted accept(SnapshotHeader header) throws MalformedException {
        Map<String, String> attributes = attributes(header);
        SnapshotRecord described = describe(header.id(), attributes);
        requireUsable(header, described);
        context.home().requireLiving();
        String name = new Catalog(listing(described.stored())).ref(described);
        return new Accepted(attributes, new Event.Ref(header.id().value(), name));
    }

    /**
     * The attributes that it has here. What the sender says of refs, of this repository's own view and of whose password
     * is in it does not count, nor does what nobody knows; it is on no branch of this repository before one is moved to
     * it.
     */
    private Map<String, String> attributes(SnapshotHeader header) throws MalformedException {
        Map<String, String> attributes = new TreeMap<>(header.attributes());
        attributes.keySet().removeIf(name -> !SnapshotRecord.isKnown(name));
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            if (SnapshotRecord.isTooLong(attribute.getKey(), attribute.getValue())) {
                throw new MalformedException(
                        "the attribute " + attribute.getKey() + " of snapshot " + header.id() + " is too long");
            }
        }
        if (!continuesBase(header)) {
            attributes.remove(SnapshotRecord.GROWN_FROM);
        }
        header.tree().ifPresent(digest -> attributes.put(Provenance.SHA256, digest)); // it is compared before the end
        attributes.put(Provenance.FOREIGN, Boolean.toString(true)); // one that comes home may have been changed
        String branch = attributes.getOrDefault(SnapshotRecord.BRANCH, "");
        if (context.catalog().copy(branch).isPresent()) {
            attributes.put(SnapshotRecord.BRANCH, ELSEWHERE + branch);
        }
        remote.ifPresent(name -> attributes.put(Provenance.REMOTE, name));
        agreed.ifPresent(other -> attributes.put(Provenance.SAME, other));
        String now = context.clock().instant().toString();
        attributes.putIfAbsent(Provenance.TAKEN, now); // only what was taken here has none
        attributes.put(Provenance.INCOMING, now);
        return attributes;
    }

    /**
     * Whether its image continues its base's, as those will believe who compare only what has changed since: it was made
     * from that here, and a remote that somebody here has chosen says so. Of a push nobody knows who did it.
     */
    private boolean continuesBase(SnapshotHeader header) {
        String from = header.attributes().get(SnapshotRecord.GROWN_FROM);
        return remote.isPresent()
                && header.base().filter(base -> base.value().equals(from)).isPresent();
    }

    private static Listing listing(StoredSnapshot stored) {
        return new Listing(List.of(), List.of(stored));
    }

    /** Looks at the attributes as whoever lists them will. */
    private SnapshotRecord describe(SnapshotId id, Map<String, String> attributes) throws MalformedException {
        VolumeId none = new VolumeId("none");
        Catalog catalog = new Catalog(listing(
                new StoredSnapshot(id, none, attributes, Instant.EPOCH, OptionalLong.empty(), OptionalLong.empty())));
        if (!catalog.newer().isEmpty()) {
            throw new RemoteException(
                    RemoteException.Reason.INCOMPATIBLE,
                    "a later version of zvpg has taken snapshot " + id,
                    "use that version here",
                    null);
        }
        Optional<SnapshotRecord> record = catalog.snapshot(id);
        if (record.isEmpty()) {
            throw new MalformedException("snapshot " + id + " cannot be read: " + catalog.unreadable());
        }
        String superuser = attributes.get(Provenance.SUPERUSER);
        if (superuser != null && !SUPERUSER.matcher(superuser).matches()) { // it will be in statements
            throw new MalformedException("snapshot " + id + " has a superuser with a name that is not accepted");
        }
        Instant taken = record.get().created();
        if (taken.isBefore(Instant.EPOCH) || taken.isAfter(LAST)) {
            throw new MalformedException("snapshot " + id + " has a time that is none: " + taken);
        }
        try {
            RefName.snapshot(record.get().name());
            RefName.branch(record.get().branchName());
        } catch (IllegalArgumentException e) {
            throw new MalformedException("snapshot " + id + " has a name that is none: " + e.getMessage());
        }
        return record.get();
    }

    /** Refuses what no server of this machine could start with, before any of it is sent. */
    private void requireUsable(SnapshotHeader header, SnapshotRecord described) {
        String theirs = described.stored().attributes().getOrDefault(SnapshotRecord.VERSION, "");
        String ours = context.launcher().version();
        if (!major(theirs).equals(major(ours))) {
            throw incompatible(header.id(), "PostgreSQL " + theirs, "PostgreSQL " + ours);
        }
        if (!header.arch().equals(Hello.ourArch())) {
            throw incompatible(header.id(), "the machine " + header.arch(), Hello.ourArch());
        }
    }

    private static String major(String version) {
        return version.replaceFirst("\\D.*", "");
    }

    private static RemoteException incompatible(SnapshotId id, String theirs, String ours) {
        return new RemoteException(
                RemoteException.Reason.INCOMPATIBLE,
                "snapshot " + id + " is for " + theirs + ", and this repository is for " + ours,
                "data files cannot be used there; use an installation of the same kind, or pg_dump",
                null);
    }
}
