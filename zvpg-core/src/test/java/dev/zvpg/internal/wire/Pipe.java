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

    private synchronized int put(int b) throws IOException, InterruptedException {
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
        buffer[(int) (written++ % buffer.length)] = (byte) b;
        notifyAll();
        return b;
    }

    private synchronized int take() throws InterruptedException {
        while (!closed && written == read) {
            wait();
        }
        if (written == read) {
            return -1;
        }
        int b = buffer[(int) (read++ % buffer.length)] & 0xFF;
        notifyAll();
        return b;
    }

    private synchronized boolean isEmpty() {
        return written == read;
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
                return interruptible(Pipe.this::take);
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int first = read();
                if (first < 0) {
                    return -1;
                }
                bytes[offset] = (byte) first;
                int got = 1;
                while (got < length && !isEmpty()) {
                    bytes[offset + got++] = (byte) read();
                }
                return got;
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
                interruptible(() -> put(b));
            }

            @Override
            public void close() {
                end();
            }
        };
    }
}
