package dev.zvpg.zfs;

import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.StorageException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.Claims.Claim;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Streams;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.binding.KernelCall;
import dev.zvpg.zfs.binding.LzcStreams;
import dev.zvpg.zfs.binding.Pipe;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A snapshot that is about to be received into a volume that is claimed. Confined to one thread. */
final class ZfsIncoming implements Streams.Incoming {

    private static final int CHUNK = 1 << 17;

    /** After how many bytes somebody looks how much room there is left: 16 MB. */
    private static final long LOOK_BYTES = 1 << 24;

    /** No number of the kernel's: it has said nothing, because something else went wrong. */
    private static final int SAID_NOTHING = -1;

    private final Receiving receiving;
    private final SnapshotId snapshot;
    private final Optional<Objects.Found> origin;
    private final Optional<PartialVolume> partial;
    private VolumeId volume;
    private Claim claim;
    private boolean ended;

    /** Without a partial there is no such volume yet. */
    ZfsIncoming(
            Receiving receiving,
            SnapshotId snapshot,
            Optional<Objects.Found> origin,
            Optional<PartialVolume> partial,
            VolumeId volume,
            Claim claim) {
        this.receiving = receiving;
        this.snapshot = snapshot;
        this.origin = origin;
        this.partial = partial;
        this.volume = volume;
        this.claim = claim;
    }

    @Override
    public Streams.Have have() {
        return new Streams.Have(
                origin.map(Objects.Found::text),
                partial.map(PartialVolume::point).map(ResumePoint::text),
                receiving.encrypts(origin) ? Optional.of(ZfsStreams.EMBEDDED) : Optional.empty());
    }

    @Override
    public Optional<Streams.Partial> partial() {
        return partial.map(PartialVolume::told);
    }

    @Override
    public Draft receive(InputStream in, boolean resumed) throws IOException {
        if (ended) {
            throw new IllegalStateException(this + " has ended");
        }
        if (resumed && partial.isEmpty()) {
            throw new StorageException(
                    "receive", Objects.name(snapshot), "the sender goes on with what is not here", "try again", null);
        }
        byte[] head = in.readNBytes(StreamHead.BYTES);
        requireReceivable(head); // or what there is stays
        if (!resumed && partial.isPresent()) {
            receiving.destroying().discard(volume, claim);
            volume = Receiving.newVolume();
            claim = receiving.claim(volume);
        }
        ended = true;
        return receive(head, in, resumed ? Map.of() : receiving.properties(snapshot));
    }

    private Draft receive(byte[] head, InputStream in, Map<String, Object> properties) throws IOException {
        int code;
        try {
            code = pump(head, in, properties);
        } catch (OutOfSpaceException e) { // none is left for what has come, either
            receiving.destroying().discardQuietly(volume, claim);
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            receiving.giveUp(volume, claim);
            throw e;
        }
        if (code == 0) {
            return new ReceivedDraft(receiving, volume, snapshot, claim);
        }
        if (LzcStreams.isFinal(code) || LzcStreams.isUnknown(code)) {
            receiving.destroying().discardQuietly(volume, claim);
        } else {
            receiving.giveUp(volume, claim);
        }
        ZvpgException failure = LzcStreams.failure(code, Objects.name(snapshot));
        if (failure instanceof PermissionException denied) {
            throw receiving.objects().keys().explained("receive", Objects.name(snapshot), dataset(), denied);
        }
        if (LzcStreams.isUnknown(code)) {
            throw new UnsupportedOperationException(failure.problem(), failure);
        }
        throw failure;
    }

    /** Lets the kernel read what comes; returns what it says of it. */
    private int pump(byte[] head, InputStream in, Map<String, Object> properties) throws IOException {
        String image = dataset() + "@" + snapshot;
        LzcStreams lzc = LzcStreams.of(receiving.objects().lzc());
        AtomicInteger code = new AtomicInteger(SAID_NOTHING);
        try (Pipe pipe = Pipe.open()) {
            OutputStream out = pipe.out();
            KernelCall call = KernelCall.start(
                    "zvpg-receives-" + snapshot,
                    () -> code.set(lzc.receive(image, origin.map(Objects.Found::name), properties, pipe.readEnd())),
                    pipe::closeReadEnd);
            try (out) {
                if (isTaken(out, head, head.length)) {
                    pump(in, out);
                }
            } finally {
                call.join(); // the end of the pipe is the end of the stream
            }
            call.await();
            return code.get();
        }
    }

    private String dataset() {
        return receiving.objects().names().dataset(volume);
    }

    /** Refuses what no repository sends: the kernel takes the one, and says of the other what fits damaged ones as well. */
    private void requireReceivable(byte[] head) {
        StreamHead.of(head).ifPresent(stream -> {
            if (stream.isRaw()) {
                throw unknown(
                        "it comes encrypted, and so with a key that only its sender has",
                        "send it without --raw (-w); a storage in an encrypted dataset encrypts it with its own key");
            }
            if (stream.isEmbedded() && receiving.encrypts(origin)) {
                throw unknown(
                        "it comes with embedded data, which an encrypted dataset cannot take",
                        "send it without --embed (-e)");
            }
        });
    }

    private UnsupportedOperationException unknown(String reason, String advice) {
        String target = Objects.name(snapshot) + " into zfs "
                + receiving.objects().names().root();
        StorageException failure = new StorageException("receive", target, reason, advice, null);
        return new UnsupportedOperationException(failure.problem(), failure);
    }

    private void pump(InputStream in, OutputStream out) throws IOException {
        byte[] bytes = new byte[CHUNK];
        long unseen = LOOK_BYTES; // the room is looked at first
        int count = in.read(bytes);
        while (count >= 0) {
            unseen += count;
            if (unseen > LOOK_BYTES) {
                receiving.requireRoom(snapshot);
                unseen = 0;
            }
            if (!isTaken(out, bytes, count)) {
                return;
            }
            count = in.read(bytes);
        }
    }

    /** Whether the kernel has taken it; or else it has ended, and says why. */
    private static boolean isTaken(OutputStream out, byte[] bytes, int count) {
        try {
            out.write(bytes, 0, count);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Keeps what there was of it. */
    @Override
    public void close() {
        if (!ended) {
            ended = true;
            if (partial.isPresent()) {
                claim.abandon();
            } else {
                MountPoints.letGo(claim);
            }
        }
    }

    @Override
    public String toString() {
        return "the receipt of " + Objects.name(snapshot);
    }
}
