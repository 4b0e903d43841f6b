package dev.zvpg.storage;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Sends whole snapshots in a format of the storage's own, and receives them: faster than file by file, and what was cut
 * off goes on where it stopped. Any two storages of one format understand each other; all others send trees of files.
 *
 * <p>Thread-safe, also among processes.
 */
public interface Streams {

    /**
     * What the format is called, which says its version too.
     *
     * @return a word, such as {@code zfs-1}
     */
    String format();

    /**
     * What a receiver has to build on, in the terms of the format. Comes from elsewhere, so it may be anything.
     *
     * @param base which image it has under the base's identity; empty without a base
     * @param partial what of the snapshot has come before; empty where nothing has
     * @param without what of the format it cannot take; empty where it takes everything
     */
    record Have(Optional<String> base, Optional<String> partial, Optional<String> without) {

        /**
         * Creates it for a receiver that takes everything.
         *
         * @param base which image it has under the base's identity; empty without a base
         * @param partial what of the snapshot has come before; empty where nothing has
         */
        public Have(Optional<String> base, Optional<String> partial) {
            this(base, partial, Optional.empty());
        }
    }

    /**
     * What a transfer that was cut off has left of a snapshot. Nobody finds it under the snapshot's identity.
     *
     * @param snapshot the snapshot
     * @param bytes what it occupies
     * @param heard about when the last of it came
     */
    record Partial(SnapshotId snapshot, long bytes, Instant heard) {}

    /** A snapshot that can be sent to one receiver. Confined to one thread. */
    interface Outgoing {

        /**
         * Whether it goes on where an earlier transfer was cut off.
         *
         * @return whether the receiver's partial is used
         */
        boolean resumes();

        /**
         * About how much there is to be sent, with what a partial has already.
         *
         * @return a number of bytes
         */
        long estimate();

        /**
         * Sends it, or what is left of it. The snapshot cannot be destroyed meanwhile.
         *
         * @param out where to; not closed
         * @throws IOException what {@code out} threw
         * @throws NotFoundException when the snapshot or its base has been destroyed
         */
        void send(OutputStream out) throws IOException;
    }

    /** A snapshot that is about to come. Confined to one thread. */
    interface Incoming extends AutoCloseable {

        /**
         * What the sender has to know.
         *
         * @return what is here
         */
        Have have();

        /**
         * What a transfer that was cut off has left.
         *
         * @return it; empty where nothing has come before, or somebody else works on it
         */
        Optional<Partial> partial();

        /**
         * Receives it. What came before {@code in} threw is kept for the next time, also when this process is killed or
         * the power goes. What cannot be used is not, nor what has come whole and is not published.
         *
         * @param in what {@link Outgoing#send} sends, to its end; not closed
         * @param resumed whether the sender goes on where the partial ends; else that is discarded
         * @return the image, to be published as a snapshot; its files are read-only
         * @throws IOException what {@code in} threw
         * @throws StorageException when what comes is not of this format or fits to nothing here
         * @throws UnsupportedOperationException when it is of this format, and cannot be received here
         */
        Draft receive(InputStream in, boolean resumed) throws IOException;

        /** Lets go of what was not received; a partial stays. Idempotent. */
        @Override
        void close();
    }

    /**
     * Finds out whether a snapshot can be sent to a receiver.
     *
     * @param snapshot what to send
     * @param base what it is sent on top of
     * @param have what the receiver has said
     * @return how; empty where the receiver's base is another image or not one that this follows, or where it cannot be
     *     sent without what the receiver cannot take
     * @throws NotFoundException when there is no such snapshot or no such base
     */
    Optional<Outgoing> outgoing(SnapshotId snapshot, Optional<SnapshotId> base, Have have);

    /**
     * Prepares to receive a snapshot, perhaps on top of a partial that nobody else works on.
     *
     * @param snapshot what is about to come
     * @param base what it will be sent on top of
     * @return what receives it, to be closed
     * @throws NotFoundException when there is no such base
     */
    Incoming incoming(SnapshotId snapshot, Optional<SnapshotId> base);

    /**
     * Lists what transfers that were cut off have left; recovering the storage leaves it alone.
     *
     * @return the partials, also those that somebody receives at this moment
     */
    List<Partial> partials();

    /**
     * Discards what was left of a snapshot, unless somebody receives it at this moment.
     *
     * @param snapshot the snapshot
     */
    void discard(SnapshotId snapshot);
}
