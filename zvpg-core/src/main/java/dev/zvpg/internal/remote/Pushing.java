package dev.zvpg.internal.remote;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.RemoteException;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.remote.PushOptions;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.RefUpdate;
import dev.zvpg.remote.RemoteOptions;
import dev.zvpg.storage.SnapshotId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Pushes one branch: what leads to its head first, then the branch there, then where it is known to be here. Confined to
 * one thread.
 *
 * @param name what the remote is called here
 * @param known what else is known of it
 * @param streams whether snapshots may go as the storage's own streams
 */
record Pushing(Context context, String name, RemoteOptions known, PushOptions options, boolean streams) {

    private BranchPatterns leaving() {
        return BranchPatterns.of(known.leaving());
    }

    private static SnapshotRecord head(Catalog catalog, CopyRecord branch) {
        return catalog.headForOthers(branch)
                .orElseThrow(() -> new NotFoundException(
                        "cannot push " + branch.words() + ": it has no snapshot", "take one first"));
    }

    /** Refuses what is to stay at home: another branch, and one that is at a snapshot of another one. */
    void requireLeaving(CopyKey key) {
        Catalog catalog = context.catalog();
        CopyRecord branch = catalog.require(key);
        requireLeaving(catalog, branch, head(catalog, branch));
    }

    private void requireLeaving(Catalog catalog, CopyRecord branch, SnapshotRecord head) {
        if (!leaving().allow(branch.name()) || !Exports.isVisible(catalog, head, leaving())) {
            throw new RemoteException(
                    RemoteException.Reason.REFUSED,
                    "cannot push " + branch.words() + " to " + name + ", which is at " + catalog.ref(head)
                            + ": only what was taken on " + String.join(" or ", known.leaving()) + " leaves for it",
                    "push such a branch, or remove the remote and add it for others",
                    null);
        }
    }

    PushResult push(Peer peer, CopyKey key) throws IOException {
        Catalog catalog = context.catalog();
        CopyRecord branch = catalog.require(key);
        SnapshotRecord head = head(catalog, branch);
        requireLeaving(catalog, branch, head); // it may have moved
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
        RefList ours = new Exports(context).leadingTo(catalog, head, leaving());
        List<SnapshotId> went = send(peer, ours, head.id(), bytes, to);
        RefUpdate update = peer.move(move);
        if (!update.status().isRejected()) { // only then
            new TrackingRefs(context).move(new TreeMap<>(Map.of(name + "/" + to, head.id())));
        }
        return new PushResult(
                List.of(update), went.stream().map(SnapshotId::value).toList(), bytes.get());
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

    /** With the digest of the whole tree where somebody wants that: read now, or remembered. */
    private SnapshotHeader withDigest(SnapshotHeader header, Peer peer) throws IOException {
        if (options.verify()) {
            return header.withTree(new Exports(context).digest(header.id()));
        }
        return peer.wantsDigests() ? header.withTree(new Digests(context).of(header.id())) : header;
    }

    private List<SnapshotId> send(Peer peer, RefList ours, SnapshotId head, AtomicLong bytes, String to)
            throws IOException {
        Set<SnapshotId> there = new HashSet<>(peer.have(ours.named(List.of(head))));
        Catalog catalog = context.catalog();
        there.removeIf(id -> catalog.snapshot(id).isEmpty());
        Agreement agreement = Agreement.of(context, name, peer);
        if (there.contains(head)) {
            agreement.require(List.of(head));
        }
        Exports exports = new Exports(context);
        List<SnapshotId> went = new ArrayList<>();
        try { // what is there may follow something that is not, or that this side is not told of
            for (SnapshotId id : ours.history(head, Integer.MAX_VALUE, other -> !there.contains(other))) {
                Optional<SnapshotId> base = ours.base(id, there::contains);
                agreement.require(ours.foundation(id, base, there::contains));
                SnapshotHeader header = exports.header(id, base, leaving());
                String what = "pushing " + to + ", snapshot " + (went.size() + 1);
                SnapshotHeader told = withDigest(header, peer);
                SnapshotSender sender = new SnapshotSender(exports, told, context.progress(what), streams);
                peer.give(told, sender);
                bytes.addAndGet(sender.sent());
                there.add(id);
                agreement.passed(id);
                went.add(id);
            }
        } finally {
            agreement.note(went); // also when it is cut off: the next one goes on from there
        }
        return went;
    }
}
