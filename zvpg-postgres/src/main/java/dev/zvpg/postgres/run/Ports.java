package dev.zvpg.postgres.run;

import dev.zvpg.error.PermissionException;
import dev.zvpg.internal.io.LoopbackPort;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.server.PortTakenException;
import java.io.IOException;
import java.net.BindException;

/** Whether a port can be had, asked before PostgreSQL is started in vain. */
public final class Ports {

    private Ports() {}

    public static void requireFree(int port) throws PortTakenException {
        try {
            LoopbackPort.probe(port);
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
