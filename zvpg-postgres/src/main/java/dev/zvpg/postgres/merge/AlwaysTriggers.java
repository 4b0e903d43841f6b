package dev.zvpg.postgres.merge;

import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Triggers that say that they always fire: they do not while rows are merged, and say so again before anybody can see
 * that. Confined to one thread.
 */
final class AlwaysTriggers {

    private static final String TRIGGERS = """
            SELECT format('%%I.%%I', n.nspname, c.relname) AS relation, quote_ident(t.tgname) AS name,
                   CASE t.tgenabled WHEN 'A' THEN 'ALWAYS' ELSE 'REPLICA' END AS state
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE t.tgenabled IN ('A', 'R') AND t.tgrelid IN (%s) ORDER BY 1, 2
            """;

    private final Connection connection;
    private final List<Trigger> silent = new ArrayList<>();

    AlwaysTriggers(Connection connection) {
        this.connection = connection;
    }

    private record Trigger(String relation, String name, String state) {

        /** A partition's trigger has a state of its own. */
        String change(String to) {
            return "ALTER TABLE ONLY " + relation + " " + to + " TRIGGER " + name;
        }
    }

    /** Silences those of a table and its partitions, whose names are returned. */
    List<String> silence(Target target) throws SQLException {
        List<Trigger> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(TRIGGERS.formatted(target.tree()))) {
            while (row.next()) {
                found.add(new Trigger(row.getString("relation"), row.getString("name"), row.getString("state")));
            }
        }
        for (Trigger trigger : found) {
            Sessions.execute(connection, trigger.change("DISABLE"));
        }
        silent.addAll(found);
        return found.stream().map(Trigger::name).toList();
    }

    /** Gives all of them their state again. */
    void restore() throws SQLException {
        for (Trigger trigger : silent) {
            Sessions.execute(connection, trigger.change("ENABLE " + trigger.state()));
        }
    }
}
