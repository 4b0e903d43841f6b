package dev.zvpg.postgres;

import dev.zvpg.ConfigurationException;
import dev.zvpg.internal.io.MountPoints;
import dev.zvpg.internal.io.OpenDirectory;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Refuses a cluster that keeps data outside of its directory: a snapshot would lack it, and where a link leads there, a copy
 * would write to the original's. Confined to one thread.
 */
final class SelfContained {

    private static final String WAL = "pg_wal";
    private static final String TABLESPACES = "pg_tblspc";

    private final Path directory;
    private final Path real;

    /** Directories to look through, and those that were. */
    private final Deque<Path> ahead = new ArrayDeque<>();

    private final Set<Path> seen = new HashSet<>();

    private SelfContained(Path directory) throws IOException {
        this.directory = directory;
        this.real = directory.toRealPath();
    }

    /** Looks at every file: for what is about to be imaged or was just copied from somebody else. */
    static void require(Path directory) throws IOException {
        requireNoWayOut(directory);
        SelfContained cluster = new SelfContained(directory);
        cluster.requireNothingMounted();
        cluster.lookThrough();
    }

    /**
     * Looks at the places where whole directories are moved away from, which takes a copy no longer than its start can bear. A
     * copy is made of what was looked through.
     */
    static void requireNoWayOut(Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            throw new ConfigurationException(
                    directory,
                    null,
                    "the data directory is a link to " + Files.readSymbolicLink(directory)
                            + ", so a snapshot would hold a link and no data; stop the server, then run rm "
                            + word(directory)
                            + " && mv " + word(directory.toRealPath()) + " " + word(directory),
                    null);
        }
        SelfContained cluster = new SelfContained(directory);
        for (Path entry : cluster.roots()) {
            cluster.requireInside(entry);
        }
        for (String below : List.of("base", TABLESPACES)) {
            for (Path entry : OpenDirectory.list(cluster.real.resolve(below))) {
                cluster.requireInside(entry);
            }
        }
    }

    /** What holds data; whoever links a file of settings or a directory of logs to elsewhere loses nothing by it. */
    private List<Path> roots() throws IOException {
        return OpenDirectory.list(real).stream()
                .filter(entry -> {
                    String name = entry.getFileName().toString();
                    return name.startsWith("pg_")
                            || name.equals("base")
                            || name.equals("global")
                            || name.equals(Tablespaces.DIRECTORY);
                })
                .toList();
    }

    private void lookThrough() throws IOException {
        for (Path root : roots()) {
            if (!Files.isSymbolicLink(root)) {
                ahead.add(root);
            } else {
                goOnBehind(root);
            }
        }
        Object device = Devices.of(Objects.requireNonNull(real.getParent(), "a data directory has a parent"));
        requireDevice(real, device);
        while (!ahead.isEmpty()) {
            Path next = ahead.remove();
            if (seen.add(next)) {
                Files.walkFileTree(next, new Look(device));
            }
        }
    }

    /** Looks at each file once, and follows no link. */
    private final class Look extends SimpleFileVisitor<Path> {

        private final Object device;

        Look(Object device) {
            this.device = device;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes facts) throws IOException {
            requireDevice(path, device);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path path, BasicFileAttributes facts) throws IOException {
            if (facts.isSymbolicLink()) {
                requireInside(path);
                goOnBehind(path);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path path, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE; // the server removes files while it runs
            }
            throw failure;
        }
    }

    private void goOnBehind(Path link) throws IOException {
        if (Files.isDirectory(link)) {
            ahead.add(link.toRealPath());
        }
    }

    private void requireDevice(Path path, Object device) throws IOException {
        if (!Devices.of(path).equals(device)) {
            throw elsewhere(path, "is another file system than the one around it, or a subvolume of its own");
        }
    }

    private void requireNothingMounted() throws IOException {
        for (String mount : MountPoints.all()) {
            if (mount.equals(real.toString()) || mount.startsWith(real + "/")) {
                throw elsewhere(Path.of(mount), "is mounted from elsewhere");
            }
        }
    }

    private ConfigurationException elsewhere(Path path, String how) {
        return new ConfigurationException(
                directory,
                null,
                what(path) + " lies outside: " + path + " " + how
                        + ", so a snapshot would lack it; stop the server, copy "
                        + "it with cp -a " + word(path) + " " + word(path.resolveSibling(path.getFileName() + ".moved"))
                        + ", unmount or delete the original, and give the copy its name",
                null);
    }

    private void requireInside(Path entry) throws IOException {
        if (!Files.isSymbolicLink(entry)) {
            return;
        }
        Path target;
        Path led;
        try {
            target = Files.readSymbolicLink(entry);
            led = entry.toRealPath();
        } catch (NoSuchFileException e) {
            if (!Files.isSymbolicLink(entry)) {
                return; // dropped a moment ago
            }
            target = Files.readSymbolicLink(entry);
            led = entry.resolveSibling(target).normalize();
        }
        // also an absolute link to the inside: in a copy it would lead to the original
        if (target.isAbsolute()
                || !entry.resolveSibling(target).normalize().startsWith(real)
                || !led.startsWith(real)) {
            throw new ConfigurationException(
                    directory,
                    null,
                    what(entry) + " lies outside: " + real.relativize(entry) + " is a link to " + target
                            + ", so a snapshot would lack it and a copy would write to the original's; "
                            + advice(entry, led),
                    null);
        }
    }

    /** What somebody can do step by step. */
    private String advice(Path entry, Path led) {
        if (!isTablespace(entry)) {
            return "stop the server, then run rm " + word(entry) + " && mv " + word(led) + " " + word(entry);
        }
        Path inside = Tablespaces.in(real);
        return "drop it, or stop the server and run mkdir -p " + word(inside) + " && mv " + word(led) + " "
                + word(inside.resolve(entry.getFileName())) + " && ln -sfn "
                + Tablespaces.target(entry.getFileName().toString()) + " " + word(entry);
    }

    private static String word(Path path) {
        String text = path.toString();
        return text.matches("[A-Za-z0-9/._@%+=:,-]+") ? text : Shell.quote(text);
    }

    private boolean isTablespace(Path path) {
        return path.getParent() != null && path.getParent().equals(real.resolve(TABLESPACES));
    }

    private String what(Path path) {
        if (path.equals(real)) {
            return "the data directory";
        }
        if (path.equals(real.resolve(WAL))) {
            return "the write-ahead log";
        }
        return isTablespace(path)
                ? "tablespace " + path.getFileName()
                : real.relativize(path).toString();
    }
}
