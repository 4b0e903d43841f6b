package dev.zvpg.internal.remote;

import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.RemoteException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.internal.tree.SpareRoom;
import dev.zvpg.internal.tree.TreeDigest;
import dev.zvpg.internal.tree.TreeOwner;
import dev.zvpg.internal.tree.TreeReceiver;
import dev.zvpg.internal.tree.TreeSender;
import dev.zvpg.internal.wire.CutException;
import dev.zvpg.internal.wire.DataSource;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.Streams;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A snapshot that comes from elsewhere. It appears whole or not at all: its content is a draft, which ends with this
 * process. A tree of files is then, for a moment and under a lock, a volume that is marked, which the next {@code open()}
 * removes, and then the image of that; a stream is the image. Confined to one thread.
 */
final class Arrival implements AutoCloseable {

    /** Before the identity of a snapshot, in the name of a lock: no working copy is called so. */
    private static final String RECEIVED = "received:";

    private static final Logger LOG = LoggerFactory.getLogger(Arrival.class);

    private final Imports imports;
    private final Context context;
    private final Optional<Streams.Incoming> stream;

    Arrival(Imports imports, Optional<Streams.Incoming> stream) {
        this.imports = imports;
        this.context = imports.context();
        this.stream = stream;
    }

    /** As what it can come, beside a tree; empty where it must be one. */
    Optional<Offer> offer() {
        return stream.map(incoming -> new Offer(format(), context.launcher().owner(), incoming.have()));
    }

    private String format() {
        return context.storage().streams().map(Streams::format).orElse(Payload.TREE_1);
    }

