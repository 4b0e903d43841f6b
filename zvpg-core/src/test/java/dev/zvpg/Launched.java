package dev.zvpg;

import dev.zvpg.server.FakeServer;
import dev.zvpg.server.Server;

/** What the launcher gave the library, behind what the library gives its users. */
public final class Launched {

    private Launched() {}

    /** The launcher's own object. */
    public static Server by(RunningServer server) {
        return server.launched();
    }

    /** The same of a fake launcher. */
    static FakeServer fake(RunningServer server) {
        return (FakeServer) server.launched();
    }
}
