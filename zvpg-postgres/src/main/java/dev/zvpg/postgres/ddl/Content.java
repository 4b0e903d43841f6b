package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * What a table held when the branches parted that theirs has dropped. Immutable.
 *
 * @param table schema and name, as PostgreSQL writes them
 * @param sum of its rows
 */
record Content(String table, String sum) {

    private static final String IS_THERE = "SELECT to_regclass(%s) IS NOT NULL";

    private static final String SUM =
            "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text COLLATE \"C\", 0)), 0) FROM %s t";

    static Content of(Connection connection, String table) throws SQLException {
        return new Content(table, sum(connection, table));
    }

    private static String sum(Connection connection, String table) throws SQLException {
        return Sessions.column(connection, SUM.formatted(table)).get(0);
    }

    /** Whether there is something else in it now; nobody can write to it from here on. */
    boolean isOtherwise(Connection connection) throws SQLException {
        List<String> isThere = Sessions.column(connection, IS_THERE.formatted(Quoted.literal(table)));
        if (isThere.get(0).equals("f")) {
            return false;
        }
        Sessions.execute(connection, "LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
        return !sum(connection, table).equals(sum);
    }
}
