package dev.zvpg.internal.remote;

import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.catalog.Provenance;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.tree.TreeDigest;
import dev.zvpg.internal.tree.TreeOwner;
import dev.zvpg.internal.tree.TreeSender;
import dev.zvpg.internal.wire.DataSink;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageFeature;
import dev.zvpg.storage.Streams;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What this repository gives to others. Reads only, and leaves nothing. Thread-safe. */
record Exports(Context context) {

    /** How coarse the clock of a file system may be, and as long as git takes it to be. */
    private static final Duration TICK = Duration.ofSeconds(2);

    /** The branches that others may know of, and what leads to them. */
    RefList refs(Catalog catalog, BranchPatterns visible) {
        SortedMap<String, SnapshotId> heads = new TreeMap<>();
        Map<SnapshotId, RefList.Node> snapshots = new LinkedHashMap<>();
        for (CopyRecord branch : catalog.copies(CopyRecord.Kind.BRANCH)) {
            Optional<SnapshotRecord> head =
                    catalog.headForOthers(branch).filter(image -> isVisible(catalog, image, visible));
            if (head.isPresent() && visible.allow(branch.name())) {
                heads.put(branch.name(), head.get().id());
                walk(catalog, head.get(), visible, snapshots);
            }
        }
        return new RefList(heads, snapshots);
    }

    /** What leads to one snapshot, as far as others may know of it. */
    RefList leadingTo(Catalog catalog, SnapshotRecord head, BranchPatterns visible) {
        Map<SnapshotId, RefList.Node> snapshots = new LinkedHashMap<>();
        walk(catalog, head, visible, snapshots);
        return new RefList(new TreeMap<>(), snapshots);
    }

    /** Whether others may know of a snapshot, by the branch that it was taken on, whatever the remote is called here. */
    static boolean isVisible(Catalog catalog, SnapshotRecord image, BranchPatterns visible) {
        boolean isOurs = image.provenance().remote().isEmpty();
        return visible.allow(isOurs ? catalog.branchOf(image).name() : image.branchName());
    }

    /** Notes a snapshot and what it follows, as far as that may be sent with it. */
    private static void walk(
            Catalog catalog, SnapshotRecord head, BranchPatterns visible, Map<SnapshotId, RefList.Node> snapshots) {
        Deque<SnapshotRecord> next = new ArrayDeque<>(List.of(head));
        while (!next.isEmpty()) {
            SnapshotRecord image = next.removeFirst();
            if (snapshots.containsKey(image.id())) {
                continue;
            }
            RefList.Node node = node(image, id -> isTold(catalog, id, visible, false));
            snapshots.put(image.id(), node);
            node.parents().forEach(parent -> catalog.snapshot(parent).ifPresent(next::add));
        }
    }

    /** What is said of where a snapshot comes from, in refs and headers alike: nothing of what it was derived from. */
    private static RefList.Node node(SnapshotRecord image, Predicate<SnapshotId> told) {
        List<SnapshotId> parents = image.isDerived()
                ? List.of()
                : image.parents().stream().filter(told).toList();
        Optional<SnapshotId> grownFrom =
                image.isDerived() ? Optional.empty() : image.grownFrom().filter(told);
        return new RefList.Node(parents, grownFrom, Optional.empty());
    }

    /** Whether others may know of a snapshot; of one that is not here nobody knows on which branch it was taken. */
    private static boolean isTold(Catalog catalog, SnapshotId id, BranchPatterns visible, boolean alsoGone) {
        return catalog.snapshot(id)
                .map(image -> isVisible(catalog, image, visible))
                .orElse(alsoGone && visible.allowAll());
    }

