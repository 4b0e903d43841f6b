package dev.zvpg.internal.wire;

import dev.zvpg.internal.io.Sha256;
import dev.zvpg.internal.tree.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Reads what a {@link DataSink} has sent. Its end was reached only when the digest fits. Confined to one thread. */
public final class DataSource extends InputStream {

    private final Frames.Source source;
    private final MessageDigest digest = Sha256.begin();
    private final Inflater inflater = new Inflater(true);
    private final byte[] inflated = new byte[Frame.MAX_DATA];
    private byte[] current = new byte[0];
    private int at;
    private int end;
    private boolean ended;
    private long raw;

    DataSource(Frames.Source source) {
        this.source = source;
    }

    /** Makes one that reads from a file. */
    public static DataSource of(InputStream in) {
        return new DataSource(Frames.of(in));
    }

    @Override
    public int read() throws IOException {
        return more() ? current[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!more()) {
            return -1;
        }
        int now = Math.min(length, end - at);
        System.arraycopy(current, at, bytes, offset, now);
        at += now;
        return now;
    }

    private boolean more() throws IOException {
        while (at == end && !ended) {
            Frame frame = source.next();
            switch (frame.kind()) {
                case Frame.DATA -> take(frame.content(), frame.content().length);
                case Frame.DEFLATED -> take(inflated, inflate(frame.content()));
                case Frame.END -> {
                    ended = true;
                    if (!MessageDigest.isEqual(digest.digest(), frame.content())) {
                        throw new MalformedException("the SHA-256 of the data does not fit");
                    }
                }
                default ->
                    throw new MalformedException(
                            "a frame of kind '" + (char) frame.kind() + "' came in the middle of data");
            }
        }
        return at < end;
    }

    private void take(byte[] bytes, int length) {
        digest.update(bytes, 0, length);
        raw += length;
        current = bytes;
        at = 0;
        end = length;
    }

    private int inflate(byte[] content) throws MalformedException {
        int length = content.length < Integer.BYTES ? -1 : Frames.get(content, 0);
        if (length <= 0 || length > inflated.length) {
            throw new MalformedException("a frame of compressed data does not say how long it is");
        }
        try {
            inflater.reset();
            inflater.setInput(content, Integer.BYTES, content.length - Integer.BYTES);
            int got = 0;
            while (got < length && !inflater.finished() && !inflater.needsInput()) {
                got += inflater.inflate(inflated, got, length - got);
            }
            if (got != length) {
                throw new MalformedException("a frame of compressed data has " + got + " bytes, not " + length);
            }
            return length;
        } catch (DataFormatException e) {
            MalformedException malformed = new MalformedException("a frame of compressed data cannot be read");
            malformed.initCause(e);
            throw malformed;
        }
    }

    /** How many bytes have come, as they were before they were compressed. */
    public long raw() {
        return raw;
    }

    /** Reads what is left, and finds out whether it is what was sent. */
    public void skipToEnd() throws IOException {
        while (more()) {
            at = end;
        }
    }

    /** Reads the end, which must be here. */
    public void finish() throws IOException {
        if (more()) {
            throw new MalformedException("there is data behind the end of the tree");
        }
    }

    /** Lets go of the memory of the compression. */
    @Override
    public void close() {
        inflater.end();
    }
}
