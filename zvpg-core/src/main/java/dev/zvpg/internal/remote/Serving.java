package dev.zvpg.internal.remote;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.internal.wire.CutException;
import dev.zvpg.internal.wire.DataSink;
import dev.zvpg.internal.wire.DataSource;
import dev.zvpg.internal.wire.Frames;
import dev.zvpg.internal.wire.Link;
import dev.zvpg.remote.RefUpdate;
import dev.zvpg.remote.ServeOptions;
import dev.zvpg.storage.SnapshotId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Lets one other repository do what it may, until it goes. Confined to one thread. */
public final class Serving {

    static final String DO = "do";
    static final String REFS = "refs";
    static final String HAVE = "have";
    static final String TAKE = "take";
    static final String GIVE = "give";
    static final String MOVE = "move";
    static final String DIGEST = "digest";
    static final String BYE = "bye";

    /** Opens the repository that is wanted, by its path or empty for the one that is served anyway. */
    public interface Opening {
        Operations open(String path);
    }

    private final Operations operations;
    private final Context context;
    private final ServeOptions options;
    private final BranchPatterns visible;
    private final Link link;
    private final Exports exports;

    /** What has come over this link, so that the other side has it. */
    private final Set<SnapshotId> received = new HashSet<>();

    private Serving(Operations operations, ServeOptions options, Link link) {
        this.operations = operations;
        this.context = operations.context();
        this.options = options;
        this.visible = BranchPatterns.of(options.branches());
        this.link = link;
        this.exports = new Exports(context);
    }

    /** Serves. Ends when the other side says so, or ends; throws when it said what nobody understands. */
    public static void serve(InputStream in, OutputStream out, ServeOptions options, Opening opening) {
        try (Link link = Connections.link(in, out)) {
            ObjectNode first = Problems.requireNone(link.receive());
            try {
                Hello hello = Hello.of(first);
                new Serving(opening.open(hello.path()), options, link).run();
            } catch (ZvpgException e) { // it cannot be opened, or of what has begun, nobody knows where it ends
                link.send(Problems.message(e));
            }
        } catch (CutException e) {
            // it has gone, at a moment of its own choice: what arrived whole is here, and no ref has moved
        } catch (IOException e) {
            throw Problems.of("cannot serve this repository", e);
        }
    }

    private void run() throws IOException {
        link.send(Hello.of(context, "").json());
        try {
            boolean goesOn = true;
            while (goesOn) {
                goesOn = answer(link.receive());
            }
        } catch (MalformedException e) {
            link.send(Problems.message(Problems.of("what came cannot be used", e)));
            throw e;
        }
    }

    /** Answers one request; what cannot be done is said, and the next one may be. */
    private boolean answer(ObjectNode request) throws IOException {
        String verb = Fields.text(request, DO);
        try {
            switch (verb) {
                case REFS -> link.send(exports.refs(context.catalog(), visible).json());
                case HAVE -> have(request);
                case MOVE -> move(request);
                case DIGEST -> digest(request);
                case TAKE -> give(header(request), Offer.find(request));
                case GIVE -> {
                    SnapshotHeader header = SnapshotHeader.of(request);
                    requireWritable("receive a snapshot");
                    if (header.base().isPresent()) { // or it could be taken afterwards, under another name
                        requireKnown(header.base().get());
                    }
                    take(header);
                }
                case BYE -> {
                    return false;
                }
                default -> throw new MalformedException("nobody here knows how to '" + Fields.words(request, DO) + "'");
            }
        } catch (InTheMiddle e) {
            throw e.failure;
        } catch (ZvpgException e) {
            link.send(Problems.message(e));
        }
        return true;
    }

    /** Tells that something failed while data was on its way. */
    private static final class InTheMiddle extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient ZvpgException failure;

