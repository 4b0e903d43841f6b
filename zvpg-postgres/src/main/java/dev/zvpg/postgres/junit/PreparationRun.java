package dev.zvpg.postgres.junit;

import dev.zvpg.Branch;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.postgres.PostgresServer;
import dev.zvpg.server.Lifetime;
import dev.zvpg.server.PortTakenException;
import dev.zvpg.server.ServerSpec;
import java.nio.file.Path;
import java.util.Map;

/**
 * A preparation at work on the cluster of a branch. Its server ends with the JVM, however that ends, and with this.
 *
 * @param runDirectory what belongs to the server's run; removed when that ends
 */
record PreparationRun(Postgres postgres, Branch branch, Path runDirectory, int lastPort) {

    /** Durable when the server has stopped, and fast until then. */
    private static final Map<String, String> SETTINGS = Map.of("synchronous_commit", "off");

    void run(Preparation preparation) throws Exception {
        OpenDirectory.deleteTree(runDirectory); // of one that was cut off
        PostgresServer server = start();
        LogTail log = LogTail.fromNowOn(server);
        try {
            preparation.prepare(server);
            // otherwise the first test that reads a row changes its clone, which cannot be handed out again then
            server.tidy();
        } catch (Exception | Error e) {
            e.addSuppressed(ServerReport.of(server, "the preparation", log, ""));
            server.stopAtOnce();
            throw e;
        } finally {
            // a clean stop: clones have nothing to recover, and whoever is still connected is not
            server.stop();
            OpenDirectory.deleteTree(runDirectory);
        }
    }

    private PostgresServer start() {
        ServerSpec spec = new ServerSpec(
                branch.dataDirectory(),
                runDirectory,
                branch.info().port(),
                branch.credentials(),
                SETTINGS,
                Lifetime.ATTACHED);
        while (true) {
            try {
                return postgres.start(spec);
            } catch (PortTakenException e) {
                if (e.port() == lastPort) {
                    throw new IllegalStateException("no free port for a preparation up to " + lastPort, e);
                }
                spec = spec.withPort(e.port() + 1);
            }
        }
    }
}
