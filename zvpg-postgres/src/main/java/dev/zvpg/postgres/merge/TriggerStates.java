package dev.zvpg.postgres.merge;

import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Which triggers fire while rows are merged, in a session that is a replica's: those by which a server looks whether
 * deferrable unique and exclusion constraints hold, and none that users or foreign keys have. All of them are as they were
 * again before anybody can see that. Confined to one thread.
 */
public final class TriggerStates {

    private static final String TRIGGERS = """
            SELECT format('%%I.%%I', n.nspname, c.relname) AS relation, quote_ident(t.tgname) AS name, t.is_check,
                   CASE t.tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE' END AS state
            FROM (SELECT *, tgfoid = 'pg_catalog.unique_key_recheck'::regproc AS is_check FROM pg_trigger) t
            JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE t.tgenabled IN ('A', 'R') <> t.is_check AND t.tgenabled <> 'D' AND t.tgrelid IN (%s) ORDER BY 1, 2
            """;

    private final Connection connection;
    private final List<Trigger> changed = new ArrayList<>();

    TriggerStates(Connection connection) {
        this.connection = connection;
    }

    /** A trigger of a table or of a partition, which has a state of its own. Immutable. */
    public record Trigger(String relation, String name, boolean isCheck, String state) {

        /** The statement that changes its state for the time of a merge. */
        public String change() {
            return become(isCheck ? "ENABLE REPLICA" : "DISABLE");
        }

        /** The statement that gives it its own state again. */
        public String restore() {
            return become(state);
        }

        private String become(String other) {
            return "ALTER TABLE ONLY " + relation + " " + other + " TRIGGER " + name;
        }
    }

    /** Finds those of a table and its partitions that are not as they are wanted. */
    public static List<Trigger> of(Connection connection, Target target) throws SQLException {
        List<Trigger> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(TRIGGERS.formatted(target.tree()))) {
            while (row.next()) {
                found.add(new Trigger(
                        row.getString("relation"),
                        row.getString("name"),
                        row.getBoolean("is_check"),
                        row.getString("state")));
            }
        }
        return found;
    }

    /** Changes those of a table and its partitions; the names of those that would always fire, and do not. */
    List<String> change(Target target) throws SQLException {
        List<Trigger> found = of(connection, target);
        for (Trigger trigger : found) {
            Sessions.execute(connection, trigger.change());
        }
        changed.addAll(found);
        return found.stream()
                .filter(trigger -> !trigger.isCheck())
                .map(Trigger::name)
                .toList();
    }

    /** Gives all of them their state again. */
    void restore() throws SQLException {
        for (Trigger trigger : changed) {
            Sessions.execute(connection, trigger.restore());
        }
    }
}
