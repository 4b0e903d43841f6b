package dev.zvpg.internal.remote;

import dev.zvpg.error.RemoteException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.Provenance;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that a snapshot is the same here and at a remote before a transfer builds on it: an identity is only a name,
 * and whoever has heard of it can give it other content elsewhere. What came from the remote or went to it is the same,
 * and what was compared once is noted, so two repositories that deal with nobody else never compare anything. Confined to
 * one thread.
 */
final class Agreement {

    /** Not in the name of a remote. */
    static final String KEY_SEPARATOR = ":";

    private static final Logger LOG = LoggerFactory.getLogger(Agreement.class);

    private final Context context;
    private final String remote;
    private final Peer peer;
    private final Set<SnapshotId> same = new HashSet<>();

    private Agreement(Context context, String remote, Peer peer) {
        this.context = context;
        this.remote = remote;
        this.peer = peer;
    }

    static Agreement of(Context context, String remote, Peer peer) throws MalformedException {
        if (!peer.identity().matches("[A-Za-z0-9-]{1,64}")) {
            throw new MalformedException("the remote says that it is repository '" + peer.identity() + "'");
        }
        Agreement agreement = new Agreement(context, remote, peer);
        for (SnapshotRecord image : context.catalog().snapshots()) {
            if (image.provenance().same().contains(agreement.key())) {
                agreement.same.add(image.id());
            }
        }
        return agreement;
    }

    /** How it is noted who has the same: another repository may get the remote's name, and say that it is another one. */
    String key() {
        return remote + KEY_SEPARATOR + peer.identity();
    }

    /** Knows it of what has just come from the remote, or gone there. */
    void passed(SnapshotId id) {
        same.add(id);
    }

    /**
     * Notes durably what has gone to the remote, or was found to be the same there; of what came, its attributes say it.
     * Where that cannot be written, it is compared once more.
     */
    void note(Collection<SnapshotId> ids) {
        try {
            write(ids);
        } catch (ZvpgException e) {
            LOG.warn("What is the same at {} cannot be noted, and is compared the next time", remote, e);
        }
    }

    private void write(Collection<SnapshotId> ids) {
        if (ids.isEmpty()) {
            return;
        }
        try (Locks.Held held = context.locks().repository()) {
            Catalog catalog = context.catalog();
            List<AttributeChange> changes = new ArrayList<>();
            for (SnapshotId id : ids) {
                Set<String> remotes = new HashSet<>();
                catalog.snapshot(id)
                        .ifPresent(image -> remotes.addAll(image.provenance().same()));
                if (catalog.snapshot(id).isPresent() && remotes.add(key())) {
                    changes.add(Provenance.same(id, remotes));
                }
            }
            if (!changes.isEmpty()) {
                context.storage().update(changes);
            }
        }
    }

    /**
     * Refuses to go on where a snapshot that both have is not the same.
     *
     * @param ids those that the next step builds on
     */
    void require(Collection<SnapshotId> ids) throws IOException {
        for (SnapshotId id : ids) {
            if (!same.contains(id)) {
                String there = peer.digest(id, false);
                if (!there.equals(new Digests(context).of(id))) {
                    throw new RemoteException(
                            RemoteException.Reason.REFUSED,
                            "snapshot " + id + " is here and at " + remote
                                    + ", and is not the same: somebody has given other content under its identity",
                            "find out which of the two is right, for example where it was taken, and discard the other"
                                    + " one; other branches can be chosen meanwhile",
                            null);
                }
                passed(id);
                note(List.of(id));
            }
        }
    }
}
