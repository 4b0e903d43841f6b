package dev.zvpg.internal.remote;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.StorageException;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.catalog.RefName;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.remote.FetchOptions;
import dev.zvpg.remote.FetchResult;
import dev.zvpg.remote.PushOptions;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.RefUpdate;
import dev.zvpg.remote.Remote;
import dev.zvpg.storage.SnapshotId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Fetches from remotes and pushes to them. Thread-safe. */
public record Transfers(Operations operations) {

    private Context context() {
        return operations.context();
    }

    /** Does something with a peer, and lets go of it. */
    private interface Work<T> {
        T with(Peer peer) throws IOException;
    }

    private <T> T with(Remote remote, String what, Work<T> work) {
        context().requireOpen();
        try (Peer peer = Connections.open(remote, context())) {
            return work.with(peer);
        } catch (IOException e) {
            throw Problems.of("cannot " + what, e);
        }
    }

    /**
     * Fetches branches of a remote.
     *
     * @param name what the remote is called here
     */
    public FetchResult fetch(String name, Remote remote, FetchOptions options) {
        return with(remote, "fetch from " + name, peer -> fetch(name, peer, options));
    }

    FetchResult fetch(String name, Peer peer, FetchOptions options) throws IOException {
        RefList theirs = peer.refs();
        SortedMap<String, SnapshotId> heads = chosen(name, theirs, options.branches());
        Set<SnapshotId> here = new HashSet<>();
        context().catalog().snapshots().forEach(image -> here.add(image.id()));
        List<String> came = new ArrayList<>();
        AtomicLong bytes = new AtomicLong();
        for (Map.Entry<String, SnapshotId> head : heads.entrySet()) {
            for (SnapshotId id : theirs.history(head.getValue(), options.depth(), other -> !here.contains(other))) {
                Optional<SnapshotId> base = theirs.base(id, here::contains);
                String what = "fetching " + name + "/" + head.getKey() + ", snapshot " + (came.size() + 1);
                peer.take(id, base, options.verify(), (header, data) -> {
                    new Imports(context(), Optional.of(name))
                            .receive(header, data, context().progress(what));
                    bytes.addAndGet(data.raw());
                });
                here.add(id);
                came.add(id.value());
            }
        }
        SortedMap<String, SnapshotId> tracking = new TreeMap<>();
        heads.forEach((branch, id) -> tracking.put(name + "/" + branch, id));
        return new FetchResult(new TrackingRefs(context()).move(tracking), came, bytes.get());
    }

    private static SortedMap<String, SnapshotId> chosen(String name, RefList theirs, List<String> wanted) {
        if (wanted.isEmpty()) {
            return theirs.heads();
        }
        SortedMap<String, SnapshotId> chosen = new TreeMap<>();
        for (String branch : wanted) {
            SnapshotId head = theirs.heads().get(branch);
            if (head == null) {
                List<String> there = List.copyOf(theirs.heads().keySet());
                throw new NotFoundException(
                        "no branch " + branch + " with a snapshot is to be had from " + name,
                        there.isEmpty() ? "there is none at all yet" : "there are " + Lookup.list(there));
            }
            chosen.put(branch, head);
        }
        return chosen;
    }

    /** Gives a branch's head and what leads to it to a remote, and moves the branch there. */
    public PushResult push(String name, Remote remote, CopyKey branch, PushOptions options) {
        options.as().ifPresent(RefName::branch);
        return with(remote, "push to " + name, peer -> push(name, peer, branch, options));
    }

