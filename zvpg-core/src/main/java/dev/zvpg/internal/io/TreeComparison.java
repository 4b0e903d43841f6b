package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Compares two trees of files by their bytes, page by page. Nothing is assumed of times or sizes that were noted
 * somewhere: bytes are bytes. Of links, modes and owners nothing is told.
 *
 * <p>What is written meanwhile may be seen or not; a file that vanishes is one that only the other tree has. Follows no
 * links. Confined to one thread.
 */
public final class TreeComparison {

    /** The unit in which PostgreSQL reads and writes its files. */
    public static final int PAGE = 8192;

    private static final int PAGES_AT_ONCE = 128;

    private final Found found;
    private final Predicate<Path> mayDiffer;
    private final ByteBuffer left = ByteBuffer.allocateDirect(PAGE * PAGES_AT_ONCE);
    private final ByteBuffer right = ByteBuffer.allocateDirect(PAGE * PAGES_AT_ONCE);

    private TreeComparison(Found found, Predicate<Path> mayDiffer) {
        this.found = found;
        this.mayDiffer = mayDiffer;
    }

    /** Is told of what differs. */
    public interface Found {

        /**
         * A part of a file differs; the next one may begin where it ends.
         *
         * @param file its path below the top
         */
        void differs(Path file, long offset, long length);
    }

    /**
     * Compares two trees.
     *
     * @param found told of pages that differ, of what a file has that is longer in one tree, and of the whole of one
     *     that only one tree has
     * @throws IOException when a file cannot be read
     */
    public static void of(Path left, Path right, Found found) throws IOException {
        of(left, right, file -> true, found);
    }

    /**
     * Compares two trees of which it is known that most files are the same.
     *
     * @param mayDiffer whether a file that both have, by its path below the top, may have other bytes
     * @param found told as by the other method
     * @throws IOException when a file cannot be read
     */
    public static void of(Path left, Path right, Predicate<Path> mayDiffer, Found found) throws IOException {
        TreeComparison comparison = new TreeComparison(found, mayDiffer);
        try (OpenDirectory one = OpenDirectory.open(left);
                OpenDirectory other = OpenDirectory.open(right)) {
            comparison.compare(Path.of(""), one, other);
        }
    }

    private void compare(Path below, OpenDirectory one, OpenDirectory other) throws IOException {
        Set<Path> names = new TreeSet<>(one.names());
        Set<Path> others = new TreeSet<>(other.names());
        for (Path name : names) {
            FileFacts facts = one.facts(name);
            try {
                if (!others.remove(name)) {
                    whole(below, one, name);
                } else if (facts.kind() != other.facts(name).kind()) {
                    whole(below, one, name);
                    whole(below, other, name);
                } else {
                    both(below.resolve(name), facts, name, one, other);
                }
            } catch (NoSuchFileException e) {
                found.differs(below.resolve(name), 0, facts.size());
            }
        }
        for (Path name : others) {
            try {
                whole(below, other, name);
            } catch (NoSuchFileException e) {
                // neither has it now
            }
        }
    }

    private void both(Path path, FileFacts facts, Path name, OpenDirectory one, OpenDirectory other)
            throws IOException {
        if (facts.isDirectory()) {
            try (OpenDirectory inOne = one.directory(name);
                    OpenDirectory inOther = other.directory(name)) {
                compare(path, inOne, inOther);
            }
        } else if (facts.isFile() && mayDiffer.test(path)) {
            try (FileChannel ours = one.openFile(name);
                    FileChannel theirs = other.openFile(name)) {
                compare(path, ours, theirs);
            }
        }
    }

    /** All files of something that the other tree does not have. */
    private void whole(Path below, OpenDirectory directory, Path name) throws IOException {
        FileFacts facts = directory.facts(name);
        Path path = below.resolve(name);
        if (facts.isDirectory()) {
            try (OpenDirectory inner = directory.directory(name)) {
                for (Path each : inner.names()) {
                    whole(path, inner, each);
                }
            }
        } else if (facts.isFile()) {
            try (FileChannel file = directory.openFile(name)) {
                found.differs(path, 0, file.size());
            }
        }
    }

    private void compare(Path file, FileChannel one, FileChannel other) throws IOException {
        long offset = 0;
        while (true) {
            int mine = FileReads.fill(one, offset, left).limit();
            int theirs = FileReads.fill(other, offset, right).limit();
            comparePages(file, offset, Math.min(mine, theirs));
            if (mine != theirs) { // one of them ends here
                long end = Math.max(one.size(), other.size());
                long begin = offset + Math.min(mine, theirs);
                found.differs(file, begin, end - begin);
                return;
            }
            if (mine < left.capacity()) {
                return;
            }
            offset += mine;
        }
    }

    private void comparePages(Path file, long offset, int length) {
        int at = 0;
        while (at < length) {
            int mismatch = left.slice(at, length - at).mismatch(right.slice(at, length - at));
            if (mismatch < 0) {
                return;
            }
            int page = (at + mismatch) / PAGE * PAGE;
            found.differs(file, offset + page, Math.min(PAGE, length - page));
            at = page + PAGE;
        }
    }
}
