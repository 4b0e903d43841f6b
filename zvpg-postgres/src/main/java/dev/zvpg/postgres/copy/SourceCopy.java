package dev.zvpg.postgres.copy;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.cluster.ConfFile;
import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.cluster.Tablespaces;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.Ownership;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.CopyProgress;
import dev.zvpg.server.Finding;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Copies the files of a stopped cluster. What lies outside of its directory, WAL and tablespaces, is copied to where
 * the link to it was. Everything else is read as it is and never written to; whether somebody wrote to it meanwhile is
 * found out afterwards, because a server in a container or on another machine is not seen from here.
 */
public final class SourceCopy {

    private static final long TELL_NANOS = Duration.ofMillis(250).toNanos();
    private static final int CHUNK = 1 << 20;

    /** What PostgreSQL makes anew, and what belongs to the original's runs and not to its data. */
    private static final Set<String> EMPTY = Set.of(
            "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans");

    private static final Set<String> LEFT_OUT = Set.of(
            PostmasterPid.FILE,
            "postmaster.opts",
            "current_logfiles",
            "log",
            "lost+found", // of a file system that is the cluster's own
            "pg_log",
            Tablespaces.DIRECTORY, // each one is copied from where the link to it leads
            ConfFile.NAME,
            "pg_hba.conf",
            "pg_ident.conf");

    private static final Set<String> KEYS = Set.of("server.key", "server.crt", "root.crt", "root.crl");

    /** A file or a directory to copy, as it was when it was looked at; a directory has no size. */
    private record Item(Path top, Path from, Path to, boolean directory, long size, FileTime modified) {}

    private final Path source;
    private final Path target;
    private final int major;
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> tablespaces = new ArrayList<>();

    private SourceCopy(Path source, Path target, int major) {
        this.source = source;
        this.target = target;
        this.major = major;
    }

    /** Copies everything into a directory that exists and is empty; returns what was left out or moved. */
    public static List<Finding> run(Path source, Path target, int major, CopyProgress progress) {
        SourceCopy copy = new SourceCopy(source, target, major);
        try {
            List<Item> items = copy.plan();
            copy.copy(items, progress);
            for (String tablespace : copy.tablespaces) {
                Tablespaces.link(ServerUser.current(), target, tablespace);
            }
            List<Finding> found = List.copyOf(copy.findings);
            if (!copy.plan().equals(items)) {
                throw new InUseException(
                        "the cluster in " + source
                                + " was written to while it was copied, so a server works on it, perhaps in a container or on "
                                + "another machine",
                        "stop it, or copy it as it runs with ClusterSource.server(host, port, user, password)");
            }
            return found;
        } catch (IOException e) {
            throw Failures.of("cannot copy the cluster in " + source + " to " + target, SourceDirectory.WHO_MAY, e);
        }
    }

    private List<Item> plan() throws IOException {
        findings.clear();
        tablespaces.clear();
        List<Item> items = new ArrayList<>();
        for (Path entry : OpenDirectory.list(source)) {
            top(entry, entry.getFileName().toString(), items);
        }
        return items;
    }

    private void top(Path entry, String name, List<Item> items) throws IOException {
        Path to = target.resolve(name);
        if (KEYS.contains(name)) {
            findings.add(new Finding(name + " of the original", "not copied"));
        } else if (name.equals("pg_replslot")) {
            OpenDirectory.list(entry)
                    .forEach(slot -> findings.add(new Finding("replication slot " + slot.getFileName(), "not copied")));
            items.add(directory(entry, to));
        } else if (EMPTY.contains(name)) {
            items.add(directory(entry, to));
        } else if (name.equals("pg_tblspc")) {
            items.add(directory(entry, to));
            for (Path tablespace : OpenDirectory.list(entry)) {
                tablespace(tablespace, items);
            }
        } else if (Files.isSymbolicLink(entry) && Files.isDirectory(entry) && name.startsWith("pg_")) {
            // the log, nearly always
            findings.add(new Finding(
                    name + " of the original, which is a link to " + entry.toRealPath(),
                    "copied into the data directory"));
            Path real = followed(entry);
            walk(real, real, to, items);
        } else if (!LEFT_OUT.contains(name)) {
            walk(source, entry, to, items);
        }
    }

