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

    /** All triggers, called {@code t}. */
    public static final String ALL =
            "(SELECT *, tgfoid = 'pg_catalog.unique_key_recheck'::regproc AS is_check FROM pg_trigger) t";

    /** Whether one is not as it is wanted. */
    public static final String UNWANTED = "t.tgenabled IN ('A', 'R') <> t.is_check AND t.tgenabled <> 'D'";

    /** What makes it so. */
    public static final String WANTED_STATE = "CASE WHEN t.is_check THEN 'ENABLE REPLICA' ELSE 'DISABLE' END";

    /** What makes it what it is. */
    public static final String OWN_STATE =
            "CASE t.tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE' END";

    private static final String TRIGGERS = """
            SELECT format('%%I.%%I', n.nspname, c.relname) AS relation, quote_ident(t.tgname) AS name, t.is_check,
                   %1$s AS wanted, %2$s AS own
            FROM %3$s
            JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE %4$s AND t.tgrelid IN (%5$s) ORDER BY 1, 2
            """;

    private final Connection connection;
    private final List<Trigger> changed = new ArrayList<>();

    TriggerStates(Connection connection) {
        this.connection = connection;
    }

    private record Trigger(String relation, String name, boolean isCheck, String wanted, String own) {

        /** A partition's trigger has a state of its own. */
        String become(String state) {
            return "ALTER TABLE ONLY " + relation + " " + state + " TRIGGER " + name;
        }
    }

    /** Whether any of a table and its partitions is not as it is wanted. */
    public static boolean any(Connection connection, Target target) throws SQLException {
        return !of(connection, target).isEmpty();
    }

    private static List<Trigger> of(Connection connection, Target target) throws SQLException {
        List<Trigger> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        TRIGGERS.formatted(WANTED_STATE, OWN_STATE, ALL, UNWANTED, target.tree()))) {
            while (row.next()) {
                found.add(new Trigger(
                        row.getString("relation"),
                        row.getString("name"),
                        row.getBoolean("is_check"),
                        row.getString("wanted"),
                        row.getString("own")));
            }
        }
        return found;
    }

    /** Changes those of a table and its partitions; the names of those that would always fire, and do not. */
    List<String> change(Target target) throws SQLException {
        List<Trigger> found = of(connection, target);
        for (Trigger trigger : found) {
            Sessions.execute(connection, trigger.become(trigger.wanted()));
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
            Sessions.execute(connection, trigger.become(trigger.own()));
        }
    }
}
