package dev.zvpg.internal.remote;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.StorageException;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.catalog.RefName;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.remote.FetchOptions;
import dev.zvpg.remote.FetchResult;
import dev.zvpg.remote.PushOptions;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.Remote;
import dev.zvpg.remote.RemoteOptions;
import dev.zvpg.storage.SnapshotId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
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
    public PushResult push(String name, Remote remote, RemoteOptions known, CopyKey branch, PushOptions options) {
        options.as().ifPresent(RefName::branch);
        Pushing pushing = new Pushing(context(), name, known, options);
        pushing.requireLeaving(branch); // before anybody is connected to
        return with(remote, "push to " + name, peer -> pushing.push(peer, branch));
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
