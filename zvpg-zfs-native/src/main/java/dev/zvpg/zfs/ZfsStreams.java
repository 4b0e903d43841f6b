package dev.zvpg.zfs;

import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Streams;
import dev.zvpg.zfs.binding.KernelCall;
import dev.zvpg.zfs.binding.LzcStreams;
import dev.zvpg.zfs.binding.Pipe;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Streams as {@code zfs send} makes them, of one snapshot each. A receiver's base is the same when its global identity is,
 * which is kept by being sent.
 *
 * <p>What is encrypted is sent as it was before that, never raw ({@code zfs send -w}): what was received raw has the key of
 * whoever has sent it, and is where ZFS had its bugs. So each side has a key of its own, or none.
 *
 * <p>Thread-safe, also among processes.
 */
final class ZfsStreams implements Streams {

    /** What a receiver that encrypts cannot take: the small blocks that ZFS keeps where their addresses would be. */
    static final String EMBEDDED = "embedded";

    private static final int CHUNK = 1 << 17;

    private final Objects objects;
    private final Receiving receiving;
    private final LzcStreams lzc;

    ZfsStreams(Objects objects, Receiving receiving) {
        this.objects = objects;
        this.receiving = receiving;
        this.lzc = LzcStreams.of(objects.lzc());
    }

    @Override
    public String format() {
        return "zfs-1";
    }

    @Override
    public Optional<Streams.Outgoing> outgoing(SnapshotId snapshot, Optional<SnapshotId> base, Have have) {
        Objects.Found to = objects.identify("send", snapshot);
        Optional<Objects.Found> from = base.map(id -> objects.identify("send", id));
        if (!from.map(Objects.Found::text).equals(have.base())) {
            return Optional.empty();
        }
        if (!have.without().orElse(EMBEDDED).equals(EMBEDDED)) {
            return Optional.empty(); // of a later version than this one
        }
        LzcStreams flagged = have.without().isPresent() ? lzc.withoutEmbedded() : lzc;
        OptionalLong size = flagged.size(to.name(), from.map(Objects.Found::name));
        if (size.isEmpty()) {
            return Optional.empty();
        }
        long identity = from.map(Objects.Found::identity).orElse(0L);
        Optional<ResumePoint> point = have.partial()
                .flatMap(ResumePoint::of)
                .filter(there -> there.to() == to.identity() && there.from() == identity);
        return Optional.of(new ZfsOutgoing(flagged, to.name(), from.map(Objects.Found::name), point, size.getAsLong()));
    }

    /** One that can be sent. */
    private static final class ZfsOutgoing implements Streams.Outgoing {

        private final LzcStreams lzc;
        private final String snapshot;
        private final Optional<String> from;
        private final Optional<ResumePoint> point;
        private final long estimate;

        ZfsOutgoing(
                LzcStreams lzc, String snapshot, Optional<String> from, Optional<ResumePoint> point, long estimate) {
            this.lzc = lzc;
            this.snapshot = snapshot;
            this.from = from;
            this.point = point;
            this.estimate = estimate;
        }

        @Override
        public boolean resumes() {
            return point.isPresent();
        }

        @Override
        public long estimate() {
            return estimate;
        }

        @Override
        public void send(OutputStream out) throws IOException {
            try (Pipe pipe = Pipe.open()) {
                InputStream in = pipe.in();
                KernelCall call = KernelCall.start(
                        "zvpg-sends",
                        () -> lzc.send(snapshot, from, object(), offset(), pipe.writeEnd()),
                        pipe::closeWriteEnd);
                try (in) {
                    pump(in, out);
                } finally {
                    call.join(); // its pipe has no other end any more
                }
                call.await();
            }
        }

        private void pump(InputStream in, OutputStream out) throws IOException {
            byte[] bytes = new byte[CHUNK];
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                if (Thread.currentThread().isInterrupted()) { // a pipe does not notice
                    throw new InterruptedIOException("interrupted");
                }
                out.write(bytes, 0, count);
            }
        }

        private long object() {
            return point.map(ResumePoint::object).orElse(0L);
        }

        private long offset() {
            return point.map(ResumePoint::offset).orElse(0L);
        }
    }

    @Override
    public Streams.Incoming incoming(SnapshotId snapshot, Optional<SnapshotId> base) {
        Optional<Objects.Found> origin = base.map(id -> objects.identify("receive", id));
        return receiving.prepare(snapshot, origin);
    }

    @Override
    public List<Partial> partials() {
        return PartialVolume.all(objects).values().stream()
                .map(PartialVolume::told)
                .toList();
    }

    @Override
    public void discard(SnapshotId snapshot) {
        receiving.discard(snapshot);
    }
}
