package dev.zvpg.internal.wire;

import dev.zvpg.internal.io.BulkInputStream;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.tree.MalformedException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the other side of a link says, read ahead by a thread of its own, so that it is known that it lives.
 *
 * <p>Confined to one thread, apart from {@link #listen}, {@link #isSilent} and {@link #close}.
 */
final class Arrivals {

    /** How much may wait to be received: 4 MB. What is larger waits alone. */
    private static final int AHEAD_BYTES = 1 << 22;

    private static final int FRAME_BYTES = 64; // in memory, with nothing in it
    private static final int BUFFER = 1 << 16;

    private final InputStream in;
    private final Duration patience;
    private final Function<IOException, CutException> cut;
    private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
    private final Semaphore room = new Semaphore(AHEAD_BYTES);
    private volatile long heard = System.nanoTime();
    private volatile boolean closed;
    private @Nullable IOException failure;

    /** One that was taken out and not received. */
    private @Nullable Frame kept;

    /**
     * Hears nothing yet.
     *
     * @param patience how long the other side may be silent
     * @param cut what is told when the stream fails
     */
    Arrivals(InputStream in, Duration patience, Function<IOException, CutException> cut) {
        this.in = new BufferedInputStream(new Heard(in), BUFFER);
        this.patience = patience;
        this.cut = cut;
    }

    /** Notes when anything came, for a slow network takes long for a frame. */
    private final class Heard extends BulkInputStream {

        Heard(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = in.read(bytes, offset, length);
            heard = System.nanoTime();
            return count;
        }
    }

    /** Puts what comes into the queue until the stream ends, an exception last. */
    void listen() {
        Object last;
        try {
            while (true) {
                Frame frame = Frames.read(in);
                if (frame.kind() != Frame.HEARTBEAT && awaitRoom(frame)) {
                    arrived.add(frame);
                    heard = System.nanoTime();
                }
            }
        } catch (MalformedException e) {
            last = e;
        } catch (IOException e) {
            last = cut.apply(e);
        } catch (RuntimeException e) {
            last = new CutException(new IOException(e));
        }
        arrived.add(last);
    }

    private static int weight(Frame frame) {
        return Math.min(AHEAD_BYTES, FRAME_BYTES + frame.content().length);
    }

    /** Waits until what has come before is received; tells whether anybody will receive this. */
    private boolean awaitRoom(Frame frame) {
        try {
            boolean hasRoom = false;
            while (!closed && !hasRoom) {
                hasRoom = room.tryAcquire(weight(frame), Link.LOOK_MILLIS, TimeUnit.MILLISECONDS);
                heard = System.nanoTime(); // it is this side that is busy
            }
        } catch (InterruptedException e) {
            closed = true; // nobody interrupts it but a JVM that ends
        }
        return !closed;
    }

    /** Waits for the next one. */
    Frame next() throws IOException {
        Frame first = kept;
        if (first != null) {
            kept = null;
            return first;
        }
        if (failure != null) {
            throw failure;
        }
        try {
            while (true) {
                Object arrival = arrived.poll(Link.LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (arrival instanceof Frame frame) {
                    room.release(weight(frame));
                    return frame;
                }
                if (arrival instanceof IOException e) {
                    failure = e;
                    throw e;
                }
                if (closed) {
                    throw new CutException("the connection was closed");
                }
                if (isSilent()) {
                    throw new CutException(silence());
                }
            }
        } catch (InterruptedException e) {
            throw IoFailure.interrupted(e);
        }
    }

    /** Keeps one for the next who asks. */
    void keep(Frame frame) {
        kept = frame;
    }

    boolean hasKept() {
        return kept != null;
    }

    /** Whether there is something that nobody has received. */
    boolean hasMore() {
        return hasKept() || !arrived.isEmpty();
    }

    /** Whether nothing was heard for as long as the other side has. */
    boolean isSilent() {
        return System.nanoTime() - heard > patience.toNanos();
    }

    String silence() {
        return "nothing was heard for " + patience.toSeconds() + " seconds";
    }

    /** Lets whoever waits in it go on. */
    void close() {
        closed = true;
    }
}
