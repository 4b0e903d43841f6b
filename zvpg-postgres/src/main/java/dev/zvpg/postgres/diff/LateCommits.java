package dev.zvpg.postgres.diff;

import dev.zvpg.diff.Changes;
import dev.zvpg.internal.io.FileReads;
import dev.zvpg.internal.io.OpenDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Transactions that were in progress in the common image and have committed on one side only: their rows show there,
 * and not on the other, although no byte of their pages is different. There are some between two snapshots of a server
 * that was busy, or that had not yet written an asynchronous commit. The commit log of both sides tells them.
 *
 * <p>A part of the log that only one side has tells of transactions of which no page that both have in common still
 * says anything: it is cut off when all their rows are frozen.
 *
 * <p>Layouts: access/htup_details.h, storage/bufpage.h, storage/itemid.h and access/transam/clog.c of PostgreSQL 14 to
 * 18. Immutable.
 */
final class LateCommits {

    private static final Path COMMIT_LOG = Path.of("pg_xact");
    private static final int BYTES_A_FILE = 32 * Pages.BYTES;
    private static final int TRANSACTIONS_A_FILE = BYTES_A_FILE * 4;
    private static final int COMMITTED = 1;

    private static final int PAGE_LOWER = 12;
    private static final int PAGE_HEADER = 24;
    private static final int LINE_POINTER = 4;
    private static final int NORMAL = 1;

    private static final int XMAX = 4;
    private static final int INFOMASK = 20;
    private static final int TUPLE_HEADER = 23;
    private static final int FROZEN = 0x0300;
    private static final int XMAX_IS_LOCK = 0x0080;
    private static final int XMAX_IS_INVALID = 0x0800;
    private static final int XMAX_IS_MULTI = 0x1000;

    private static final int PAGES_AT_ONCE = 64;

    private final Set<Integer> transactions;

    private LateCommits(Set<Integer> transactions) {
        this.transactions = transactions;
    }

    /**
     * Finds them.
     *
     * @param next the first transaction that the common image knows nothing of; what came later is in changed pages
     */
    static LateCommits between(Path before, Path after, Changes changes, long next) throws IOException {
        Set<Integer> found = new HashSet<>();
        for (Path file : changes.below(COMMIT_LOG).files().keySet()) {
            try {
                compare(read(before, file), read(after, file), Integer.parseInt(file.toString(), 16), next, found);
            } catch (NoSuchFileException e) {
                // only one side has it
            }
        }
        return new LateCommits(found);
    }

    private static byte[] read(Path dataDirectory, Path file) throws IOException {
        try (OpenDirectory top = OpenDirectory.open(dataDirectory);
                OpenDirectory log = top.directory(COMMIT_LOG)) {
            return log.read(file, BYTES_A_FILE);
        }
    }

    private static void compare(byte[] before, byte[] after, int file, long next, Set<Integer> found) {
        for (int at = 0; at < Math.max(before.length, after.length); at++) {
            int mine = at < before.length ? before[at] : 0;
            int theirs = at < after.length ? after[at] : 0;
            for (int pair = 0; mine != theirs && pair < 4; pair++) {
                int transaction = file * TRANSACTIONS_A_FILE + at * 4 + pair;
                if (isCommitted(mine, pair) != isCommitted(theirs, pair) && transaction - (int) next < 0) {
                    found.add(transaction);
                }
            }
        }
    }

    private static boolean isCommitted(int states, int pair) {
        return (states >> (2 * pair) & 3) == COMMITTED;
    }

    boolean isEmpty() {
        return transactions.isEmpty();
    }

    /** Adds the pages of a table's file of the common image that hold one of them, aside from those known already. */
    void find(FileChannel heap, int file, List<Pages> known, List<Pages> pages) throws IOException {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(PAGES_AT_ONCE * Pages.BYTES).order(ByteOrder.nativeOrder());
        int next = 0; // of those known
        for (long offset = 0;
                FileReads.fill(heap, offset, buffer).hasRemaining();
                offset += PAGES_AT_ONCE * (long) Pages.BYTES) {
            for (int at = 0; at + Pages.BYTES <= buffer.limit(); at += Pages.BYTES) {
                Pages page = Pages.of(file, offset + at, offset + at + Pages.BYTES);
                while (next < known.size() && known.get(next).to() <= page.from()) {
                    next++;
                }
                boolean isKnown = next < known.size() && known.get(next).contains(page.from());
                if (!isKnown && isInDoubt(buffer, at)) {
                    pages.add(page);
                }
            }
        }
    }

    private boolean isInDoubt(ByteBuffer buffer, int page) {
        int lower = Math.min(buffer.getShort(page + PAGE_LOWER) & 0xFFFF, Pages.BYTES);
        for (int pointer = PAGE_HEADER; pointer + LINE_POINTER <= lower; pointer += LINE_POINTER) {
            int item = buffer.getInt(page + pointer);
            int offset = item & 0x7FFF;
            boolean isTuple = (item >>> 15 & 3) == NORMAL && offset + TUPLE_HEADER <= Pages.BYTES;
            if (isTuple && isTupleInDoubt(buffer, page + offset)) {
                return true;
            }
        }
        return false;
    }

    private boolean isTupleInDoubt(ByteBuffer buffer, int tuple) {
        int infomask = buffer.getShort(tuple + INFOMASK) & 0xFFFF;
        if ((infomask & FROZEN) != FROZEN && transactions.contains(buffer.getInt(tuple))) {
            return true;
        }
        if ((infomask & (XMAX_IS_INVALID | XMAX_IS_LOCK)) != 0) {
            return false;
        }
        // who is among the members of a multixact is not looked up: it may be one of them
        return (infomask & XMAX_IS_MULTI) != 0 || transactions.contains(buffer.getInt(tuple + XMAX));
    }
}