    /**
     * Receives it. When this returns, it is here and has the content that was sent, so whoever sent all of it has shown
     * that it has it. What fails on this side is no failure of the connection.
     */
    void receive(SnapshotHeader header, DataSource data, CopyProgress progress) throws IOException {
        long began = System.nanoTime();
        Imports.Accepted accepted = imports.accept(header);
        try {
            if (header.payload().isTree()) {
                receiveTree(header, accepted.attributes(), data, progress);
            } else {
                receiveStream(header, accepted, data, progress);
            }
        } catch (CutException | MalformedException e) {
            throw e;
        } catch (IOException e) {
            throw IoFailure.of(
                    "receive", "snapshot " + header.id(), context.home().root(), e);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        context.events().tell(new Event.SnapshotReceived(accepted.ref(), header.bytes(), took));
    }

    private void receiveTree(
            SnapshotHeader header, Map<String, String> attributes, DataSource data, CopyProgress progress)
            throws IOException {
        close(); // what of a stream has come before may be used the next time
        Storage storage = context.storage();
        VolumeId volume = VolumeId.generate(Catalog.INCOMING);
        try (Draft draft = header.base().isPresent()
                ? storage.clone(header.base().get(), volume, CopyProgress.NONE)
                : storage.create(volume)) {
            requireRoom(header, draft.directory());
            TreeReceiver.receive(draft.directory(), data, header.bytes(), progress, tree -> {
                data.finish();
                context.launcher().own(dataDirectory(header, tree));
                requireCluster(header, tree);
            });
            publish(draft, header.id(), () -> snapshot(draft, volume, header.id(), attributes));
        }
        forgetPartials(header.id());
    }

    private void receiveStream(SnapshotHeader header, Imports.Accepted accepted, DataSource data, CopyProgress progress)
            throws IOException {
        if (stream.isEmpty() || !header.payload().format().equals(format())) {
            throw new MalformedException("a snapshot comes in the unknown format '"
                    + header.payload().format() + "'");
        }
        boolean resumed = header.payload().resumed();
        if (resumed && header.tree().isEmpty()) { // who has sent the beginning nobody knows
            throw new MalformedException("snapshot " + header.id()
                    + " goes on where it was cut off, and comes without the SHA-256 of its whole tree");
        }
        stream.get()
                .partial()
                .filter(partial -> resumed)
                .ifPresent(
                        partial -> context.events().tell(new Event.TransferResumed(accepted.ref(), partial.bytes())));
        try (Draft draft = stream(header, Meter.on(data, progress, header.bytes()), resumed)) {
            data.finish();
            Path tree = draft.directory();
            String owner = context.launcher().owner();
            if (TreeOwner.of(tree, dataDirectory(header, tree))
                    .filter(owner::equals)
                    .isEmpty()) {
                throw new MalformedException("snapshot " + header.id() + " came with files that are not all of user "
                        + owner + ", or with something else than the files of a cluster");
            }
            requireCluster(header, tree);
            publish(draft, header.id(), () -> draft.publish(accepted.attributes()));
        }
        forgetPartials(header.id());
    }

    private Draft stream(SnapshotHeader header, InputStream in, boolean resumed) throws IOException {
        try {
            return stream.orElseThrow().receive(in, resumed);
        } catch (UnsupportedOperationException e) {
            throw new RemoteException(
                    RemoteException.Reason.INCOMPATIBLE,
                    "snapshot " + header.id() + " comes as a stream that cannot be received here: " + e.getMessage(),
                    advice(e.getCause()),
                    e);
        }
    }

    private static String advice(@Nullable Throwable why) {
        return why instanceof ZvpgException known && known.advice().isPresent()
                ? known.advice().get()
                : "use the same version of the storage on both sides";
    }

    /** Others of the same snapshot may have been on their way, on top of something else. */
    private void forgetPartials(SnapshotId id) {
        try {
            context.storage().streams().ifPresent(streams -> streams.discard(id));
        } catch (ZvpgException e) {
            LOG.debug("What else had come of snapshot {} goes in a week", id, e);
        }
    }

    private void requireRoom(SnapshotHeader header, Path draft) throws IOException {
        long shared = header.base().isPresent() ? TreeSender.size(draft) : 0;
        long room = Files.getFileStore(draft).getUsableSpace();
        if (header.bytes() < 0 || header.bytes() - shared > room - SpareRoom.BYTES) {
            throw new OutOfSpaceException(
                    "cannot receive snapshot " + header.id() + ": it has " + header.bytes() + " bytes, " + shared
                            + " of which are here, and " + room + " are free",
                    "free some space, or destroy what nobody needs any more, then try again");
        }
    }

    private static Path dataDirectory(SnapshotHeader header, Path tree) throws MalformedException {
        Path data = Context.dataDirectory(tree);
        if (!Files.isDirectory(data, LinkOption.NOFOLLOW_LINKS)) {
            throw new MalformedException("snapshot " + header.id() + " has no data directory");
        }
        return data;
    }

    /** Refuses what is no cluster of this kind. */
    private void requireCluster(SnapshotHeader header, Path tree) throws IOException {
        Path data = dataDirectory(header, tree);
        context.launcher().inspect(data);
        context.launcher().requireSelfContained(data);
        if (header.tree().isPresent()) {
            String digest = TreeDigest.of(tree);
            if (!digest.equals(header.tree().get())) {
                throw new MalformedException("the SHA-256 of the whole tree of snapshot " + header.id()
                        + " does not fit, so what it was sent on top of is not the same on both sides");
            }
        }
    }

    /**
     * Makes it a snapshot, unless it has become one meanwhile. Who receives the same one takes turns: not every storage
     * looks whether another process has just used an identity.
     */
    private void publish(Draft draft, SnapshotId id, Runnable publication) throws IOException {
        String turn = RECEIVED + id.value();
        try (Locks.Held held = context.locks().workingCopy(turn)) {
            try {
                if (context.storage().list().snapshots().stream()
                        .anyMatch(image -> image.id().equals(id))) {
                    requireSame(draft, id);
                } else {
                    publication.run();
                }
            } finally {
                context.locks().forget(turn);
            }
        }
    }

    private void snapshot(Draft draft, VolumeId volume, SnapshotId id, Map<String, String> attributes) {
        try (Locks.Held lock = context.locks().workingCopy(volume.value())) {
            try {
                draft.publish(Map.of(CopyRecord.KIND, Catalog.INCOMING, CopyRecord.REPOSITORY, context.repositoryId()));
                context.storage().snapshot(volume, id, attributes, context.progress("snapshot " + id));
            } finally {
                context.discard(volume);
                context.locks().forget(volume.value());
            }
        }
    }

    /** An identity is only a name: who does not have the content that belongs to it does not get it by naming it. */
    private void requireSame(Draft draft, SnapshotId id) throws IOException {
        new Reservations(context).reserve(List.of(id)); // as what has just come is kept
        if (!TreeDigest.of(draft.directory()).equals(new Digests(context).of(id))) {
            throw new RemoteException(
                    RemoteException.Reason.REFUSED,
                    "snapshot " + id + " is here already, and is not what was sent under that identity",
                    "compare it with verify on both sides, and discard the one that is damaged",
                    null);
        }
    }

    /** Lets go of what has not come. */
    @Override
    public void close() {
        stream.ifPresent(Streams.Incoming::close);
    }
}
