package dev.zvpg.postgres.run;

import dev.zvpg.error.PermissionException;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.server.PortTakenException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Whether a port can be had, asked before PostgreSQL is started in vain. */
public final class Ports {

    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private Ports() {}

    public static void requireFree(int port) throws PortTakenException {
        try (ServerSocket socket = new ServerSocket()) {
            // as PostgreSQL does: connections of the last server that are fading out do not count
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port));
        } catch (BindException e) {
            if (String.valueOf(e.getMessage()).contains("ermission denied")) {
                throw new PermissionException(
                        "the operating system does not let this user listen on port " + port,
                        "choose one above 1023",
                        e);
            }
            throw new PortTakenException(port);
        } catch (IOException e) {
            throw Failures.of("cannot find out whether port " + port + " is free", e);
        }
    }
}
