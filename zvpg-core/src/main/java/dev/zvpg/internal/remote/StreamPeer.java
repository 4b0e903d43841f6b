package dev.zvpg.internal.remote;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.internal.wire.DataSink;
import dev.zvpg.internal.wire.DataSource;
import dev.zvpg.internal.wire.Frames;
import dev.zvpg.internal.wire.Link;
import dev.zvpg.remote.RefUpdate;
import dev.zvpg.storage.SnapshotId;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A repository that is served at the other end of a link. Confined to one thread. */
final class StreamPeer implements Peer {

    /** Their identities fit into a message of the usual size. */
    private static final int ASKED_AT_ONCE = 10_000;

    private final Link link;
    private final Hello theirs;

    private StreamPeer(Link link, Hello theirs) {
        this.link = link;
        this.theirs = theirs;
    }

    /** Says hello. */
    static StreamPeer open(Link link, Hello ours) throws IOException {
        link.send(ours.json());
        return new StreamPeer(link, Hello.of(Problems.requireNone(link.receive())));
    }

    @Override
    public boolean isLive() {
        return true;
    }

    @Override
    public String identity() {
        return theirs.repository();
    }

    private ObjectNode ask(ObjectNode message) throws IOException {
        link.send(message);
        return Problems.requireNone(link.receive());
    }

    private static ObjectNode request(String verb) {
        return Frames.message().put(Serving.DO, verb);
    }

    @Override
    public RefList refs() throws IOException {
        link.send(request(Serving.REFS));
        return RefList.of(Problems.requireNone(link.receiveAll()));
    }

    @Override
    public Set<SnapshotId> have(Collection<SnapshotId> ids) throws IOException {
        Set<SnapshotId> there = new HashSet<>();
        List<SnapshotId> all = List.copyOf(ids);
        for (int from = 0; from < all.size(); from += ASKED_AT_ONCE) {
            ObjectNode message = request(Serving.HAVE);
            Fields.put(message, "ids", all.subList(from, Math.min(all.size(), from + ASKED_AT_ONCE)));
            there.addAll(Fields.ids(ask(message), "ids"));
        }
        return there;
    }

    @Override
    public void take(SnapshotId id, Optional<SnapshotId> base, boolean whole, Optional<Offer> offer, Receiver into)
            throws IOException {
        ObjectNode message = request(Serving.TAKE).put("id", id.value()).put("whole", whole);
        base.ifPresent(known -> message.put("base", known.value()));
        offer.ifPresent(can -> can.putInto(message));
        SnapshotHeader header = SnapshotHeader.of(ask(message));
        if (!header.isOf(id, base)) {
            throw new MalformedException("another snapshot came than " + id);
        }
        if (whole && header.tree().isEmpty()) {
            throw new MalformedException("snapshot " + id + " came without the SHA-256 of its whole tree");
        }
        try (DataSource data = link.receiveData()) {
            into.receive(header, data);
        } catch (IOException e) {
            if (link.isInterrupted()) {
                Problems.requireNone(link.receive());
            }
            throw e;
        }
    }

    @Override
    public void give(SnapshotHeader header, Sender content) throws IOException {
        ObjectNode message = header.json().put(Serving.DO, Serving.GIVE);
        Optional<Offer> offer = Offer.find(ask(message)); // or it does not want it
        SnapshotHeader chosen = header;
        if (offer.isPresent()) {
            chosen = content.choose(offer.get());
            link.send(chosen.json());
        }
        try (DataSink data = link.sendData(chosen.payload().isTree())) {
            content.send(data);
        } catch (IOException e) {
            if (link.hasArrived()) { // what it could not do with what came; the end of the stream is no news
                Problems.requireNone(link.receive());
            }
            throw e;
        }
        Problems.requireNone(link.receive());
    }

    @Override
    public RefUpdate move(RefMove move) throws IOException {
        ObjectNode message = request(Serving.MOVE)
                .put("branch", move.branch())
                .put("to", move.to().value())
                .put("force", move.force());
        move.expected().ifPresent(id -> message.put("expected", id.value()));
        ObjectNode answer = ask(message);
        return new RefUpdate(
                move.branch(),
                Serving.status(Fields.text(answer, "status")),
                Fields.findId(answer, "before").map(SnapshotId::value),
                Fields.findId(answer, "after").map(SnapshotId::value),
                Fields.words(answer, "reason"));
    }

    @Override
    public String digest(SnapshotId id, boolean again) throws IOException {
        return Fields.text(ask(request(Serving.DIGEST).put("id", id.value()).put("again", again)), "sha256");
    }

    @Override
    public void close() throws IOException {
        try {
            link.send(request(Serving.BYE));
        } catch (IOException e) {
            // it is gone already
        } finally {
            link.close();
        }
    }
}
