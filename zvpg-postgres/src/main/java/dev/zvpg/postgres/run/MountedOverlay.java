package dev.zvpg.postgres.run;

import dev.zvpg.error.StorageException;
import dev.zvpg.internal.io.NamespacePath;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.Overlay;
import dev.zvpg.server.OverlayRefusedException;
import dev.zvpg.server.OverlaySpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
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
    private final long memoryBytes;
    private boolean closed;

    private MountedOverlay(MountNamespace namespace, Path volume, long memoryBytes) {
        this.namespace = namespace;
        this.volume = volume;
        this.memoryBytes = memoryBytes;
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
        boolean mounted = false;
        try {
            prepare(namespace, volume, lower);
            namespace.shell().overlay(lower, volume, memory);
            namespace.lowers().put(volume, lower);
            MountedOverlay overlay = new MountedOverlay(namespace, volume, memory);
            mounted = true;
            return overlay;
        } catch (IOException e) {
            throw new OverlayRefusedException("cannot prepare " + volume + " for an overlay: " + e.getMessage(), e);
        } finally {
            if (!mounted) {
                namespace.release();
            }
        }
    }

    private static void prepare(MountNamespace namespace, Path volume, Path lower) throws IOException {
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

    /**
     * Where the data directory of a server is that this or another JVM may have started on an overlay.
     *
     * @param dataDirectory where it would be on a volume
     * @return the same path where there is no such overlay
     */
    static Path find(Path dataDirectory) {
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
     * What a data directory on an overlay of this JVM is laid over, which nobody changes.
     *
     * @return empty where it is on none
     */
    public static Optional<Path> below(Path dataDirectory) {
        Path inside = NamespacePath.inside(dataDirectory);
        return MountNamespace.of(dataDirectory)
                .map(namespace ->
                        namespace.lowers().get(inside.resolveSibling("").normalize()))
                .map(lower -> lower.resolve(inside.getFileName()));
    }

    @Override
    public Path directory() {
        return namespace.seen(volume);
    }

    @Override
    public boolean isInMemory() {
        return memoryBytes > 0;
    }

    /** Where they are on the volume's disk, beside which this process does not see what is mounted on it. */
    @Override
    public Optional<Path> written() {
        return isInMemory() ? Optional.empty() : Optional.of(MountShell.upper(volume));
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
        namespace.lowers().remove(volume);
        try {
            namespace.shell().end(volume, memoryBytes);
        } catch (OverlayRefusedException e) {
            LOG.warn("{} stays mounted until this process ends: {}", this, e.reason());
        } finally {
            namespace.release();
        }
    }

    @Override
    public String toString() {
        return "overlay on " + volume;
    }
}
