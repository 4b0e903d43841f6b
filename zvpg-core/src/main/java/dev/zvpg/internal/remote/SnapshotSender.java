package dev.zvpg.internal.remote;

import dev.zvpg.internal.wire.DataSink;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Streams;
import java.io.IOException;
import java.util.Optional;

/** Sends a snapshot, as a tree of files unless the receiver can take something better. Confined to one thread. */
final class SnapshotSender implements Peer.Sender {

    private final Exports exports;
    private final CopyProgress progress;
    private final boolean streams;
    private SnapshotHeader header;
    private Optional<Streams.Outgoing> stream = Optional.empty();
    private long sent;

    /** With or without the storage's own streams. */
    SnapshotSender(Exports exports, SnapshotHeader header, CopyProgress progress, boolean streams) {
        this.streams = streams;
        this.exports = exports;
        this.header = header;
        this.progress = progress;
    }

    /**
     * What a stream goes on from is whatever somebody has sent before, so it comes with the digest of the whole.
     */
    @Override
    public SnapshotHeader choose(Offer offer) throws IOException {
        stream = streams ? exports.stream(header, offer) : Optional.empty();
        if (stream.isPresent()) {
            header = header.as(new Payload(offer.format(), stream.get().resumes()));
            if (stream.get().resumes() && header.tree().isEmpty()) {
                header = header.withTree(new Digests(exports.context()).of(header.id()));
            }
        }
        return header;
    }

    @Override
    public void send(DataSink out) throws IOException {
        if (stream.isPresent()) {
            exports.sendStream(stream.get(), out, progress);
        } else {
            exports.sendTree(header, out, progress);
        }
        sent = out.raw();
    }

    /** How many bytes that was, before they were compressed. */
    long sent() {
        return sent;
    }
}
