package dev.zvpg.internal.remote;

import dev.zvpg.error.RemoteException;
import dev.zvpg.error.StorageException;
import dev.zvpg.internal.catalog.CopyKey;
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
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches from remotes and pushes to them. Thread-safe. */
public record Transfers(Operations operations) {

    private static final Logger LOG = LoggerFactory.getLogger(Transfers.class);

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

    /** The same, with or without streams of the storages' own. */
    private interface Transfer<T> {
        T with(Peer peer, boolean streams) throws IOException;
    }

    /** Goes on without streams, with a new connection, where the receiving kernel does not understand those of the other. */
    private <T> T transfer(Remote remote, String what, Transfer<T> transfer) {
        boolean mayStream = context().storage().streams().isPresent();
        try {
            return with(remote, what, peer -> transfer.with(peer, mayStream));
        } catch (RemoteException e) {
            boolean isOver = !mayStream || remote instanceof Remote.Streams;
            if (isOver || e.reason() != RemoteException.Reason.INCOMPATIBLE) {
                throw e;
            }
            LOG.info("Snapshots go as trees of files: {}", e.problem());
            return with(remote, what, peer -> transfer.with(peer, false));
        }
    }

    /**
     * Fetches branches of a remote.
     *
     * @param name what the remote is called here
     */
    public FetchResult fetch(String name, Remote remote, FetchOptions options) {
        return transfer(
                remote,
                "fetch from " + name,
                (peer, streams) -> new Fetching(context(), name, options, streams).fetch(peer));
    }

    /** Gives a branch's head and what leads to it to a remote, and moves the branch there. */
    public PushResult push(String name, Remote remote, RemoteOptions known, CopyKey branch, PushOptions options) {
        options.as().ifPresent(RefName::branch);
        new Pushing(context(), name, known, options, false).requireLeaving(branch); // before anybody is connected to
        return transfer(
                remote,
                "push to " + name,
                (peer, streams) -> new Pushing(context(), name, known, options, streams).push(peer, branch));
    }

    /** Forgets where the branches of a remote were. */
    public void forget(String name) {
        new TrackingRefs(context()).forget(name);
    }

    /**
     * Compares the whole tree of a snapshot here and there.
     *
     * @throws StorageException when they are not the same
     */
    public void verify(String name, Remote remote, SnapshotKey key) {
        with(remote, "verify " + key.ref() + " with " + name, peer -> {
            String there = peer.digest(key.id(), true);
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