    private PushResult push(String name, Peer peer, CopyKey key, PushOptions options) throws IOException {
        Catalog catalog = context().catalog();
        CopyRecord branch = catalog.require(key);
        SnapshotRecord head = catalog.head(branch)
                .orElseThrow(() -> new NotFoundException(
                        "cannot push " + branch.words() + ": it has no snapshot", "take one first"));
        String to = options.as().orElse(branch.name());
        RefList theirs = peer.refs();
        Optional<SnapshotId> before = Optional.ofNullable(theirs.heads().get(to));
        Peer.RefMove move = new Peer.RefMove(to, head.id(), before, options.isForcedWithLease());
        if (options.isForcedWithLease()) {
            Optional<SnapshotId> seen =
                    Optional.ofNullable(catalog.tracked().get(name + "/" + to)).map(SnapshotRecord::id);
            if (!seen.equals(before)) {
                return rejected(move, before, RefUpdate.Status.REJECTED_STALE);
            }
        } else if (before.isPresent() && !isFollowed(catalog, theirs, head.id(), before.get())) {
            return rejected(move, before, RefUpdate.Status.REJECTED_DIVERGED); // before anything is sent
        }
        AtomicLong bytes = new AtomicLong();
        List<String> went = send(peer, new Exports(context()).leadingTo(catalog, head), head.id(), options, bytes, to);
        RefUpdate update = peer.move(move);
        if (!update.status().isRejected()) { // only then
            new TrackingRefs(context()).move(new TreeMap<>(Map.of(name + "/" + to, head.id())));
        }
        return new PushResult(List.of(update), went, bytes.get());
    }

    private static PushResult rejected(Peer.RefMove move, Optional<SnapshotId> before, RefUpdate.Status status) {
        Optional<String> there = before.map(SnapshotId::value);
        return new PushResult(
                List.of(new RefUpdate(move.branch(), status, there, there, RefMoves.reason(move, status))),
                List.of(),
                0);
    }

    /** Whether a snapshot of ours follows one of theirs, by our own history or, where we have not all of it, by theirs. */
    private static boolean isFollowed(Catalog catalog, RefList theirs, SnapshotId ours, SnapshotId before) {
        List<SnapshotId> history =
                catalog.lineage().history(ours).stream().map(SnapshotRecord::id).toList();
        return history.contains(before) || theirs.follows(history, before);
    }

    private List<String> send(
            Peer peer, RefList ours, SnapshotId head, PushOptions options, AtomicLong bytes, String to)
            throws IOException {
        Set<SnapshotId> asked = new LinkedHashSet<>(ours.history(head, Integer.MAX_VALUE, any -> true));
        ours.snapshots().values().forEach(node -> node.image().ifPresent(asked::add));
        Set<SnapshotId> there = new HashSet<>(peer.have(asked));
        there.removeIf(id -> context().catalog().snapshot(id).isEmpty());
        Exports exports = new Exports(context());
        List<String> went = new ArrayList<>();
        // what is there may follow something that is not, or that this side is not told of
        for (SnapshotId id : ours.history(head, Integer.MAX_VALUE, other -> !there.contains(other))) {
            SnapshotHeader header = exports.header(id, ours.base(id, there::contains), BranchPatterns.ALL);
            String what = "pushing " + to + ", snapshot " + (went.size() + 1);
            boolean whole = options.verify() || peer.wantsDigests();
            peer.give(whole ? header.withTree(exports.digest(id)) : header, data -> {
                exports.send(header, data, context().progress(what));
                bytes.addAndGet(data.raw());
            });
            there.add(id);
            went.add(id.value());
        }
        return went;
    }

    /** Forgets where the branches of a remote were. */
    public void forget(String name) {
        new TrackingRefs(context()).forget(ref -> ref.startsWith(name + "/"));
    }

    /**
     * Compares the whole tree of a snapshot here and there.
     *
     * @throws StorageException when they are not the same
     */
    public void verify(String name, Remote remote, SnapshotKey key) {
        with(remote, "verify " + key.ref() + " with " + name, peer -> {
            String there = peer.digest(key.id());
            String here = new Exports(context()).digest(key.id());
            if (!here.equals(there)) {
                throw new StorageException(
                        "verify",
                        "snapshot " + key.ref() + " with " + name,
                        "its SHA-256 is " + here + " here and " + there + " there",
                        "discard the one that is damaged and fetch or push it again",
                        null);
            }
            return here;
        });
    }
}
