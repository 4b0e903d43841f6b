package dev.zvpg.postgres.merge;

import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.LiveServer;
import dev.zvpg.postgres.run.Sessions;
import dev.zvpg.server.ServerContent.Comparison;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Tells who holds locks on the tables that are merged into. */
final class Holders {

    private static final String HOLDERS = """
            SELECT DISTINCT CASE WHEN l.pid IS NULL
                       THEN 'prepared transaction ' || coalesce((SELECT string_agg(quote_literal(gid), ' or ')
                            FROM pg_prepared_xacts WHERE database = current_database()), '')
                       ELSE format('process %%s of %%s (%%s, in a transaction since %%s)', l.pid, a.usename, a.state,
                            date_trunc('second', a.xact_start)) END || ' on ' || l.relation::regclass
            FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.granted AND l.locktype = 'relation' AND l.mode <> 'AccessShareLock'
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND l.relation IN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                                 WHERE format('%%I.%%I', n.nspname, c.relname) IN (%s))
              AND coalesce(a.application_name, '') <> 'zvpg'
            ORDER BY 1 LIMIT 5
            """;

    private Holders() {}

    static String of(LiveServer server, List<Comparison> changes) {
        List<String> holders = new ArrayList<>();
        try {
            for (Delta delta : Delta.of(changes)) {
                holders.addAll(of(server, delta));
            }
        } catch (SQLException e) {
            holders.add("which cannot be told, because " + e.getMessage());
        }
        return holders.isEmpty() ? "they have ended just now" : String.join(", ", holders);
    }

    private static List<String> of(LiveServer server, Delta delta) throws SQLException {
        List<String> names = delta.tables().stream()
                .flatMap(List::stream)
                .filter(Objects::nonNull)
                .map(table -> Quoted.literal(table.name()))
                .toList();
        Map<Long, String> databases = server.databases();
        if (names.isEmpty() || !databases.containsValue(delta.name())) {
            return List.of();
        }
        try (Connection connection = server.connect(delta.name(), Sessions.BRIEF)) {
            return Sessions.column(connection, HOLDERS.formatted(String.join(", ", names)));
        }
    }
}