    /**
     * What comes before a snapshot's tree.
     *
     * @param visible whose identities it may hold
     */
    SnapshotHeader header(SnapshotId id, Optional<SnapshotId> base, BranchPatterns visible) throws IOException {
        Catalog catalog = context.catalog();
        SnapshotRecord image = require(catalog, id);
        Map<String, String> attributes = new TreeMap<>(image.stored().attributes());
        attributes.keySet().removeIf(Provenance::isLocal);
        attributes.put(Provenance.TAKEN, image.created().toString());
        RefList.Node node = node(image, other -> isTold(catalog, other, visible, true));
        attributes.put(SnapshotRecord.PARENTS, SnapshotRecord.parents(node.parents()));
        attributes.remove(SnapshotRecord.GROWN_FROM);
        node.image().ifPresent(from -> attributes.put(SnapshotRecord.GROWN_FROM, from.value()));
        attributes.putIfAbsent(Provenance.SUPERUSER, context.credentials().user());
        catalog.copy(image.branchId()).ifPresent(branch -> attributes.put(SnapshotRecord.BRANCH_NAME, branch.name()));
        long bytes = TreeSender.size(context.storage().directory(id));
        return new SnapshotHeader(id, base, attributes, bytes, Hello.ourArch(), Optional.empty(), Payload.TREE);
    }

    private static SnapshotRecord require(Catalog catalog, SnapshotId id) {
        return catalog.snapshot(id).orElseThrow(() -> Lookup.gone("snapshot " + id));
    }

    /** The digest of a whole tree. */
    String digest(SnapshotId id) throws IOException {
        String digest = TreeDigest.of(context.storage().directory(id));
        require(context.catalog(), id); // one that is being deleted is no longer whole
        return digest;
    }

    /** How a snapshot can be sent in a format of the storage's own; empty where it cannot. */
    Optional<Streams.Outgoing> stream(SnapshotHeader header, Offer offer) throws IOException {
        Optional<Streams> streams =
                context.storage().streams().filter(ours -> ours.format().equals(offer.format()));
        if (streams.isEmpty()) {
            return Optional.empty();
        }
        Optional<Streams.Outgoing> outgoing = streams.get().outgoing(header.id(), header.base(), offer.have());
        if (outgoing.isEmpty()) {
            return outgoing;
        }
        Path tree = context.storage().directory(header.id());
        Optional<String> owner = TreeOwner.of(tree, Context.dataDirectory(tree));
        return outgoing.filter(stream -> owner.equals(Optional.of(offer.owner())));
    }

    /** Sends a snapshot in that format. */
    void sendStream(Streams.Outgoing stream, DataSink out, CopyProgress progress) throws IOException {
        OutputStream measured = Meter.on(out, progress, stream.estimate());
        stream.send(measured);
        measured.flush();
        out.finish();
    }

    /** Sends a snapshot's tree. */
    void sendTree(SnapshotHeader header, DataSink out, CopyProgress progress) throws IOException {
        Storage storage = context.storage();
        Optional<Path> base = header.base().map(storage::directory);
        Path tree = storage.directory(header.id());
        try {
            TreeSender.send(tree, base, trusted(header), out, progress);
        } catch (IOException e) {
            requireThere(header); // or that is why
            throw e;
        }
        requireThere(header);
        out.finish();
    }

    /** What is deleted meanwhile may not have been whole any more when it was read. */
    private void requireThere(SnapshotHeader header) {
        Catalog now = context.catalog();
        require(now, header.id());
        header.base().ifPresent(id -> require(now, id));
    }

    /**
     * Before when a file must have been modified to be believed to be the same. Only images of one instant tell that, one
     * of which grew from the other here: a file that is copied while somebody writes to it has an earlier time than what
     * is in it.
     */
    private Optional<Instant> trusted(SnapshotHeader header) {
        Catalog catalog = context.catalog();
        Optional<SnapshotRecord> base = header.base().flatMap(catalog::snapshot);
        SnapshotRecord image = require(catalog, header.id());
        boolean isOurs = image.provenance().taken().isEmpty();
        if (base.isEmpty() || !isOurs || !context.storage().features().contains(StorageFeature.ATOMIC_SNAPSHOT)) {
            return Optional.empty();
        }
        boolean isRelated =
                base.get().provenance().taken().isEmpty() || image.grownFrom().equals(header.base());
        Instant earlier =
                base.get().created().isBefore(image.created()) ? base.get().created() : image.created();
        return isRelated ? Optional.of(earlier.minus(TICK)) : Optional.empty();
    }
}
