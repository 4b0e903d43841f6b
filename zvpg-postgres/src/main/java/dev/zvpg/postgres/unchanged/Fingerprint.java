package dev.zvpg.postgres.unchanged;

import dev.zvpg.internal.io.FileReads;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.cluster.ControlFile;
import dev.zvpg.postgres.run.MountedOverlay;
import dev.zvpg.postgres.run.RunDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the file system says of every file of a cluster and of its run directory: name, kind, owner, mode, inode, size,
 * and the times of its last writing and its last change, of which nobody can set back the second. A file that somebody
 * wrote, replaced, added or removed makes another fingerprint; except:
 *
 * <ul> <li>{@code global/pg_control}, the WAL segment in use and {@code pg_logical/replorigin_checkpoint}, which the
 * checkpoint writes that comes before every fingerprint. What they hold is the server's own, and was looked at before;
 * of them count all but the times and, where it is replaced, the inode <li>{@code pg_internal.init}: caches of the
 * catalog that a session makes when it finds none. They are listed, so that those that are new can be removed
 * <li>{@code pgsql_tmp}, while it is empty: a large sort makes it once <li>the server's log; and with 14
 * {@code pg_stat_tmp}, where that keeps statistics
 * </ul>
 *
 * <p>On an overlay only what was written to is looked at. A file that is only read is among that, because PostgreSQL
 * opens it for writing: one that holds what lies below does not count.
 *
 * @param digest all that counts
 * @param caches the {@code pg_internal.init} there are, and what tells one from the next of the same name
 * @param copies the files on an overlay that hold what lies below, each with what it has been looked at as
 * @param newest the time of the latest change of anything but caches, in nanoseconds since 1970
 */
record Fingerprint(String digest, Map<Path, String> caches, Map<Path, String> copies, long newest) {

    private static final Path CACHE = Path.of("pg_internal.init");
    private static final Path TEMPORARY = Path.of("pgsql_tmp");
    private static final int STATISTICS_IN_FILES_UNTIL = 14;

    /** 256 KB. */
    private static final int BLOCK = 1 << 18;

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
     * @param known the copies of an earlier one, which are not read again
     */
    static Fingerprint of(Path dataDirectory, RunDirectory run, int major, String walFile, Map<Path, String> known)
            throws IOException {
        Optional<MountedOverlay> overlay = MountedOverlay.under(dataDirectory);
        Taker taker = new Taker(dataDirectory, run, major, walFile, overlay, known);
        if (overlay.isPresent()) { // what nobody has written to is as it is below, and that does not change
            Path top = overlay.get().directory();
            for (Path file : overlay.get().written()) {
                taker.take(top.resolve(file));
            }
        } else {
            Files.walkFileTree(dataDirectory, taker);
        }
        if (Files.isDirectory(run.directory())) {
            Files.walkFileTree(run.directory(), taker);
        }
        return taker.done();
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
        private final List<String> lines = new ArrayList<>();
        private final Map<Path, String> caches = new TreeMap<>();
        private final Map<Path, String> known;
        private final Map<Path, String> copies = new TreeMap<>();
        private final ByteBuffer here = ByteBuffer.allocateDirect(BLOCK);
        private final ByteBuffer there = ByteBuffer.allocateDirect(BLOCK);
        private long newest;

        Taker(
                Path dataDirectory,
                RunDirectory run,
                int major,
                String walFile,
                Optional<MountedOverlay> overlay,
                Map<Path, String> known) {
            this.dataDirectory = dataDirectory;
            this.control = dataDirectory.resolve(ControlFile.FILE);
            this.origins = dataDirectory.resolve("pg_logical/replorigin_checkpoint");
            this.wal = dataDirectory.resolve("pg_wal").resolve(walFile);
            this.statistics = dataDirectory.resolve("pg_stat_tmp");
            this.log = run.logFile();
            this.overlay = overlay;
            this.known = known;
            this.statisticsInFiles = major <= STATISTICS_IN_FILES_UNTIL;
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
            if (countsNot(file)) {
                return;
            }
            Map<String, Object> attributes;
            try {
                attributes = attributes(file);
            } catch (NoSuchFileException | NotDirectoryException e) {
                if (!file.endsWith(CACHE)) {
                    lines.add(file + " is not there");
                }
                return;
            }
            String fixed =
                    file + " " + attributes.get("mode") + " " + attributes.get("uid") + " " + attributes.get("gid");
            String inode = " " + attributes.get("ino");
            if (Objects.equals(attributes.get("isDirectory"), true)) {
                if (!file.endsWith(TEMPORARY) || !OpenDirectory.list(file).isEmpty()) {
                    lines.add(fixed + inode); // not its times: they say that something was made and removed again
                }
            } else {
                takeFile(file, attributes, fixed + " " + attributes.get("size"), inode);
            }
        }

        private boolean countsNot(Path file) {
            return file.equals(log) || (statisticsInFiles && file.startsWith(statistics));
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
            if (file.endsWith(CACHE)) {
                caches.put(file, all);
                return;
            }
            newest = Math.max(newest, changed);
            if (all.equals(known.get(file)) || (overlay.isPresent() && isAsBelow(file, attributes, overlay.get()))) {
                copies.put(file, all);
                return;
            }
            lines.add(Files.isSymbolicLink(file) ? all + " " + Files.readSymbolicLink(file) : all);
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
            return Stream.of("mode", "uid", "gid", "size")
                            .allMatch(name -> Objects.equals(original.get(name), attributes.get(name)))
                    && attributes.get("ino") instanceof Long shown
                    && original.get("ino") instanceof Long inode
                    && shown == on.shown(inode)
                    && Objects.equals(attributes.get("isRegularFile"), true)
                    && isSame(file, lower);
        }

        private boolean isSame(Path one, Path other) throws IOException {
            try (OpenDirectory directory = OpenDirectory.open(one.resolveSibling(""));
                    FileChannel file = directory.openFile(one.getFileName());
                    FileChannel original = FileChannel.open(other, StandardOpenOption.READ)) {
                for (long at = 0; at < original.size(); at += BLOCK) {
                    if (!FileReads.fill(file, at, here).equals(FileReads.fill(original, at, there))) {
                        return false;
                    }
                }
                return file.size() == original.size();
            }
        }

        private static Map<String, Object> attributes(Path path) throws IOException {
            return Files.readAttributes(
                    path,
                    "unix:mode,uid,gid,ino,size,lastModifiedTime,ctime,isRegularFile,isDirectory",
                    LinkOption.NOFOLLOW_LINKS);
        }

        private static long nanos(@Nullable Object time) {
            return ((FileTime) Objects.requireNonNull(time)).to(TimeUnit.NANOSECONDS);
        }

        Fingerprint done() {
            String[] sorted = lines.toArray(String[]::new);
            Arrays.sort(sorted);
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                for (String line : sorted) {
                    digest.update(line.getBytes(StandardCharsets.UTF_8));
                    digest.update((byte) '\n');
                }
                return new Fingerprint(
                        HexFormat.of().formatHex(digest.digest()), Map.copyOf(caches), Map.copyOf(copies), newest);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        @Override
        public String toString() {
            return "fingerprint of " + dataDirectory;
        }
    }
}
