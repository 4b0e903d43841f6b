package dev.zvpg.postgres.report;

import dev.zvpg.RunningServer;
import java.util.List;

/**
 * Tells what there is to say of a server when a test fails. It is suppressed by the test's own exception, because that
 * is what every tool shows. Immutable.
 */
public final class ServerReport extends Exception {

    private static final long serialVersionUID = 1L;

    private ServerReport(String message) {
        super(message, null, false, false); // where it was made tells nothing
    }

    /**
     * Creates it of the server as it is now.
     *
     * @param whose whose server it is
     * @param log what it logged meanwhile
     * @param more what else there is to know, on lines of its own; perhaps empty
     */
    public static ServerReport of(RunningServer server, String whose, LogTail log, String more) {
        List<String> lines = log.lines();
        String state = server.isRunning() ? "on port " + server.port() : "which has ended";
        String logged = lines.isEmpty() ? "nothing" : "last:\n  " + String.join("\n  ", lines);
        return new ServerReport("the PostgreSQL server of " + whose + " (" + state + ") logged " + logged + more);
    }
}
