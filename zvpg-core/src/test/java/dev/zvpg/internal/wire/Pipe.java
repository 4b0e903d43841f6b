package dev.zvpg.internal.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A pipe in memory, which can be cut at any byte, as a network is. Thread-safe. */
public final class Pipe {

    private final byte[] buffer = new byte[1 << 16];
    private long written;
    private long read;
    private long cutAt = Long.MAX_VALUE;
    private boolean closed;

    /** Lets it end after some more bytes; those that were not read by then are lost. */
    public synchronized void cutAfter(long bytes) {
        cutAt = written + bytes;
    }

    /** How much has gone through it. */
    public synchronized long written() {
        return written;
    }

    private synchronized void end() {
        closed = true;
        notifyAll();
    }

    /** Puts as many in as there is room for, at least one. */
    private synchronized int put(byte[] bytes, int offset, int length) throws IOException, InterruptedException {
        while (!closed && written - read == buffer.length) {
            wait();
        }
        if (!closed && written == cutAt) {
            read = written;
            end();
        }
        if (closed) {
            throw new IOException("broken pipe");
        }
        int at = (int) (written % buffer.length);
        int room = (int) Math.min(buffer.length - (written - read), buffer.length - at);
        int count = (int) Math.min(Math.min(length, room), cutAt - written);
        System.arraycopy(bytes, offset, buffer, at, count);
        written += count;
        notifyAll();
        return count;
    }

    private synchronized int take(byte[] bytes, int offset, int length) throws InterruptedException {
        while (!closed && written == read) {
            wait();
        }
        if (written == read) {
            return -1;
        }
        int at = (int) (read % buffer.length);
        int count = (int) Math.min(Math.min(length, buffer.length - at), written - read);
        System.arraycopy(buffer, at, bytes, offset, count);
        read += count;
        notifyAll();
        return count;
    }

    private interface Waiting<T> {
        T run() throws IOException, InterruptedException;
    }

    private static <T> T interruptible(Waiting<T> waiting) throws IOException {
        try {
            return waiting.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Where it ends. */
    public InputStream in() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return length == 0 ? 0 : interruptible(() -> take(bytes, offset, length));
            }

            @Override
            public void close() {
                end();
            }
        };
    }

    /** Where it begins. */
    public OutputStream out() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int done = 0; done < length; ) {
                    int from = done;
                    done += interruptible(() -> put(bytes, offset + from, length - from));
                }
            }

            @Override
            public void close() {
                end();
            }
        };
    }
}
