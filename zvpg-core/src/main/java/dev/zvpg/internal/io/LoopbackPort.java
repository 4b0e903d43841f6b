package dev.zvpg.internal.io;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Looks whether a port can be had where servers listen. */
public final class LoopbackPort {

    /** Where servers listen; what Java takes for the loopback address may be that of IPv6. */
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private LoopbackPort() {}

    /**
     * Takes a port for a moment, as PostgreSQL does: connections of the last server that are fading out do not count. It
     * does not listen: a program that another thread starts meanwhile has a copy of the socket for some milliseconds, and
     * as long as anybody listens nobody else may.
     *
     * @throws java.net.BindException when somebody has it, or this user may not
     */
    public static void probe(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port));
        }
    }
}
