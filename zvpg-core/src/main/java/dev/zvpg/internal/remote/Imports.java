package dev.zvpg.internal.remote;

import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.RemoteException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.Provenance;
import dev.zvpg.internal.catalog.RefName;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.internal.tree.TreeDigest;
import dev.zvpg.internal.tree.TreeReceiver;
import dev.zvpg.internal.tree.TreeSender;
import dev.zvpg.internal.wire.CutException;
import dev.zvpg.internal.wire.DataSource;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StoredSnapshot;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What this repository gets from others. Each snapshot appears whole or not at all: its tree is a draft, which ends with
 * this process; then, for a moment and under a lock, a volume that is marked, which the next {@code open()} removes; and
 * then the image of that. Thread-safe.
 *
 * @param remote what the remote is called here that it comes from; empty for what somebody pushes
 * @param agreed who has the same from now on; empty where nobody asks that one again
 */
record Imports(Context context, Optional<String> remote, Optional<String> agreed) {

    /** Before the identity of a branch of this repository, which whoever sends it cannot mean. */
    private static final String ELSEWHERE = "elsewhere:";

    /** Times are calculated with, and shown with a year of four digits. */
    private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

    /** Before the identity of a snapshot, in the name of a lock: no working copy is called so. */
    private static final String RECEIVED = "received:";

    private static final Pattern SUPERUSER = Pattern.compile("[^\\p{Cntrl}'\"\\\\]{1,63}");

    /**
     * Receives a snapshot. When this returns, it is here and has the content that was sent, so whoever sent all of it has
     * shown that it has it. What fails on this side is no failure of the connection.
     */
    void receive(SnapshotHeader header, DataSource data, CopyProgress progress) throws IOException {
        try {
            receiveTree(header, data, progress);
        } catch (CutException | MalformedException e) {
            throw e;
        } catch (IOException e) {
            throw IoFailure.of(
                    "receive", "snapshot " + header.id(), context.home().root(), e);
        }
    }

    private void receiveTree(SnapshotHeader header, DataSource data, CopyProgress progress) throws IOException {
        long began = System.nanoTime();
        Map<String, String> attributes = attributes(header);
        SnapshotRecord described = describe(header.id(), attributes);
        requireUsable(header, described);
        context.home().requireLiving();
        Storage storage = context.storage();
        VolumeId volume = VolumeId.generate(Catalog.INCOMING);
        try (Draft draft = header.base().isPresent()
                ? storage.clone(header.base().get(), volume, CopyProgress.NONE)
                : storage.create(volume)) {
            requireRoom(header, draft.directory());
            TreeReceiver.receive(draft.directory(), data, header.bytes(), progress, tree -> {
                data.finish();
                requireCluster(header, tree);
            });
            publish(draft, volume, header.id(), attributes);
        }
        Event.Ref ref = new Event.Ref(header.id().value(), new Catalog(listing(described.stored())).ref(described));
        context.events()
                .tell(new Event.SnapshotReceived(ref, header.bytes(), Duration.ofNanos(System.nanoTime() - began)));
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

    private void requireRoom(SnapshotHeader header, Path draft) throws IOException {
        long shared = header.base().isPresent() ? TreeSender.size(draft) : 0;
        long room = Files.getFileStore(draft).getUsableSpace();
        if (header.bytes() < 0 || header.bytes() - shared > room - TreeReceiver.SPARE_BYTES) {
            throw new OutOfSpaceException(
                    "cannot receive snapshot " + header.id() + ": it has " + header.bytes() + " bytes, " + shared
                            + " of which are here, and " + room + " are free",
                    "free some space, or destroy what nobody needs any more, then try again");
        }
    }

    /** Refuses what is no cluster of this kind, and gives it to the servers' user. */
    private void requireCluster(SnapshotHeader header, Path tree) throws IOException {
        Path data = Context.dataDirectory(tree);
        if (!Files.isDirectory(data, LinkOption.NOFOLLOW_LINKS)) {
            throw new MalformedException("snapshot " + header.id() + " has no data directory");
        }
        context.launcher().own(data);
        context.launcher().inspect(data);
        context.launcher().requireSelfContained(data);
        if (header.tree().isPresent()) {
            String digest = TreeDigest.of(tree);
            if (!digest.equals(header.tree().get())) {
                throw new MalformedException("the SHA-256 of the whole tree of snapshot " + header.id()
                        + " does not fit, so what it was sent on top of is not the same on both sides");
            }
        }
    }

    /**
     * Makes it a snapshot, unless it has become one meanwhile. Who receives the same one takes turns: not every storage
     * looks whether another process has just used an identity.
     */
    private void publish(Draft draft, VolumeId volume, SnapshotId id, Map<String, String> attributes)
            throws IOException {
        String turn = RECEIVED + id.value();
        try (Locks.Held held = context.locks().workingCopy(turn)) {
            try {
                if (context.storage().list().snapshots().stream()
                        .anyMatch(image -> image.id().equals(id))) {
                    requireSame(draft, id);
                } else {
                    snapshot(draft, volume, id, attributes);
                }
            } finally {
                context.locks().forget(turn);
            }
        }
    }

    private void snapshot(Draft draft, VolumeId volume, SnapshotId id, Map<String, String> attributes) {
        try (Locks.Held lock = context.locks().workingCopy(volume.value())) {
            try {
                draft.publish(Map.of(CopyRecord.KIND, Catalog.INCOMING, CopyRecord.REPOSITORY, context.repositoryId()));
                context.storage().snapshot(volume, id, attributes, context.progress("snapshot " + id));
            } finally {
                context.discard(volume);
                context.locks().forget(volume.value());
            }
        }
    }

    /** An identity is only a name: who does not have the content that belongs to it does not get it by naming it. */
    private void requireSame(Draft draft, SnapshotId id) throws IOException {
        new Reservations(context).reserve(List.of(id)); // as what has just come is kept
        if (!TreeDigest.of(draft.directory()).equals(new Digests(context).of(id))) {
            throw new RemoteException(
                    RemoteException.Reason.REFUSED,
                    "snapshot " + id + " is here already, and is not what was sent under that identity",
                    "compare it with verify on both sides, and discard the one that is damaged",
                    null);
        }
    }
}
