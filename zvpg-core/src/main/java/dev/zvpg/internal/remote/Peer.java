package dev.zvpg.internal.remote;

import dev.zvpg.internal.wire.DataSink;
import dev.zvpg.internal.wire.DataSource;
import dev.zvpg.remote.RefUpdate;
import dev.zvpg.storage.SnapshotId;
import java.io.Closeable;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/** Another repository, or a place that keeps what repositories give it. Confined to one thread. */
interface Peer extends Closeable {

    /** Gets a snapshot. */
    interface Receiver {
        void receive(SnapshotHeader header, DataSource data) throws IOException;
    }

    /** Gives the content of one. */
    interface Sender {

        /** Chooses as what, where the other side can take more than a tree. */
        SnapshotHeader choose(Offer offer) throws IOException;

        void send(DataSink out) throws IOException;
    }

    /**
     * A branch that is to move.
     *
     * @param expected where it must be; empty where it must not be there
     * @param force whether it may lose what it has
     */
    record RefMove(String branch, SnapshotId to, Optional<SnapshotId> expected, boolean force) {}

    /** Whether it is a repository at this moment, which can say as what it takes a snapshot. */
    default boolean isLive() {
        return false;
    }

    /** Which repository it is, as it says itself, or which place. */
    String identity();

    /** Which branches there are, and what leads to them. */
    RefList refs() throws IOException;

    /** Which of some snapshots it has, with a ref or without. */
    Set<SnapshotId> have(Collection<SnapshotId> ids) throws IOException;

    /**
     * Takes a snapshot from it.
     *
     * @param base what this side has
     * @param whole whether it is to tell the digest of the whole tree
     * @param offer as what this side can take it, beside a tree
     */
    void take(SnapshotId id, Optional<SnapshotId> base, boolean whole, Optional<Offer> offer, Receiver into)
            throws IOException;

    /** Gives it a snapshot. */
    void give(SnapshotHeader header, Sender content) throws IOException;

    /** Moves a branch there. */
    RefUpdate move(RefMove move) throws IOException;

    /** Whether it cannot read a tree itself, so that the digest of the whole must come with it. */
    default boolean wantsDigests() {
        return false;
    }

    /**
     * The digest of a tree there.
     *
     * @param again whether it is to be read, and not remembered
     */
    String digest(SnapshotId id, boolean again) throws IOException;
}
