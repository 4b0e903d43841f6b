package dev.zvpg.postgres.merge;

import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.postgres.run.Connections;
import dev.zvpg.postgres.run.LiveServer;
import dev.zvpg.postgres.run.Sessions;
import dev.zvpg.server.ServerMerge.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tells what became of transactions whose numbers were noted before they were committed. */
public final class Outcomes {

    /** How long a transaction may still end whose client is gone. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final long PAUSE_NANOS = 20_000_000;

    /** A number that the server has not given out yet is one that was lost with the disk that it was on. */
    private static final String STATUS = """
            SELECT CASE WHEN '%1$s'::xid8 >= pg_snapshot_xmax(pg_current_snapshot()) THEN 'aborted'
                        ELSE pg_xact_status('%1$s'::xid8) END
            """;

    private Outcomes() {}

    /** Asks for each of the transactions, written as a merge writes them. */
    public static Outcome of(LiveServer server, String transactions) throws SQLException {
        Set<String> committed = new HashSet<>();
        Set<String> undone = new HashSet<>();
        if (transactions.isEmpty()) {
            return new Outcome(committed, undone);
        }
        try (Connection connection = server.connect(Connections.ADMIN_DATABASE, Sessions.BRIEF)) {
            for (String each : List.of(transactions.split(",", -1))) {
                int colon = each.indexOf(':');
                String database = each.substring(0, colon);
                long number = Long.parseUnsignedLong(each.substring(colon + 1));
                (isCommitted(connection, Long.toUnsignedString(number)) ? committed : undone).add(database);
            }
        }
        return new Outcome(committed, undone);
    }

    private static boolean isCommitted(Connection connection, String transaction) throws SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<String> status = Sessions.column(connection, STATUS.formatted(transaction));
            String word = String.valueOf(status.get(0));
            if (word.equals("committed") || word.equals("aborted")) {
                return word.equals("committed");
            }
            if (!word.equals("in progress") || System.nanoTime() > deadline) {
                throw new SQLException(
                        "it does not tell what became of transaction " + transaction + " (" + word + ")");
            }
            Uninterrupted.pause(PAUSE_NANOS);
        }
    }
}
