package dev.zvpg.postgres.unchanged;

import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Sha256;
import dev.zvpg.postgres.cluster.ControlFile;
import dev.zvpg.postgres.overlay.MountedOverlay;
import dev.zvpg.postgres.run.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the file system says of every file of a cluster and of its run directory: name, kind, owner, mode, inode, size,
 * and the times of its last writing and its last change, of which nobody can set back the second; and what it holds, where
 * its times do not tell of every change. A file that somebody wrote, replaced, added or removed makes another fingerprint;
 * except:
 *
 * <ul> <li>{@code global/pg_control}, the WAL segment in use and {@code pg_logical/replorigin_checkpoint}, which the
 * checkpoint writes that comes before every fingerprint. What they hold is the server's own, and was looked at before;
 * of them count all but the times and, where it is replaced, the inode <li>{@code pg_internal.init}: caches of the
 * catalog that a session makes when it finds none. They are listed, so that those that are new can be removed
 * <li>{@code pgsql_tmp}, while it is empty and as open as the directory that it is in: a large sort makes it once <li>the
 * server's log; up to 14 its statistics in {@code pg_stat_tmp}, and what pg_stat_statements keeps there
 * </ul>
 *
 * <p>On an overlay only what was written to is looked at. A file that is only read is among that, because PostgreSQL
 * opens it for writing: one that holds what lies below does not count.
 *
 * @param digest all that counts
 * @param caches the {@code pg_internal.init} there are, and what tells one from the next of the same name
 * @param copies the files on an overlay that hold what lies below, each with the attributes it had when it was compared
 * @param newest the time of the latest change of a file whose times count, in nanoseconds since 1970
 */
record Fingerprint(String digest, Map<Path, String> caches, Map<Path, String> copies, long newest) {

    private static final Path CACHE = Path.of("pg_internal.init");
    private static final Path TEMPORARY = Path.of("pgsql_tmp");
    private static final int STATISTICS_IN_FILES_UNTIL = 14;
    private static final Pattern STATISTICS = Pattern.compile("global\\.(stat|tmp)|db_\\d+\\.(stat|tmp)");
    private static final Path QUERY_TEXTS = Path.of("pgss_query_texts.stat");

    private static final List<String> RIGHTS = List.of("mode", "uid", "gid");
    private static final String WANTED =
            "unix:ino,nlink,size,lastModifiedTime,ctime,isRegularFile,isDirectory," + String.join(",", RIGHTS);

    boolean isSameAs(Fingerprint other) {
        return digest.equals(other.digest);
    }

