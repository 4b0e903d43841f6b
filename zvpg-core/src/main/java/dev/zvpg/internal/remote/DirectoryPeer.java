package dev.zvpg.internal.remote;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.io.AtomicFile;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.NewFile;
import dev.zvpg.internal.io.RegularFile;
import dev.zvpg.internal.io.Sha256;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.internal.wire.Frames;
import dev.zvpg.remote.RefUpdate;
import dev.zvpg.remote.RefUpdate.Status;
import dev.zvpg.storage.SnapshotId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A place that is only a directory: {@code bundles/ID} or {@code bundles/ID.BASE} for each snapshot, and
 * {@code refs.json}, which names what is there. A bundle is whole before it is named, and what nobody names is nothing;
 * one that is named is not replaced by what stands on something else, as long as it is there. Confined to one thread; several processes may use
 * the same place.
 */
final class DirectoryPeer implements Peer {

    private static final String REFS = "refs.json";
    private static final String BUNDLES = "bundles";
    private static final String LOCK = "lock";
    private static final int MOST_REFS = 1 << 24;

    /** For whoever is of the place's group. */
    private static final Set<PosixFilePermission> SHARED = PosixFilePermissions.fromString("rw-rw-r--");

    private final Path place;

    private DirectoryPeer(Path place) {
        this.place = place;
    }

    static DirectoryPeer open(Path place) {
        return new DirectoryPeer(place);
    }

    @Override
    public String identity() {
        byte[] path = place.toString().getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(Sha256.begin().digest(path));
    }

    private Path bundle(SnapshotId id, Optional<SnapshotId> base) {
        String name = id.value() + base.map(below -> "." + below.value()).orElse("");
        return place.resolve(BUNDLES).resolve(name);
    }

    /** Whoever may put bundles there may read them, and nobody else. */
    private static Set<PosixFilePermission> readers(Path bundles) throws IOException {
        Set<PosixFilePermission> mode = EnumSet.copyOf(NewFile.PRIVATE);
        if (Files.getPosixFilePermissions(bundles).contains(PosixFilePermission.GROUP_WRITE)) {
            mode.add(PosixFilePermission.GROUP_READ);
        }
        return mode;
    }

    @Override
    public RefList refs() throws IOException {
        try {
            return RefList.of(Frames.parse(RegularFile.readTrusted(place.resolve(REFS), MOST_REFS)));
        } catch (NoSuchFileException e) {
            return new RefList(new TreeMap<>(), Map.of());
        }
    }

    @Override
    public Set<SnapshotId> have(Collection<SnapshotId> ids) throws IOException {
        Map<SnapshotId, RefList.Node> named = refs().snapshots();
        Set<SnapshotId> there = new HashSet<>(ids);
        there.removeIf(id -> !named.containsKey(id)
                || !Files.exists(bundle(id, named.get(id).needs()))); // one that is lost is pushed again
        return there;
    }

    @Override
    public void take(SnapshotId id, Optional<SnapshotId> base, boolean whole, Optional<Offer> offer, Receiver into)
            throws IOException {
        Path bundle = bundle(id, base);
        try {
            Bundles.read(bundle, (header, data) -> {
                if (!header.isOf(id, base)) {
                    throw new MalformedException("the bundle " + bundle + " holds another snapshot");
                }
                if (whole && header.tree().isEmpty()) {
                    throw new MalformedException("the bundle " + bundle + " has no SHA-256 of the whole tree");
                }
                into.receive(header, data);
            });
        } catch (NoSuchFileException e) {
            throw gone(bundle);
        }
    }

    private static NotFoundException gone(Path bundle) {
        return new NotFoundException("the bundle " + bundle + " is gone", "push it again from where it is");
    }

    @Override
    public boolean wantsDigests() {
        return true;
    }

