package dev.zvpg.postgres.overlay;

import dev.zvpg.internal.io.FileOwner;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.NamespacePath;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.process.Supervisor;
import dev.zvpg.server.OverlayRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A mount namespace that has nobody in it but what this JVM has started: the shell that mounts, the supervisor of the
 * servers on what is mounted, and those. Its mounts are there for nobody else, and end with the last of these processes,
 * however they end. The JVM sees them as {@link NamespacePath}: where it is root, through the shell, which is root's, too.
 * The supervisor belongs to the servers' user, who might take it over and lead it to where other files are.
 *
 * <p>It lasts a little longer than its last overlay, and no longer: it holds on to everything that was mounted on the
 * machine when it was made.
 *
 * <p>Thread-safe.
 */
public final class MountNamespace {

    private static final Map<ServerUser, MountNamespace> LATEST = new HashMap<>();

    /** All that have not ended, by the root that they are seen through. */
    private static final Map<Path, MountNamespace> ALL = new ConcurrentHashMap<>();

    private static final Duration IDLE = Duration.ofSeconds(2);
    private static final Executor LATER = CompletableFuture.delayedExecutor(IDLE.toMillis(), TimeUnit.MILLISECONDS);

    private final ServerUser user;
    private final MountShell shell;
    private final Supervisor supervisor;

    /** What is laid over each volume. */
    private final Map<Path, MountedOverlay> overlays = new ConcurrentHashMap<>();

    /** How many overlays there are, and how many there were. Guarded by the class. */
    private int uses;

    private long used;

    private MountNamespace(ServerUser user) throws OverlayRefusedException {
        this.user = user;
        this.shell = new MountShell();
        boolean made = false;
        try {
            supervisor = Supervisor.in(user, shell.commandPrefix());
            made = true;
        } catch (IOException e) {
            throw new OverlayRefusedException(
                    "cannot start servers in a mount namespace with the program nsenter: " + e.getMessage(), e);
        } finally {
            if (!made) {
                shell.close();
            }
        }
    }

    /**
     * The one to mount something in, which counts as used until it is released.
     *
     * @param wanted what must be the same there as here; what was mounted since an older one was made may not be
     */
    static MountNamespace use(ServerUser user, List<Path> wanted) throws OverlayRefusedException {
        synchronized (MountNamespace.class) {
            MountNamespace latest = LATEST.get(user);
            if (latest == null || !latest.isAlive() || !latest.seesAll(wanted)) {
                latest = new MountNamespace(user);
                if (!latest.seesAll(wanted)) {
                    latest.end();
                    throw new OverlayRefusedException(
                            "a mount namespace is made, but its files cannot be seen from here");
                }
                LATEST.put(user, latest);
                ALL.put(NamespacePath.root(latest.seen(Path.of("/"), "x")), latest);
            }
            latest.uses++;
            latest.used++;
            return latest;
        }
    }

    /** The one that a path leads into. */
    public static Optional<MountNamespace> of(Path path) {
        return NamespacePath.isOne(path) ? Optional.ofNullable(ALL.get(NamespacePath.root(path))) : Optional.empty();
    }

    private boolean isAlive() {
        return shell.isAlive() && supervisor.isAlive();
    }

    private boolean seesAll(List<Path> wanted) {
        for (Path path : wanted) {
            try {
                Object here =
                        Files.readAttributes(path, BasicFileAttributes.class).fileKey();
                Object there = Files.readAttributes(seen(path), BasicFileAttributes.class)
                        .fileKey();
                if (here == null || !here.equals(there)) {
                    return false;
                }
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    private Path seen(Path directory, String name) {
        return seen(directory.resolve(name));
    }

    /** How the JVM sees an absolute path of it. */
    Path seen(Path inside) {
        return NamespacePath.of(FileOwner.worksAsRoot() ? shell.pid() : supervisor.pid(), inside);
    }

    Map<Path, MountedOverlay> overlays() {
        return overlays;
    }

    public Supervisor supervisor() {
        return supervisor;
    }

    MountShell shell() {
        return shell;
    }

    /** Says that one overlay has ended. */
    void release() {
        synchronized (MountNamespace.class) {
            uses--;
            long then = used;
            if (uses == 0) {
                LATER.execute(() -> endIfIdleSince(then));
            }
        }
    }

    private void endIfIdleSince(long then) {
        synchronized (MountNamespace.class) {
            if (uses == 0 && used == then) {
                LATEST.remove(user, this);
                ALL.remove(NamespacePath.root(seen(Path.of("/"), "x")));
                end();
            }
        }
    }

    private void end() {
        shell.close();
        try {
            supervisor.release();
        } catch (IOException e) {
            throw IoFailure.of("end", Path.of("/proc", Long.toString(supervisor.pid())), e);
        }
    }
}
