package dev.zvpg.postgres.junit;

import dev.zvpg.Clone;
import dev.zvpg.RunningServer;
import dev.zvpg.ScratchClone;
import dev.zvpg.postgres.report.Digest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/**
 * Keeps the clone of a test that failed: as a named clone that outlives the JVM, with a server on the same port. That
 * is made when nobody uses the clone any more, because its server has to start anew; until then this is what will be.
 * Immutable.
 *
 * @param name the clone's name
 * @param settings those that the test ran with, without the lean ones
 * @param passwordFile has the password, in the format of libpq, so that it need not appear in a message
 */
record FailedClone(String name, Map<String, String> settings, Path passwordFile) {

    /** How long it stays, from the end of the test. */
    private static final Duration KEPT = Duration.ofDays(1);

    static FailedClone of(String test, Map<String, String> settings, Path passwordFile) {
        return new FailedClone("junit/" + Digest.name(test + UUID.randomUUID()), settings, passwordFile);
    }

    /**
     * Returns how to connect to it.
     *
     * @param server the scratch clone's
     * @param database what the test was connected to
     */
    String report(RunningServer server, String database) {
        String user = server.credentials().user();
        return "its clone is kept as " + name + ", until a run that begins more than " + KEPT.toDays()
                + " day from now deletes it; look into it with\n"
                + "  PGPASSFILE=" + passwordFile + " psql -h 127.0.0.1 -p " + server.port() + " -U " + user + " -d '"
                + database + "'\n"
                + "  " + server.jdbcUrl(database) + " (user " + user + ", password in that file)";
    }

    /**
     * Keeps it. Closes the scratch clone.
     *
     * @param port the scratch clone's
     */
    void keep(ScratchClone scratch, int port) {
        Clone kept = scratch.keep(name, o -> o.port(port).settings(settings).timeToLive(KEPT));
        kept.start();
    }
}