    /** The caches that came to be since another one was taken. */
    List<Path> newCaches(Fingerprint before) {
        return caches.entrySet().stream()
                .filter(cache -> !cache.getValue().equals(before.caches.get(cache.getKey())))
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Takes it, of a server on which nothing happens.
     *
     * @param walFile the name of the WAL segment in use
     * @param known the copies of an earlier one, which are not read again where their times tell of every change
     */
    static Fingerprint of(Path dataDirectory, RunDirectory run, int major, String walFile, Map<Path, String> known)
            throws IOException {
        Optional<MountedOverlay> overlay = MountedOverlay.under(dataDirectory);
        try (FileContents contents = new FileContents()) {
            Taker taker = new Taker(dataDirectory, run, major, walFile, overlay, known, contents);
            if (overlay.isPresent()) { // what nobody has written to is as it is below, and that does not change
                taker.mustBeRead = overlay.get().isInMemory()
                        || !FileContents.timesTell(overlay.get().volume());
                Path top = overlay.get().directory();
                for (Path file : overlay.get().written()) {
                    taker.take(top.resolve(file));
                }
            } else {
                taker.mustBeRead = !FileContents.timesTell(dataDirectory);
                Files.walkFileTree(dataDirectory, taker);
            }
            if (Files.isDirectory(run.directory())) {
                taker.mustBeRead = !FileContents.timesTell(run.directory());
                Files.walkFileTree(run.directory(), taker);
            }
            return taker.done();
        }
    }

    private static final class Taker extends SimpleFileVisitor<Path> {

        private final Path dataDirectory;
        private final Path control;
        private final Path origins;
        private final Path wal;
        private final Path statistics;
        private final Path log;
        private final boolean statisticsInFiles;
        private final Optional<MountedOverlay> overlay;
        private final Map<Path, String> known;
        private final FileContents contents;
        private final List<String> lines = new ArrayList<>();
        private final Map<Path, String> caches = new TreeMap<>();
        private final Map<Path, String> copies = new TreeMap<>();
        private boolean mustBeRead;
        private long newest;

        Taker(
                Path dataDirectory,
                RunDirectory run,
                int major,
                String walFile,
                Optional<MountedOverlay> overlay,
                Map<Path, String> known,
                FileContents contents) {
            this.dataDirectory = dataDirectory;
            this.control = dataDirectory.resolve(ControlFile.FILE);
            this.origins = dataDirectory.resolve("pg_logical/replorigin_checkpoint");
            this.wal = dataDirectory.resolve("pg_wal").resolve(walFile);
            this.statistics = dataDirectory.resolve("pg_stat_tmp");
            this.log = run.logFile();
            this.statisticsInFiles = major <= STATISTICS_IN_FILES_UNTIL;
            this.overlay = overlay;
            this.known = known;
            this.contents = contents;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes basic) throws IOException {
            take(directory);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes basic) throws IOException {
            take(file);
            return FileVisitResult.CONTINUE;
        }

        /** Notes what is there under a name, or that nothing is. */
        void take(Path file) throws IOException {
            Map<String, Object> attributes;
            try {
                attributes = attributes(file);
            } catch (NoSuchFileException | NotDirectoryException e) {
                if (!file.endsWith(CACHE) && !isStatistics(file)) {
                    lines.add(file + " is not there");
                }
                return;
            }
            String fixed = file + " " + rights(attributes);
            String inode = " " + attributes.get("ino");
            if (is(attributes, "isDirectory")) {
                if (!isTemporary(file, attributes)) {
                    lines.add(fixed + inode); // not its times: they say that something was made and removed again
                }
            } else if (!isServersOwn(file, attributes)) {
                takeFile(file, attributes, fixed + " " + attributes.get("size"), inode);
            }
        }

        private static boolean isTemporary(Path directory, Map<String, Object> attributes) throws IOException {
            return directory.endsWith(TEMPORARY)
                    && OpenDirectory.list(directory).isEmpty()
                    && rights(attributes).equals(rights(attributes(directory.resolveSibling(""))));
        }

        private boolean isServersOwn(Path file, Map<String, Object> attributes) {
            return is(attributes, "isRegularFile")
                    && Objects.equals(attributes.get("nlink"), 1)
                    && (file.equals(log) || isStatistics(file));
        }

        private boolean isStatistics(Path file) {
            return statistics.equals(file.getParent())
                    && (file.endsWith(QUERY_TEXTS)
                            || (statisticsInFiles
                                    && STATISTICS
                                            .matcher(String.valueOf(file.getFileName()))
                                            .matches()));
        }

        private void takeFile(Path file, Map<String, Object> attributes, String fixed, String inode)
                throws IOException {
            if (file.equals(origins)) {
                lines.add(fixed);
                return;
            }
            if (file.equals(control) || file.equals(wal)) {
                lines.add(fixed + inode);
                return;
            }
            long changed = nanos(attributes.get("ctime"));
            String all = fixed + inode + " " + nanos(attributes.get("lastModifiedTime")) + " " + changed;
            boolean isRead = mustBeRead && is(attributes, "isRegularFile");
            if (file.endsWith(CACHE)) {
                caches.put(file, isRead ? all + " " + contents.digest(file) : all);
                return;
            }
            newest = Math.max(newest, changed);
            boolean isKnown = !isRead && all.equals(known.get(file));
            if (isKnown || (overlay.isPresent() && isAsBelow(file, attributes, overlay.get()))) {
                copies.put(file, all);
            } else if (Files.isSymbolicLink(file)) {
                lines.add(all + " " + Files.readSymbolicLink(file));
            } else {
                lines.add(isRead ? all + " " + contents.digest(file) : all);
            }
        }

        /** Whether it is a copy of what the overlay was laid over. */
        private boolean isAsBelow(Path file, Map<String, Object> attributes, MountedOverlay on) throws IOException {
            Path top = on.directory();
            if (!file.startsWith(top)) {
                return false;
            }
            Path lower = on.lower().resolve(top.relativize(file));
            Map<String, Object> original;
            try {
                original = attributes(lower);
            } catch (NoSuchFileException | NotDirectoryException e) {
                return false;
            }
            return is(attributes, "isRegularFile")
                    && is(original, "isRegularFile")
                    && rights(attributes).equals(rights(original))
                    && Objects.equals(attributes.get("size"), original.get("size"))
                    && attributes.get("ino") instanceof Long shown
                    && original.get("ino") instanceof Long inode
                    && shown == on.shown(inode)
                    && contents.isSame(file, lower);
        }

        private static Map<String, Object> attributes(Path path) throws IOException {
            return Files.readAttributes(path, WANTED, LinkOption.NOFOLLOW_LINKS);
        }

        private static boolean is(Map<String, Object> attributes, String kind) {
            return Objects.equals(attributes.get(kind), true);
        }

        private static String rights(Map<String, Object> attributes) {
            return RIGHTS.stream()
                    .map(right -> String.valueOf(attributes.get(right)))
                    .collect(Collectors.joining(" "));
        }

        private static long nanos(@Nullable Object time) {
            return ((FileTime) Objects.requireNonNull(time)).to(TimeUnit.NANOSECONDS);
        }

        Fingerprint done() {
            MessageDigest digest = Sha256.begin();
            lines.stream().sorted().forEach(line -> digest.update((line + "\n").getBytes(StandardCharsets.UTF_8)));
            return new Fingerprint(Sha256.end(digest), Map.copyOf(caches), Map.copyOf(copies), newest);
        }

        @Override
        public String toString() {
            return "fingerprint of " + dataDirectory;
        }
    }
}
