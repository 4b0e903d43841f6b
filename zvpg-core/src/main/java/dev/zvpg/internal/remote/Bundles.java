package dev.zvpg.internal.remote;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.internal.io.AtomicFile;
import dev.zvpg.internal.io.NewFile;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.internal.wire.DataSink;
import dev.zvpg.internal.wire.DataSource;
import dev.zvpg.internal.wire.Frames;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/** Snapshots as files: the same header and frames as on a link. Thread-safe. */
final class Bundles {

    private static final String BUNDLE = "bundle";
    private static final int VERSION = 1;
    private static final int BUFFER = 1 << 16;

    private Bundles() {}

    /** Sends the tree that is to be in it. */
    interface Tree {
        void send(DataSink out) throws IOException;
    }

    /**
     * Writes one, which has its name when it is whole and on disk. Until then it has one that nobody else can know, and
     * whatever somebody has put in its way is not written to.
     *
     * @param mode who may read it: passwords are in it
     */
    static void write(Path file, Set<PosixFilePermission> mode, SnapshotHeader header, Tree tree) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path temporary = Path.of(UUID.randomUUID() + AtomicFile.NEW);
        try (OpenDirectory directory = OpenDirectory.openTrusted(parent(absolute))) {
            boolean done = false;
            try {
                NewFile.create(directory, temporary, mode, true, channel -> write(channel, header, tree));
                directory.move(temporary, Objects.requireNonNull(absolute.getFileName()));
                directory.sync();
                done = true;
            } finally {
                if (!done && directory.exists(temporary)) {
                    directory.delete(temporary);
                }
            }
        }
    }

    private static void write(FileChannel channel, SnapshotHeader header, Tree tree) throws IOException {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
        Frames.write(out, header.json().put(BUNDLE, VERSION));
        try (DataSink data = DataSink.to(out)) {
            tree.send(data);
        }
        out.flush();
    }

    private static Path parent(Path absolute) {
        return Objects.requireNonNull(absolute.getParent(), "a file is in a directory");
    }

    /** Reads one, from a file that is nothing but a file. */
    static void read(Path file, Peer.Receiver into) throws IOException {
        Path absolute = file.toAbsolutePath();
        try (OpenDirectory directory = OpenDirectory.openTrusted(parent(absolute));
                FileChannel channel = directory.openFile(Objects.requireNonNull(absolute.getFileName()));
                InputStream in = new BufferedInputStream(Channels.newInputStream(channel), BUFFER);
                DataSource data = DataSource.of(in)) {
            ObjectNode message = Frames.readMessage(in);
            if (Fields.number(message, BUNDLE) != VERSION) {
                throw new MalformedException(file + " is no bundle of this version of zvpg");
            }
            SnapshotHeader header = SnapshotHeader.of(message);
            if (!header.payload().isTree()) { // nobody has asked for anything else
                throw new MalformedException(file + " holds no tree");
            }
            into.receive(header, data);
        }
    }
}
