package dev.zvpg.internal.remote;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.remote.FetchOptions;
import dev.zvpg.remote.FetchResult;
import dev.zvpg.storage.SnapshotId;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Fetches branches of a remote: what leads to their heads first, then where they are. Confined to one thread.
 *
 * @param name what the remote is called here
 * @param streams whether snapshots may come as the storage's own streams
 */
record Fetching(Context context, String name, FetchOptions options, boolean streams) {

    /** How often it begins anew where somebody deletes what has just come. */
    private static final int TRIES = 3;

    FetchResult fetch(Peer peer) throws IOException {
        RefList theirs = peer.refs();
        SortedMap<String, SnapshotId> heads = chosen(theirs);
        SortedMap<String, SnapshotId> tracking = new TreeMap<>();
        heads.forEach((branch, id) -> tracking.put(name + "/" + branch, id));
        Set<String> came = new LinkedHashSet<>();
        long bytes = 0;
        for (int left = TRIES; ; left--) {
            bytes += bring(peer, theirs, heads, came);
            try {
                return new FetchResult(new TrackingRefs(context).move(tracking), List.copyOf(came), bytes);
            } catch (NotFoundException e) {
                if (left == 1) {
                    throw e;
                }
            }
        }
    }

    /** Takes what is missing; returns how many bytes that was. */
    private long bring(Peer peer, RefList theirs, SortedMap<String, SnapshotId> heads, Set<String> came)
            throws IOException {
        long[] bytes = {0};
        Set<SnapshotId> here = new Reservations(context).reserve(theirs.named(heads.values()));
        Agreement agreement = Agreement.of(context, name, peer);
        Imports imports = new Imports(context, Optional.of(name), Optional.of(agreement.key()));
        for (Map.Entry<String, SnapshotId> head : heads.entrySet()) {
            if (here.contains(head.getValue())) {
                agreement.require(List.of(head.getValue()));
            }
            for (SnapshotId id : theirs.history(head.getValue(), options.depth(), other -> !here.contains(other))) {
                Optional<SnapshotId> base = theirs.base(id, here::contains);
                agreement.require(theirs.foundation(id, base, here::contains));
                String what = "fetching " + name + "/" + head.getKey() + ", snapshot " + (came.size() + 1);
                try (Arrival arrival = imports.expect(id, base, streams && peer.isLive())) {
                    peer.take(id, base, options.verify(), arrival.offer(), (header, data) -> {
                        arrival.receive(header, data, context.progress(what));
                        bytes[0] += data.raw();
                    });
                }
                here.add(id);
                agreement.passed(id);
                came.add(id.value());
            }
        }
        return bytes[0];
    }

    private SortedMap<String, SnapshotId> chosen(RefList theirs) {
        if (options.branches().isEmpty()) {
            return theirs.heads();
        }
        SortedMap<String, SnapshotId> chosen = new TreeMap<>();
        for (String branch : options.branches()) {
            SnapshotId head = theirs.heads().get(branch);
            if (head == null) {
                List<String> there = List.copyOf(theirs.heads().keySet());
                throw new NotFoundException(
                        "no branch " + branch + " with a snapshot is to be had from " + name,
                        there.isEmpty() ? "it has none at all yet" : "it has " + Lookup.list(there));
            }
            chosen.put(branch, head);
        }
        return chosen;
    }
}
