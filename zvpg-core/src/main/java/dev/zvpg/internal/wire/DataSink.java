package dev.zvpg.internal.wire;

import dev.zvpg.internal.io.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.zip.Deflater;

/** Sends bytes as frames, compressed where that makes them fewer. Confined to one thread. */
public final class DataSink extends OutputStream {

    private final Frames.Sink sink;
    private final MessageDigest digest = Sha256.begin();
    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    private final byte[] buffer = new byte[Frame.MAX_DATA];
    private final byte[] deflated = new byte[Frame.MAX_DATA + Integer.BYTES];
    private final boolean compress;
    private int filled;
    private long raw;

    DataSink(Frames.Sink sink, boolean compress) {
        this.sink = sink;
        this.compress = compress;
    }

    /** Makes one that writes into a file. */
    public static DataSink to(OutputStream out) {
        return new DataSink(Frames.to(out), true);
    }

    @Override
    public void write(int b) throws IOException {
        if (filled == buffer.length) {
            send();
        }
        buffer[filled++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int left = length;
        while (left > 0) {
            if (filled == buffer.length) {
                send();
            }
            int now = Math.min(left, buffer.length - filled);
            System.arraycopy(bytes, from, buffer, filled, now);
            filled += now;
            from += now;
            left -= now;
        }
    }

    private void send() throws IOException {
        digest.update(buffer, 0, filled);
        raw += filled;
        if (compress) {
            sendCompressed();
        } else {
            sink.write(Frame.DATA, buffer, filled);
        }
        filled = 0;
    }

    private void sendCompressed() throws IOException {
        deflater.reset();
        deflater.setInput(buffer, 0, filled);
        deflater.finish();
        Frames.put(deflated, 0, filled);
        int length = deflater.deflate(deflated, Integer.BYTES, filled); // one that does not fit is not worth it
        if (deflater.finished()) {
            sink.write(Frame.DEFLATED, deflated, Integer.BYTES + length);
        } else {
            sink.write(Frame.DATA, buffer, filled);
        }
    }

    /** How many bytes were sent, before they were compressed. */
    public long raw() {
        return raw;
    }

    /** Sends what is left, and that it was all. */
    public void finish() throws IOException {
        if (filled > 0) {
            send();
        }
        sink.write(Frame.END, digest.digest(), Frame.SHA256_BYTES);
    }

    /** Lets go of the memory of the compression; what was not finished is not finished. */
    @Override
    public void close() {
        deflater.end();
    }
}
