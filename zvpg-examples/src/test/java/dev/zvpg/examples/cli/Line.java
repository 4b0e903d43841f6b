package dev.zvpg.examples.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A network between a client and a port of this machine that goes down as one does whose cable is pulled: from one moment on
 * nothing comes through, and neither side is told. Thread-safe.
 */
final class Line implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 12;

    private final ServerSocket entry = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int port;
    private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);
    private final List<Socket> ends = new ArrayList<>();

    /** Opens it. */
    Line(int port) throws IOException {
        this.port = port;
        begin(this::accept);
    }

    /** Where the client connects to. */
    int port() {
        return entry.getLocalPort();
    }

    /** Lets it go down after so many bytes more, both directions together. */
    void goesDownAfter(long bytes) {
        left.set(bytes);
    }

    /** Whether it is down. */
    boolean isDown() {
        return left.get() <= 0;
    }

    /** Lets new connections come through again; those from before are lost. */
    void isUpAgain() {
        left.set(Long.MAX_VALUE);
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = keep(entry.accept());
            Socket server = keep(new Socket(InetAddress.getLoopbackAddress(), port));
            AtomicLong down = new AtomicLong(); // for this connection, for good
            begin(() -> carry(client, server, down));
            begin(() -> carry(server, client, down));
        }
    }

    private synchronized Socket keep(Socket end) {
        ends.add(end);
        return end;
    }

    private void carry(Socket from, Socket to, AtomicLong down) throws IOException {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] buffer = new byte[BUFFER_BYTES];
        int read;
        while ((read = in.read(buffer)) >= 0) {
            if (left.addAndGet(-read) <= 0) {
                down.set(1);
            }
            if (down.get() == 0) {
                out.write(buffer, 0, read);
            }
        }
        if (down.get() == 0) {
            to.shutdownOutput();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void begin(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // one of its ends has closed
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public synchronized void close() throws IOException {
        entry.close();
        for (Socket end : ends) {
            end.close();
        }
    }
}