    private void tablespace(Path entry, List<Item> items) throws IOException {
        String oid = entry.getFileName().toString();
        Path real = Files.isSymbolicLink(entry) ? followed(entry) : entry;
        findings.add(Tablespaces.found(oid, real.toString()));
        if (tablespaces.isEmpty()) {
            items.add(directory(entry, Tablespaces.in(target)));
        }
        tablespaces.add(oid);
        Path to = Tablespaces.in(target).resolve(oid);
        items.add(directory(entry, to));
        for (Path version : OpenDirectory.list(real)) {
            // clusters of several versions may share the directory
            if (version.getFileName().toString().startsWith("PG_" + major + "_")) {
                walk(real, version, to.resolve(version.getFileName()), items);
            }
        }
    }

    /** Where a link leads. Root does not let somebody else's link lead it to what that one may not read himself. */
    private Path followed(Path link) throws IOException {
        Path real = link.toRealPath();
        if (Ownership.of(real).uid() != Ownership.of(source).uid()) {
            throw new ConfigurationException(
                    source,
                    null,
                    source.relativize(link) + " is a link to " + real
                            + ", which belongs to somebody else than the cluster; it cannot be copied",
                    null);
        }
        return real;
    }

    private void walk(Path top, Path from, Path to, List<Item> items) throws IOException {
        String name = from.getFileName().toString();
        BasicFileAttributes facts = Files.readAttributes(from, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (name.startsWith("pgsql_tmp")) {
            return;
        }
        if (facts.isDirectory()) {
            requireOwnDirectory(from);
            items.add(directory(from, to));
            for (Path entry : OpenDirectory.list(from)) {
                walk(top, entry, to.resolve(entry.getFileName()), items);
            }
        } else if (facts.isRegularFile()) {
            requireOwn(from);
            items.add(new Item(top, from, to, false, facts.size(), facts.lastModifiedTime()));
        } else if (from.startsWith(source.resolve("base")) || from.startsWith(source.resolve("global"))) {
            throw new ConfigurationException(
                    source,
                    null,
                    source.relativize(from) + " is neither a file nor a directory, so the data cannot be copied whole",
                    null);
        } else {
            findings.add(new Finding(name + ", which is neither a file nor a directory", "not copied"));
        }
    }

    private static Item directory(Path from, Path to) {
        return new Item(from, from, to, true, 0, FileTime.fromMillis(0));
    }

    /** Such as one that root has mounted there: what is in it may not be the cluster's owner's to read. */
    private void requireOwnDirectory(Path directory) throws IOException {
        if (Ownership.of(directory, LinkOption.NOFOLLOW_LINKS).uid()
                != Ownership.of(source).uid()) {
            throw new ConfigurationException(
                    source,
                    null,
                    directory + " belongs to somebody else than the cluster, so it may be from elsewhere",
                    "give it to the cluster's owner, or unmount or remove it",
                    null);
        }
    }

    /** Whoever owns the cluster may have made another name in it for a file that is not his to read. */
    private void requireOwn(Path file) throws IOException {
        int links = ((Number) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS)).intValue();
        if (links > 1
                && Ownership.of(file, LinkOption.NOFOLLOW_LINKS).uid()
                        != Ownership.of(source).uid()) {
            throw new ConfigurationException(
                    source,
                    null,
                    file + " has " + links
                            + " names and belongs to somebody else than the cluster, so it may be a file "
                            + "from elsewhere",
                    "remove it",
                    null);
        }
    }

    private void copy(List<Item> items, CopyProgress progress) throws IOException {
        long total = items.stream().mapToLong(Item::size).sum();
        Told told = new Told(progress, total);
        for (Item item : items) {
            if (item.directory) {
                Files.createDirectory(
                        item.to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } else {
                copy(item, told);
            }
        }
        progress.copied(told.done, Math.max(told.done, total));
    }

    /** Goes down from the top of the cluster: its owner may exchange a directory for a link meanwhile. */
    private void copy(Item item, Told told) throws IOException {
        Path above = item.top.relativize(item.from.resolveSibling(""));
        try (OpenDirectory directory = OpenDirectory.open(item.top, above);
                FileChannel in = directory.openFile(item.from.getFileName());
                FileChannel out = FileChannel.open(item.to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long position = 0;
            for (long copied = 1; copied > 0; position += copied) {
                copied = in.transferTo(position, CHUNK, out);
                told.add(copied);
            }
        }
    }

    /** How far the copy is, told a few times a second. */
    private static final class Told {

        private final CopyProgress progress;
        private final long total;
        private long done;
        private long last = System.nanoTime();

        Told(CopyProgress progress, long total) {
            this.progress = progress;
            this.total = total;
        }

        void add(long bytes) {
            done += bytes;
            if (System.nanoTime() - last > TELL_NANOS) {
                last = System.nanoTime();
                progress.copied(done, Math.max(done, total));
            }
        }
    }
}
