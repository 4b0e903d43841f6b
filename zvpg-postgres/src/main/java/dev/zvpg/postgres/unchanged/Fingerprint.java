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
import java.util.regex.Pattern;
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
 * <p>On an overlay, a file that is only read becomes another one, because PostgreSQL opens it for writing: of one that
 * has become another, what it holds is compared with what lies below.
 *
 * @param digest all that counts
 * @param caches the {@code pg_internal.init} there are, and what tells one from the next of the same name
 * @param newest the time of the latest change that counts, in nanoseconds since 1970
 * @param unlogged whether there are unlogged relations, whose changes a checkpoint does not write
 */
record Fingerprint(String digest, Map<Path, String> caches, long newest, boolean unlogged) {

    private static final Pattern INIT_FORK = Pattern.compile("\\d+_init");
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
     */
    static Fingerprint of(Path dataDirectory, RunDirectory run, int major, String walFile) throws IOException {
        Taker taker = new Taker(dataDirectory, run, major, walFile);
        Files.walkFileTree(dataDirectory, taker);
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
        private final Optional<Path> below;
        private final List<String> lines = new ArrayList<>();
        private final Map<Path, String> caches = new TreeMap<>();
        private long newest;
        private boolean unlogged;

        Taker(Path dataDirectory, RunDirectory run, int major, String walFile) {
            this.dataDirectory = dataDirectory;
            this.control = dataDirectory.resolve(ControlFile.FILE);
            this.origins = dataDirectory.resolve("pg_logical/replorigin_checkpoint");
            this.wal = dataDirectory.resolve("pg_wal").resolve(walFile);
            this.statistics = dataDirectory.resolve("pg_stat_tmp");
            this.log = run.logFile();
            this.below = MountedOverlay.below(dataDirectory);
            this.statisticsInFiles = major <= STATISTICS_IN_FILES_UNTIL;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes basic) throws IOException {
            if (statisticsInFiles && directory.equals(statistics)) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            if (directory.endsWith("pgsql_tmp") && OpenDirectory.list(directory).isEmpty()) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            Map<String, Object> attributes = attributes(directory);
            // not its times: they say that something was made and removed again
            lines.add(directory + " " + attributes.get("mode") + " " + attributes.get("uid") + " "
                    + attributes.get("gid") + " " + attributes.get("ino"));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes basic) throws IOException {
            if (file.equals(log)) {
                return FileVisitResult.CONTINUE;
            }
            Map<String, Object> attributes = attributes(file);
            String fixed = file + " " + attributes.get("mode") + " " + attributes.get("uid") + " "
                    + attributes.get("gid") + " " + attributes.get("size");
            String inode = " " + attributes.get("ino");
            if (file.equals(origins)) {
                lines.add(fixed);
                return FileVisitResult.CONTINUE;
            }
            if (file.equals(control) || file.equals(wal)) {
                lines.add(fixed + inode);
                return FileVisitResult.CONTINUE;
            }
            long changed = nanos(attributes.get("ctime"));
            String all = fixed + inode + " " + nanos(attributes.get("lastModifiedTime")) + " " + changed;
            String name = String.valueOf(file.getFileName());
            if (name.equals("pg_internal.init")) {
                caches.put(file, all);
                return FileVisitResult.CONTINUE;
            }
            if (INIT_FORK.matcher(name).matches()) {
                unlogged = true;
            }
            if (below.isPresent() && basic.isRegularFile() && isAsBelow(file, attributes, below.get())) {
                lines.add(fixed + inode + " as below");
                return FileVisitResult.CONTINUE;
            }
            newest = Math.max(newest, changed);
            lines.add(Files.isSymbolicLink(file) ? all + " " + Files.readSymbolicLink(file) : all);
            return FileVisitResult.CONTINUE;
        }

        /** Whether it holds what the overlay was laid over, be it that file itself or a copy of it. */
        private boolean isAsBelow(Path file, Map<String, Object> attributes, Path top) throws IOException {
            if (!file.startsWith(dataDirectory)) {
                return false;
            }
            Path lower = top.resolve(dataDirectory.relativize(file));
            Map<String, Object> original;
            try {
                original = attributes(lower);
            } catch (NoSuchFileException e) {
                return false;
            }
            return Objects.equals(original.get("isRegularFile"), true)
                    && Objects.equals(original.get("size"), attributes.get("size"))
                    && (Objects.equals(original.get("ctime"), attributes.get("ctime")) || isSame(file, lower));
        }

        private static boolean isSame(Path one, Path other) throws IOException {
            try (OpenDirectory directory = OpenDirectory.open(one.resolveSibling(""));
                    FileChannel file = directory.openFile(one.getFileName());
                    FileChannel original = FileChannel.open(other, StandardOpenOption.READ)) {
                ByteBuffer here = ByteBuffer.allocate(BLOCK);
                ByteBuffer there = ByteBuffer.allocate(BLOCK);
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
                    path, "unix:mode,uid,gid,ino,size,lastModifiedTime,ctime,isRegularFile", LinkOption.NOFOLLOW_LINKS);
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
                return new Fingerprint(HexFormat.of().formatHex(digest.digest()), Map.copyOf(caches), newest, unlogged);
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
