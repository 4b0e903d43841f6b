package dev.zvpg.zfs.binding;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a stream of the kernel's goes through: one end is a number for libzfs_core, the other one a stream of Java's. It
 * must be a pipe: of anything else, some versions of the library read and write in a thread of their own.
 *
 * <p>Thread-safe: the two ends are used by two threads.
 */
public final class Pipe implements AutoCloseable {

    private static final int CLOSED = -1;

    private final AtomicInteger readEnd;
    private final AtomicInteger writeEnd;

    private Pipe(int readEnd, int writeEnd) {
        this.readEnd = new AtomicInteger(readEnd);
        this.writeEnd = new AtomicInteger(writeEnd);
    }

    public static Pipe open() {
        int[] ends = new int[2];
        if (Native.libc().pipe2(ends, Native.LibC.O_CLOEXEC) != 0) {
            throw ResultCode.exception(Native.errno(), "open", "a pipe");
        }
        return new Pipe(ends[0], ends[1]);
    }

    /** What Java reads from; the number of this end is given up. */
    public InputStream in() throws IOException {
        InputStream in = new FileInputStream(path(readEnd));
        closeReadEnd();
        return in;
    }

    /** What Java writes to; the number of this end is given up. */
    public OutputStream out() throws IOException {
        OutputStream out = new FileOutputStream(path(writeEnd));
        closeWriteEnd();
        return out;
    }

    /** Opened once more, it is the same end of the same pipe. */
    private static String path(AtomicInteger end) {
        return "/proc/self/fd/" + end.get();
    }

    public int readEnd() {
        return readEnd.get();
    }

    public int writeEnd() {
        return writeEnd.get();
    }

    public void closeReadEnd() {
        close(readEnd);
    }

    public void closeWriteEnd() {
        close(writeEnd);
    }

    /** Once only: another file may have its number by then. */
    private static void close(AtomicInteger end) {
        int fd = end.getAndSet(CLOSED);
        if (fd != CLOSED) {
            Native.libc().close(fd);
        }
    }

    @Override
    public void close() {
        closeReadEnd();
        closeWriteEnd();
    }
}