    @Override
    public void give(SnapshotHeader header, Sender content) throws IOException {
        Path bundles = Files.createDirectories(place.resolve(BUNDLES));
        Bundles.write(bundle(header.id(), header.base()), readers(bundles), header, content::send);
        change(refs -> {
            Map<SnapshotId, RefList.Node> snapshots = new LinkedHashMap<>(refs.snapshots());
            boolean isDerived = header.attributes().containsKey(SnapshotRecord.DERIVED);
            String parents = isDerived ? "" : header.attributes().getOrDefault(SnapshotRecord.PARENTS, "");
            RefList.Node named = snapshots.get(header.id());
            if (named == null || !Files.exists(bundle(header.id(), named.needs()))) { // or it was lost
                snapshots.put(header.id(), new RefList.Node(ids(parents), Optional.empty(), header.base()));
            }
            return new RefList(refs.heads(), snapshots);
        });
    }

    private static List<SnapshotId> ids(String text) {
        return Arrays.stream(text.split(","))
                .filter(id -> !id.isEmpty())
                .map(SnapshotId::new)
                .toList();
    }

    private interface Change {
        RefList of(RefList refs) throws IOException;
    }

    /** Changes what is named, so that of two who do that at once neither loses what it did. */
    private void change(Change change) throws IOException {
        Files.createDirectories(place);
        Path lock = place.resolve(LOCK);
        try {
            Files.setPosixFilePermissions(
                    Files.createFile(lock), SHARED); // all who share it lock it, whatever the umask
        } catch (FileAlreadyExistsException e) {
            // and nobody makes another one, or two would hold one each
        }
        try (FileMutex.Held held = FileMutex.of(lock).lock()) {
            RefList changed = change.of(refs());
            AtomicFile.replace(
                    place.resolve(REFS), changed.json().toPrettyString().getBytes(StandardCharsets.UTF_8), SHARED);
        } catch (InterruptedException e) {
            throw IoFailure.interrupted(e);
        }
    }

    @Override
    public RefUpdate move(RefMove move) throws IOException {
        Status[] status = new Status[1];
        SnapshotId[] before = new SnapshotId[1];
        change(refs -> {
            Optional<SnapshotId> head = Optional.ofNullable(refs.heads().get(move.branch()));
            before[0] = head.orElse(move.to());
            status[0] = status(refs, move, head);
            if (status[0] != Status.UPDATED) {
                return refs;
            }
            SortedMap<String, SnapshotId> heads = new TreeMap<>(refs.heads());
            heads.put(move.branch(), move.to());
            return new RefList(heads, refs.snapshots());
        });
        Optional<String> was =
                Optional.of(before[0].value()).filter(id -> move.expected().isPresent());
        boolean isThere = !status[0].isRejected();
        return new RefUpdate(
                move.branch(),
                status[0],
                was,
                isThere ? Optional.of(move.to().value()) : was,
                RefMoves.reason(move, status[0]));
    }

    private static Status status(RefList refs, RefMove move, Optional<SnapshotId> head) {
        if (!refs.snapshots().containsKey(move.to())) {
            throw new NotFoundException("snapshot " + move.to() + " is not there", "push it again");
        }
        if (head.equals(Optional.of(move.to()))) {
            return Status.UP_TO_DATE;
        }
        if (!head.equals(move.expected())) {
            return Status.REJECTED_STALE;
        }
        return move.force() || head.isEmpty() || refs.follows(List.of(move.to()), head.get())
                ? Status.UPDATED
                : Status.REJECTED_DIVERGED;
    }

    /** Reads all of the bundle, and tells the digest that, as its header says, the tree had when it came. */
    @Override
    public String digest(SnapshotId id, boolean again) throws IOException {
        RefList.Node node = refs().snapshots().get(id);
        if (node == null) {
            throw new NotFoundException("snapshot " + id + " is not there", "push it again");
        }
        String[] digest = {""};
        Path bundle = bundle(id, node.needs());
        try {
            Bundles.read(bundle, (header, data) -> {
                data.skipToEnd();
                digest[0] = header.tree().orElse("");
            });
        } catch (NoSuchFileException e) {
            throw gone(bundle);
        }
        return digest[0];
    }

    @Override
    public void close() {}
}
