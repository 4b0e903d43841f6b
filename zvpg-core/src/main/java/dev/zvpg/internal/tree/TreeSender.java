package dev.zvpg.internal.tree;

import dev.zvpg.internal.io.FileFacts;
import dev.zvpg.internal.io.FileOwner;
import dev.zvpg.internal.io.FileReads;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.storage.CopyProgress;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a tree has that its base has not. Both are immutable, so nobody has to be asked: files are compared block
 * by block, and the blocks that differ are written. Sockets, pipes and devices are left out.
 *
 * <p>Used for one tree, by one thread.
 */
public final class TreeSender {

    private final DataOutputStream out;
    private final Optional<Instant> trusted;
    private final CopyProgress progress;
    private final long total;
    private final ByteBuffer mine = ByteBuffer.allocateDirect(TreeFormat.MAX_PART);
    private final ByteBuffer theirs = ByteBuffer.allocateDirect(TreeFormat.MAX_PART);
    private final byte[] bytes = new byte[TreeFormat.MAX_PART];
    private long entries;
    private long done;

    private TreeSender(OutputStream out, Optional<Instant> trusted, CopyProgress progress, long total) {
        this.out = new DataOutputStream(out);
        this.trusted = trusted;
        this.progress = progress;
        this.total = total;
    }

    /**
     * Sends a tree.
     *
     * @param tree what to send
     * @param base a tree that the receiver has, too
     * @param trusted before when a file must have been modified to be taken for the same where size and time are; empty
     *     where the times of the trees' files tell nothing
     * @param out where to; not closed
     */
    public static void send(
            Path tree, Optional<Path> base, Optional<Instant> trusted, OutputStream out, CopyProgress progress)
            throws IOException {
        TreeSender sender = new TreeSender(out, trusted, progress, size(tree));
        try (OpenDirectory top = OpenDirectory.open(tree)) {
            if (base.isPresent()) {
                try (OpenDirectory other = OpenDirectory.open(base.get())) {
                    sender.entries(top, other, 0);
                }
            } else {
                sender.entries(top, null, 0);
            }
        }
        sender.out.writeByte(TreeFormat.END);
        sender.out.writeLong(sender.entries);
        sender.out.writeLong(sender.done);
        sender.out.flush();
        progress.copied(sender.done, sender.total);
    }

    /** The sum of the sizes of a tree's files, in bytes. */
    public static long size(Path tree) throws IOException {
        try (OpenDirectory top = OpenDirectory.open(tree)) {
            return size(top);
        }
    }

    private static long size(OpenDirectory directory) throws IOException {
        long size = 0;
        for (Path name : directory.names()) {
            FileFacts facts = directory.facts(name);
            if (facts.isFile()) {
                size += facts.size();
            } else if (facts.isDirectory()) {
                try (OpenDirectory inner = directory.directory(name)) {
                    size += size(inner);
                }
            }
        }
        return size;
    }

    private void entries(OpenDirectory directory, @Nullable OpenDirectory base, int depth) throws IOException {
        if (depth > TreeFormat.MAX_DEPTH) {
            throw new IOException(directory.path() + " lies more than " + TreeFormat.MAX_DEPTH + " directories deep");
        }
        List<Path> names = directory.names().stream().sorted().toList();
        for (Path name : names) {
            FileFacts facts = directory.facts(name);
            if (facts.kind() == FileFacts.Kind.SPECIAL) {
                continue;
            }
            entries++;
            switch (facts.kind()) {
                case DIRECTORY -> directory(directory, base, name, facts, depth);
                case FILE -> file(directory, base, name, facts);
                default -> {
                    out.writeByte(TreeFormat.LINK);
                    out.writeUTF(name.toString());
                    out.writeUTF(TreeFormat.target(directory.target(name, facts).toString(), depth)
                            .toString());
                }
            }
        }
    }

