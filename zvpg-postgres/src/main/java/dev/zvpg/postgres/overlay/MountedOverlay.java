package dev.zvpg.postgres.overlay;

import dev.zvpg.error.StorageException;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.NamespacePath;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.Overlay;
import dev.zvpg.server.OverlayRefusedException;
import dev.zvpg.server.OverlaySpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An overlay of the kernel's OverlayFS. It is mounted on its volume itself, so the server finds its files under the same
 * path as on a volume that is a copy:
 *
 * <pre>
 * VOLUME/
 *   data/           empty; only in the mount namespace it is the cluster
 *   overlay/        closed to everybody else
 *     supervisor    the number of a process that sees the overlay, for others who want to stop its server
 *     upper/ work/  what is written; in memory it is only in the mount namespace
 * </pre>
 */
public final class MountedOverlay implements Overlay {

    private static final Logger LOG = LoggerFactory.getLogger(MountedOverlay.class);

    private static final String SUPERVISOR = "supervisor";
    private static final int NUMBER_BYTES = 20;

    private final MountNamespace namespace;
    private final Path volume;
    private final Path lower;
    private final boolean inMemory;

    /** Where something is mounted that is this overlay's, the latest first. */
    private final Deque<Path> mounts = new ArrayDeque<>();

    private @Nullable UpperSide upper;
    private boolean closed;

    private MountedOverlay(MountNamespace namespace, Path volume, Path lower, boolean inMemory) {
        this.namespace = namespace;
        this.volume = volume;
        this.lower = lower;
        this.inMemory = inMemory;
    }

    /** Mounts one. */
    public static MountedOverlay mount(ServerUser user, OverlaySpec spec) throws OverlayRefusedException {
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new OverlayRefusedException("only Linux has overlays");
        }
        Path volume = spec.volume().toAbsolutePath().normalize();
        Path lower = spec.lower().toAbsolutePath().normalize();
        long memory = MemoryRoom.isThere(spec) ? spec.memoryBytes() : 0;
        MountNamespace namespace =
                MountNamespace.use(user, List.of(volume, lower, spec.home().toAbsolutePath()));
        MountedOverlay overlay = new MountedOverlay(namespace, volume, lower, memory > 0);
        boolean mounted = false;
        try {
            overlay.prepare();
            overlay.mount(memory);
            mounted = true;
            return overlay;
        } catch (IOException e) {
            throw new OverlayRefusedException("cannot prepare " + volume + " for an overlay: " + e.getMessage(), e);
        } finally {
            if (!mounted) {
                overlay.close();
            }
        }
    }

    private void prepare() throws IOException {
        var closed = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        for (Path directory : OpenDirectory.list(lower)) {
            if (Files.isDirectory(directory)) { // what a path of the server leads to must be there outside, too
                Files.createDirectory(volume.resolve(directory.getFileName()), closed);
            }
        }
        Path kept = Files.createDirectory(volume.resolve(MountShell.KEPT), closed);
        Files.writeString(
                kept.resolve(SUPERVISOR), Long.toString(namespace.supervisor().pid()));
    }

    private void mount(long memoryBytes) throws IOException, OverlayRefusedException {
        MountShell shell = namespace.shell();
        Path kept = volume.resolve(MountShell.KEPT);
        if (inMemory) {
            shell.memory(volume, memoryBytes);
            mounts.push(kept);
        }
        Path files = make(kept, MountShell.UPPER);
        make(kept, MountShell.WORK);
        OpenDirectory written = OpenDirectory.openTrusted(files); // what is mounted on the volume hides it
        boolean laid = false;
        try {
            shell.overlay(lower, volume);
            mounts.push(volume);
            upper = new UpperSide(written, lower, directory());
            namespace.overlays().put(volume, this);
            laid = true;
        } finally {
            if (!laid) {
                written.close();
            }
        }
    }

    /** Makes a directory that the server's user comes through. */
    private Path make(Path kept, String name) throws IOException {
        Path made = Files.createDirectory(namespace.seen(kept.resolve(name)));
        return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwx--x--x"));
    }

    /**
     * Where the data directory of a server is that this or another JVM may have started on an overlay.
     *
     * @param dataDirectory where it would be on a volume
     * @return the same path where there is no such overlay
     */
    public static Path find(Path dataDirectory) {
        if (NamespacePath.isOne(dataDirectory)) {
            return dataDirectory;
        }
        try {
            Path kept = dataDirectory.resolveSibling(MountShell.KEPT);
            if (!Files.isDirectory(kept)) {
                return dataDirectory;
            }
            try (OpenDirectory directory = OpenDirectory.open(kept)) {
                String pid = new String(directory.read(Path.of(SUPERVISOR), NUMBER_BYTES), StandardCharsets.US_ASCII);
                Path seen = NamespacePath.of(Long.parseLong(pid), dataDirectory);
                return Files.isDirectory(seen) ? seen : dataDirectory;
            }
        } catch (IOException | NumberFormatException e) {
            return dataDirectory; // it was being made, and nothing ran on it yet
        }
    }

    /**
     * The overlay of this JVM that a data directory is on.
     *
     * @return empty where it is on none
     */
    public static Optional<MountedOverlay> under(Path dataDirectory) {
        Path top = NamespacePath.inside(dataDirectory).resolveSibling("").normalize();
        return MountNamespace.of(dataDirectory)
                .map(namespace -> namespace.overlays().get(top));
    }

    /** The directory that it is mounted on, as it is for everybody else. */
    public Path volume() {
        return volume;
    }

    /** The tree that it is laid over, which nobody changes. */
    public Path lower() {
        return lower;
    }

    /**
     * The inode number of a file below, as the overlay shows it as long as no other file has taken its place; after the
     * file was copied, only where the file systems allow that.
     */
    public long shown(long inode) {
        return Objects.requireNonNull(upper).shown(inode);
    }

    @Override
    public Path directory() {
        return namespace.seen(volume);
    }

    @Override
    public boolean isInMemory() {
        return inMemory;
    }

    @Override
    public Set<Path> written() {
        try {
            return Objects.requireNonNull(upper).written();
        } catch (IOException e) {
            throw IoFailure.of("look for what was written to", toString(), volume, e);
        } catch (ClosedDirectoryStreamException e) {
            throw new StorageException("look for what was written to", toString(), "it has ended", e);
        }
    }

    @Override
    public void freeze() {
        try {
            namespace.shell().freeze(volume);
        } catch (OverlayRefusedException e) {
            throw new StorageException("freeze", toString(), e.reason(), e);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        namespace.overlays().remove(volume);
        try (UpperSide open = upper) {
            unmount();
        } catch (IOException e) {
            LOG.warn("What was written to {} stays open until this process ends: {}", this, e.getMessage());
        } finally {
            namespace.release();
        }
    }

    private void unmount() {
        while (!mounts.isEmpty()) {
            try {
                namespace.shell().end(mounts.pop());
            } catch (OverlayRefusedException e) {
                LOG.warn("{} stays mounted until this process ends: {}", this, e.reason());
            }
        }
    }

    @Override
    public String toString() {
        return "overlay on " + volume;
    }
}
