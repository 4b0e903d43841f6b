package dev.zvpg.postgres.cluster;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.internal.io.FileFacts;
import dev.zvpg.internal.io.MountPoints;
import dev.zvpg.internal.io.NamespacePath;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.os.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Refuses a cluster that keeps data outside of its directory: a snapshot would lack it, and where a link leads there, a
 * copy would write to the original's. No link is followed: where it leads is read, and then gone to from the top, step
 * by step. Confined to one thread.
 */
final class SelfContained {

    private static final String WAL = "pg_wal";
    private static final String TABLESPACES = "pg_tblspc";

    /** Up again after a step down, which may have been one over another link. */
    private static final Pattern ROUNDABOUT = Pattern.compile("(?:^|/)(?!\\.\\.?/)[^/]+/(?:.*/)?\\.\\.(?:/|$)");

    private final Path directory;
    private final Path real;

    /** Directories to look through, and those that were, as seen from the top. */
    private final Deque<Path> ahead = new ArrayDeque<>();

    private final Set<Path> seen = new HashSet<>();

    private SelfContained(Path directory) throws IOException {
        this.directory = directory;
        // what another process sees has no real path here
        this.real = NamespacePath.isOne(directory) ? directory : directory.toRealPath();
    }

    /** Looks at every file: for what is about to be imaged or was just copied from somebody else. */
    static void require(Path directory) throws IOException {
        requireNoWayOut(directory);
        SelfContained cluster = new SelfContained(directory);
        cluster.requireNothingMounted();
        cluster.lookThrough();
    }

    /**
     * Looks at the places where whole directories are moved away from, which takes a copy no longer than its start can
     * bear. A copy is made of what was looked through.
     */
    static void requireNoWayOut(Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            throw new ConfigurationException(
                    directory,
                    null,
                    "the data directory is a link to " + Files.readSymbolicLink(directory)
                            + ", so a snapshot would hold a link and no data",
                    "stop the server, then run rm "
                            + word(directory)
                            + " && mv " + word(directory.toRealPath()) + " " + word(directory),
                    null);
        }
        SelfContained cluster = new SelfContained(directory);
        try (OpenDirectory top = OpenDirectory.open(cluster.real)) {
            for (Path name : roots(top)) {
                cluster.requireInside(top, name);
            }
            for (String below : List.of("base", TABLESPACES)) {
                Optional<OpenDirectory> opened = top.directoryIfThere(Path.of(below));
                if (opened.isPresent()) {
                    try (OpenDirectory entries = opened.get()) {
                        for (Path name : entries.names()) {
                            cluster.requireInside(entries, name);
                        }
                    }
                }
            }
        }
    }

    /** What holds data; whoever links a file of settings or a directory of logs to elsewhere loses nothing by it. */
    private static List<Path> roots(OpenDirectory top) throws IOException {
        return top.names().stream()
                .filter(entry -> {
                    String name = entry.toString();
                    return name.startsWith("pg_")
                            || name.equals("base")
                            || name.equals("global")
                            || name.equals(Tablespaces.DIRECTORY);
                })
                .sorted()
                .toList();
    }

    /** Looks at each file once. */
    private void lookThrough() throws IOException {
        try (OpenDirectory around = OpenDirectory.openTrusted(
                        Objects.requireNonNull(real.getParent(), "a directory has a parent"));
                OpenDirectory top = OpenDirectory.open(real)) {
            requireDevice(top, around.id().device());
            look(top, roots(top));
            while (!ahead.isEmpty()) {
                Path next = ahead.remove();
                if (seen.add(next)) {
                    look(next, around.id().device());
                }
            }
        }
    }

    private void look(Path below, long device) throws IOException {
        try (OpenDirectory directory = OpenDirectory.open(real, below)) {
            requireDevice(directory, device);
            look(directory, directory.names());
        } catch (NoSuchFileException e) {
            // the server removes files while it runs
        }
    }

    private void look(OpenDirectory directory, List<Path> names) throws IOException {
        for (Path name : names) {
            requireInside(directory, name).ifPresent(ahead::add);
        }
    }

    private void requireDevice(OpenDirectory opened, long device) {
        if (opened.id().device() != device) {
            throw elsewhere(opened.path(), "is another file system than the one around it, or a subvolume of its own");
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
                what(path) + " lies outside: " + path + " " + how + ", so a snapshot would lack it",
                "stop the server, copy "
                        + "it with cp -a " + word(path) + " " + word(path.resolveSibling(path.getFileName() + ".moved"))
                        + ", unmount or delete the original, and give the copy its name",
                null);
    }

    /** The directory that it is or leads to, as seen from the top, if that is one. */
    private Optional<Path> requireInside(OpenDirectory parent, Path name) throws IOException {
        Path entry = parent.path().resolve(name);
        FileFacts facts;
        Path target;
        try {
            facts = parent.facts(name);
            if (facts.kind() != FileFacts.Kind.LINK) {
                return facts.isDirectory() ? Optional.of(real.relativize(entry)) : Optional.empty();
            }
            target = parent.target(name, facts);
        } catch (NoSuchFileException e) {
            return Optional.empty(); // dropped a moment ago
        }
        Path led = entry.resolveSibling(target).normalize();
        // also an absolute link to the inside: in a copy it would lead to the original
        if (!target.isAbsolute()
                && led.startsWith(real)
                && !ROUNDABOUT.matcher(target.toString()).find()) {
            try {
                return behind(real.relativize(led));
            } catch (NotDirectoryException e) {
                // over another link, which may lead anywhere
            }
        }
        throw new ConfigurationException(
                directory,
                null,
                what(entry) + " lies outside: " + real.relativize(entry) + " is a link to " + target
                        + ", so a snapshot would lack it and a copy would write to the original's",
                advice(entry, led),
                null);
    }

    /** The directory at the end of these steps down, if that is one. */
    private Optional<Path> behind(Path below) throws IOException {
        Path name = Objects.requireNonNull(below.getFileName(), "also an empty path has a name");
        Path parent = below.getParent();
        try (OpenDirectory above = OpenDirectory.open(real, parent == null ? Path.of("") : parent)) {
            FileFacts facts = name.toString().isEmpty() ? above.facts() : above.facts(name);
            if (facts.kind() == FileFacts.Kind.LINK) {
                throw new NotDirectoryException(below.toString());
            }
            return facts.isDirectory() ? Optional.of(below) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
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