    private void directory(OpenDirectory parent, @Nullable OpenDirectory base, Path name, FileFacts facts, int depth)
            throws IOException {
        head(TreeFormat.DIRECTORY, parent, name, facts);
        time(facts);
        try (OpenDirectory inner = parent.directory(name)) {
            Optional<OpenDirectory> other = base == null ? Optional.empty() : base.directoryIfThere(name);
            if (other.isPresent()) {
                try (OpenDirectory innerBase = other.get()) {
                    entries(inner, innerBase, depth + 1);
                }
            } else {
                entries(inner, null, depth + 1);
            }
        }
        out.writeByte(TreeFormat.UP);
    }

    private void head(int kind, OpenDirectory directory, Path name, FileFacts facts) throws IOException {
        out.writeByte(kind);
        out.writeUTF(name.toString());
        out.writeShort(FileOwner.of(directory, name, facts).mode() & TreeFormat.PERMISSIONS);
    }

    private void time(FileFacts facts) throws IOException {
        Instant modified = facts.modified().toInstant();
        out.writeLong(modified.getEpochSecond());
        out.writeInt(modified.getNano());
    }

    private void file(OpenDirectory directory, @Nullable OpenDirectory base, Path name, FileFacts facts)
            throws IOException {
        Optional<FileFacts> before = base == null ? Optional.empty() : regular(base, name);
        boolean same = before.isPresent() && isSame(facts, before.get());
        head(same ? TreeFormat.SAME_FILE : TreeFormat.FILE, directory, name, facts);
        out.writeLong(facts.size());
        time(facts);
        if (!same) {
            out.writeBoolean(before.isPresent());
            try (FileChannel file = directory.openFile(name)) {
                if (base != null && before.isPresent()) {
                    try (FileChannel other = base.openFile(name)) {
                        differences(file, other, facts.size());
                    }
                } else {
                    differences(file, null, facts.size());
                }
            }
            out.writeLong(TreeFormat.NO_MORE_PARTS);
        }
        done += facts.size();
        progress.copied(done, total);
    }

    private static Optional<FileFacts> regular(OpenDirectory base, Path name) throws IOException {
        try {
            return Optional.of(base.facts(name)).filter(FileFacts::isFile);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** As git takes it: what was modified just before the image may have been modified again within the same tick. */
    private boolean isSame(FileFacts now, FileFacts before) {
        return trusted.isPresent()
                && now.size() == before.size()
                && now.modified().equals(before.modified())
                && now.modified().toInstant().isBefore(trusted.get());
    }

    private void differences(FileChannel file, @Nullable FileChannel base, long size) throws IOException {
        for (long offset = 0; offset < size; offset += TreeFormat.MAX_PART) {
            int length = (int) Math.min(TreeFormat.MAX_PART, size - offset);
            if (FileReads.fill(file, offset, mine).limit() < length) {
                throw new IOException("a file became shorter while it was read; what is sent must not be written to");
            }
            int old = base == null ? 0 : FileReads.fill(base, offset, theirs).limit();
            runs(offset, length, Math.min(old, length));
        }
    }

    /** Writes the runs of blocks that differ. */
    private void runs(long offset, int length, int old) throws IOException {
        int begin = -1;
        for (int at = 0; at < length; at += TreeFormat.BLOCK) {
            int end = Math.min(at + TreeFormat.BLOCK, length);
            boolean same = end <= old && mine.slice(at, end - at).equals(theirs.slice(at, end - at));
            if (same && begin >= 0) {
                part(offset, begin, at);
                begin = -1;
            } else if (!same && begin < 0) {
                begin = at;
            }
        }
        if (begin >= 0) {
            part(offset, begin, length);
        }
    }

    private void part(long offset, int begin, int end) throws IOException {
        out.writeLong(offset + begin);
        out.writeInt(end - begin);
        mine.get(begin, bytes, 0, end - begin);
        out.write(bytes, 0, end - begin);
    }
}