        InTheMiddle(ZvpgException failure) {
            super(failure);
            this.failure = failure;
        }
    }

    private void digest(ObjectNode request) throws IOException {
        SnapshotId id = known(request, "id");
        String digest = Fields.flag(request, "again") ? exports.digest(id) : new Digests(context).of(id);
        link.send(Frames.message().put("sha256", digest));
    }

    private void have(ObjectNode request) throws IOException {
        requireWritable("receive a snapshot"); // nobody else asks, and something may have to be noted
        List<SnapshotId> ids =
                Fields.ids(request, "ids").stream().filter(known()).toList();
        ObjectNode answer = Frames.message();
        Fields.put(answer, "ids", new Reservations(context).reserve(ids));
        link.send(answer);
    }

    /**
     * The snapshots that the other side may name, whatever for; of others it does not even hear that they are there. They
     * are those that lead to what it may see, those that it has given, and those of a push that was cut off.
     */
    private Predicate<SnapshotId> known() {
        Catalog catalog = context.catalog();
        Set<SnapshotId> seen = exports.refs(catalog, visible).snapshots().keySet();
        return id -> seen.contains(id)
                || catalog.snapshot(id)
                        .filter(image ->
                                received.contains(id) || image.provenance().isPushed())
                        .isPresent();
    }

    private SnapshotId requireKnown(SnapshotId id) {
        if (!known().test(id)) {
            throw new NotFoundException(
                    "there is no snapshot " + id + " to be had", "it may have been deleted meanwhile; try again");
        }
        return id;
    }

    private SnapshotId known(ObjectNode request, String field) throws IOException {
        return requireKnown(Fields.id(request, field));
    }

    private SnapshotHeader header(ObjectNode request) throws IOException {
        SnapshotId id = known(request, "id");
        Optional<SnapshotId> base = request.has("base") ? Optional.of(known(request, "base")) : Optional.empty();
        SnapshotHeader header = exports.header(id, base, visible);
        return Fields.flag(request, "whole") ? header.withTree(exports.digest(id)) : header;
    }

    private void give(SnapshotHeader header, Optional<Offer> offer) throws IOException {
        SnapshotSender sender =
                new SnapshotSender(exports, header, context.progress("sending snapshot " + header.id()), true);
        SnapshotHeader chosen = offer.isPresent() ? sender.choose(offer.get()) : header;
        link.send(chosen.json());
        try (DataSink data = link.sendData(chosen.payload().isTree())) {
            sender.send(data);
        } catch (CutException e) {
            throw e;
        } catch (IOException e) {
            String what = "snapshot " + header.id();
            throw new InTheMiddle(IoFailure.of("read", what, context.home().root(), e));
        } catch (ZvpgException e) {
            throw new InTheMiddle(e);
        }
    }

    private void take(SnapshotHeader header) throws IOException {
        Imports imports = new Imports(context, Optional.empty(), Optional.empty());
        try (Arrival arrival = imports.expect(header.id(), header.base(), true)) {
            ObjectNode go = Frames.message().put("go", true);
            arrival.offer().ifPresent(offer -> offer.putInto(go));
            link.send(go);
            SnapshotHeader chosen = arrival.offer().isPresent() ? SnapshotHeader.of(link.receive()) : header;
            if (!chosen.isOf(header.id(), header.base())) {
                throw new MalformedException("another snapshot comes than " + header.id());
            }
            receive(arrival, chosen);
        }
        link.send(Frames.message().put("received", header.id().value()));
    }

    private void receive(Arrival arrival, SnapshotHeader header) throws IOException {
        try (DataSource data = link.receiveData()) {
            arrival.receive(header, data, context.progress("receiving snapshot " + header.id()));
            received.add(header.id());
        } catch (ZvpgException e) {
            throw new InTheMiddle(e);
        }
    }

    private void move(ObjectNode request) throws IOException {
        Peer.RefMove move = new Peer.RefMove(
                RefList.branch(Fields.text(request, "branch")),
                Fields.id(request, "to"),
                Fields.findId(request, "expected"),
                Fields.flag(request, "force"));
        requireWritable("move branch " + move.branch());
        if (!visible.allow(move.branch())) {
            throw new PermissionException(
                    "branch " + move.branch() + " is none of those that may be moved from elsewhere",
                    "push to one of " + options.branches());
        }
        if (move.force() && options.access() != ServeOptions.Access.READ_WRITE) {
            throw new PermissionException(
                    "branch " + move.branch() + " may only move forward",
                    "merge what is there, or push to another branch");
        }
        requireKnown(move.to());
        RefUpdate update = new RefMoves(operations).move(move);
        ObjectNode answer =
                Frames.message().put("status", update.status().name().toLowerCase(Locale.ROOT));
        Predicate<SnapshotId> known = known(); // it may be at what it began from, which the other side may not see
        Predicate<String> told = id -> known.test(new SnapshotId(id));
        update.before().filter(told).ifPresent(id -> answer.put("before", id));
        update.after().filter(told).ifPresent(id -> answer.put("after", id));
        link.send(answer.put("reason", update.reason()));
    }

    static RefUpdate.Status status(String name) throws MalformedException {
        for (RefUpdate.Status status : RefUpdate.Status.values()) {
            if (status.name().toLowerCase(Locale.ROOT).equals(name)) {
                return status;
            }
        }
        throw new MalformedException("a branch has the unknown status '" + name + "'");
    }

    private void requireWritable(String what) {
        if (options.access() == ServeOptions.Access.READ_ONLY) {
            throw new PermissionException(
                    "cannot " + what + ": the repository may only be read from elsewhere", "fetch from it");
        }
    }
}
