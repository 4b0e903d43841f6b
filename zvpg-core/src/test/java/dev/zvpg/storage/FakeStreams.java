package dev.zvpg.storage;

import dev.zvpg.error.StorageException;
import dev.zvpg.internal.tree.TreeReceiver;
import dev.zvpg.internal.tree.TreeSender;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Streams of a storage that has none: trees, which go on at any byte. What is here of a snapshot is kept in
 * memory. Thread-safe, for one receiver of a snapshot at a time.
 */
public final class FakeStreams implements Streams {

    private static final int CHUNK = 1 << 12;

    private final Storage storage;
    private final Map<SnapshotId, byte[]> partials;

    private FakeStreams(Storage storage, Map<SnapshotId, byte[]> partials) {
        this.storage = storage;
        this.partials = partials;
    }

    /**
     * Gives a storage streams.
     *
     * @param partials what is here, which outlives the storage's object
     */
    public static Storage in(Storage storage, Map<SnapshotId, byte[]> partials) {
        FakeStreams streams = new FakeStreams(storage, partials);
        return (Storage) Proxy.newProxyInstance(
                FakeStreams.class.getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("streams")) {
                        return Optional.of(streams);
                    }
                    try {
                        return method.invoke(storage, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public String format() {
        return "fake-1";
    }

    private byte[] tree(SnapshotId snapshot, Optional<SnapshotId> base) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            Path tree = storage.directory(snapshot);
            TreeSender.send(tree, base.map(storage::directory), Optional.empty(), bytes, CopyProgress.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Override
    public Optional<Streams.Outgoing> outgoing(SnapshotId snapshot, Optional<SnapshotId> base, Have have) {
        if (!have.base().equals(base.map(SnapshotId::value))) {
            return Optional.empty();
        }
        int from = have.partial().map(Integer::parseInt).orElse(0);
        byte[] tree = tree(snapshot, base);
        return Optional.of(new Streams.Outgoing() {
            @Override
            public boolean resumes() {
                return from > 0;
            }

            @Override
            public long estimate() {
                return tree.length - (long) from;
            }

            @Override
            public void send(OutputStream out) throws IOException {
                out.write(tree, from, tree.length - from);
            }
        });
    }

    @Override
    public Streams.Incoming incoming(SnapshotId snapshot, Optional<SnapshotId> base) {
        return new Streams.Incoming() {
            @Override
            public Have have() {
                return new Have(base.map(SnapshotId::value), partial().map(partial -> Long.toString(partial.bytes())));
            }

            @Override
            public Optional<Partial> partial() {
                return partials().stream()
                        .filter(partial -> partial.snapshot().equals(snapshot))
                        .findFirst();
            }

            @Override
            public Draft receive(InputStream in, boolean resumed) throws IOException {
                return FakeStreams.this.receive(snapshot, base, in, resumed);
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }

    private Draft receive(SnapshotId snapshot, Optional<SnapshotId> base, InputStream in, boolean resumed)
            throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        if (resumed) {
            all.writeBytes(Optional.ofNullable(partials.get(snapshot)).orElseThrow());
        }
        try {
            for (byte[] chunk = in.readNBytes(CHUNK); chunk.length > 0; chunk = in.readNBytes(CHUNK)) {
                all.writeBytes(chunk);
                partials.put(snapshot, all.toByteArray());
            }
        } catch (IOException e) {
            if (all.size() == 0) {
                partials.remove(snapshot);
            }
            throw e;
        }
        partials.remove(snapshot);
        byte[] bytes = all.toByteArray();
        VolumeId volume = VolumeId.generate("received");
        Draft draft = base.isPresent() ? storage.clone(base.get(), volume, CopyProgress.NONE) : storage.create(volume);
        try {
            InputStream tree = new ByteArrayInputStream(bytes);
            long size = ByteBuffer.wrap(bytes).getLong(bytes.length - Long.BYTES); // what it says of itself at its end
            TreeReceiver.receive(draft.directory(), tree, size, CopyProgress.NONE, path -> {});
        } catch (IOException | IndexOutOfBoundsException e) {
            draft.close();
            throw new StorageException("receive", "snapshot " + snapshot, "it is no stream", "try again", e);
        }
        return new Image(draft, volume, snapshot);
    }

    /** Publishes a volume as a snapshot. */
    private final class Image implements Draft {

        private final Draft draft;
        private final VolumeId volume;
        private final SnapshotId snapshot;

        Image(Draft draft, VolumeId volume, SnapshotId snapshot) {
            this.draft = draft;
            this.volume = volume;
            this.snapshot = snapshot;
        }

        @Override
        public Path directory() {
            return draft.directory();
        }

        @Override
        public void publish(Map<String, String> attributes) {
            draft.publish(Map.of());
            storage.snapshot(volume, snapshot, attributes, CopyProgress.NONE);
            storage.destroy(volume);
        }

        @Override
        public void publishInPlaceOf(VolumeId old, Map<String, String> attributes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            draft.close();
        }
    }

    @Override
    public List<Partial> partials() {
        return partials.entrySet().stream()
                .map(entry -> new Partial(entry.getKey(), entry.getValue().length, Instant.now()))
                .toList();
    }

    @Override
    public void discard(SnapshotId snapshot) {
        partials.remove(snapshot);
    }
}
