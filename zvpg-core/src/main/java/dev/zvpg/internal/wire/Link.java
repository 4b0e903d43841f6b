package dev.zvpg.internal.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.internal.tree.MalformedException;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Two streams to another repository. Each side says every few seconds that it lives, whatever it is busy with, and one
 * that is silent for long is given up; how slow it is does not matter.
 *
 * <p>Confined to one thread, apart from {@link #close()}.
 */
public final class Link implements Closeable {

    private static final Duration HEARTBEAT = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A slow network takes long for a frame, but what takes longer is never sent. */
    private static final Duration STANDSTILL = Duration.ofMinutes(30);

    private static final String SOMETHING_ELSE = "the other side has something else to say";
    private static final int BUFFER = 1 << 16;

    /** How often it is looked whether somebody has to go on. */
    static final long LOOK_MILLIS = 250;

    private final Arrivals arrivals;
    private final OutputStream out;
    private final Closeable end;
    private final Closeable kill;
    private final Duration heartbeat;
    private volatile long said = System.nanoTime();

    /** Whether somebody writes, and since when. */
    private volatile boolean writes;

    private volatile long began = System.nanoTime();
    private volatile boolean closed;

    /** Why the streams were ended from this side. */
    private volatile @Nullable String givenUp;

    private Link(
            InputStream in, OutputStream out, Closeable end, Closeable kill, Duration heartbeat, Duration patience) {
        this.arrivals = new Arrivals(in, patience, this::cut);
        this.out = new BufferedOutputStream(out, BUFFER);
        this.end = end;
        this.kill = kill;
        this.heartbeat = heartbeat;
    }

    /**
     * Begins to listen and to give signs of life.
     *
     * @param end ends both streams
     * @param kill ends them while another thread waits in one of them, and perhaps holds its lock; without a word to the
     *     other side, which does not live any more
     */
    public static Link open(InputStream in, OutputStream out, Closeable end, Closeable kill) {
        return open(in, out, end, kill, HEARTBEAT, PATIENCE);
    }

    /** The same with other times. */
    static Link open(
            InputStream in, OutputStream out, Closeable end, Closeable kill, Duration heartbeat, Duration patience) {
        Link link = new Link(in, out, end, kill, heartbeat, patience);
        link.start("zvpg-listens", link.arrivals::listen);
        link.start("zvpg-lives", link::live);
        link.start("zvpg-watches", link::watch);
        return link;
    }

    private void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Says that this side lives, unless it says something else. */
    private void live() {
        repeat(() -> {
            if (System.nanoTime() - said > heartbeat.toNanos()) {
                write(Frame.HEARTBEAT, new byte[0], 0);
                flush();
            }
            return true;
        });
    }

    /** Ends both streams when the other side does not live, so that nobody waits in one of them. */
    private void watch() {
        repeat(() -> {
            if (arrivals.isSilent()) {
                givenUp = arrivals.silence();
            } else if (writes && System.nanoTime() - began > STANDSTILL.toNanos()) {
                givenUp = "nothing was taken for " + STANDSTILL.toMinutes() + " minutes";
            } else {
                return true;
            }
            kill.close();
            return false;
        });
    }

    /** What a stream says that this side has ended says nothing. */
    private CutException cut(IOException e) {
        String why = givenUp;
        return why == null ? new CutException(e) : new CutException(why);
    }

    private interface Look {
        boolean goesOn() throws IOException;
    }

    private void repeat(Look look) {
        try {
            while (!closed && look.goesOn()) {
                Thread.sleep(Math.min(LOOK_MILLIS, heartbeat.toMillis()));
            }
        } catch (InterruptedException | IOException e) {
            closed |= e instanceof InterruptedException; // a failure is seen by whoever reads or writes as well
        }
    }

    private void write(int kind, byte[] content, int length) throws IOException {
        boolean isData = kind == Frame.DATA || kind == Frame.DEFLATED;
        if (isData && hasArrived()) {
            throw new CutException(SOMETHING_ELSE);
        }
        write(() -> {
            Frames.write(out, kind, content, length);
            if (kind == Frame.END) { // an answer is waited for
                out.flush();
            }
            said = System.nanoTime();
        });
    }

    private void flush() throws IOException {
        write(out::flush);
    }

    private interface Write {
        void run() throws IOException;
    }

    private void write(Write write) throws IOException {
        synchronized (out) {
            began = System.nanoTime();
            writes = true;
            try {
                write.run();
            } catch (IOException e) {
                throw cut(e);
            } finally {
                writes = false;
            }
        }
    }

    /** Sends a message. */
    public void send(ObjectNode message) throws IOException {
        byte[] bytes = Frames.bytes(message);
        write(Frame.MESSAGE, bytes, bytes.length);
        flush();
    }

    /** Waits for a message of the usual size. */
    public ObjectNode receive() throws IOException {
        return receive(Frame.USUAL_MESSAGE);
    }

    /** Waits for one that may hold all that a repository has. */
    public ObjectNode receiveAll() throws IOException {
        return receive(Frame.MAX_MESSAGE);
    }

    private ObjectNode receive(int most) throws IOException {
        Frame frame = arrivals.next();
        if (frame.content().length > most) { // read as JSON it takes many times as much
            throw new MalformedException("a message has " + frame.content().length + " bytes, more than the " + most
                    + " of one of its kind");
        }
        return Frames.message(frame);
    }

    /** Whether the data that was being received ended because the other side says something else. */
    public boolean isInterrupted() {
        return arrivals.hasKept();
    }

    /** Whether the other side has said something that nobody has received. */
    public boolean hasArrived() {
        return arrivals.hasMore();
    }

    /**
     * Data that ends with {@link DataSink#finish}, after which {@link #send} or nothing follows.
     *
     * @param compress whether that may be worth it
     */
    public DataSink sendData(boolean compress) {
        return new DataSink(this::write, compress);
    }

    /** Data that the other side sends. */
    public DataSource receiveData() {
        return new DataSource(() -> {
            Frame frame = arrivals.next();
            if (frame.kind() == Frame.MESSAGE) {
                arrivals.keep(frame);
                throw new CutException(SOMETHING_ELSE);
            }
            return frame;
        });
    }

    @Override
    public void close() throws IOException {
        closed = true;
        arrivals.close();
        end.close();
    }
}
