package dev.zvpg.postgres.run;

import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes on each row of a cluster that it is valid, and what the planner wants to know. What goes wrong is the cluster's
 * own matter (a function in an index that works for its application only) and no more than a warning.
 */
public final class Tidying {

    private static final Logger LOG = LoggerFactory.getLogger(Tidying.class);

    private static final String DATABASES = """
            SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname
            """;

    private static final String TABLES = """
            SELECT pg_catalog.format('%I.%I'::pg_catalog.text, n.nspname, c.relname)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r'::pg_catalog."char", 'm'::pg_catalog."char", 'p'::pg_catalog."char")
              AND c.relpersistence <> 't'::pg_catalog."char"
            ORDER BY c.oid
            """;

    private final LiveServer server;

    public Tidying(LiveServer server) {
        this.server = server;
    }

    public void run() {
        try (Connection connection = server.connect(Sessions.LONG)) {
            for (String database : Sessions.column(connection, DATABASES)) {
                tidy(database);
            }
        } catch (SQLException e) {
            LOG.warn("{} is used as it is: its databases cannot be listed: {}", server, e.getMessage());
        }
    }

    private void tidy(String database) {
        try (Connection connection = server.sessions().open(database, Sessions.LONG)) {
            if (!execute(connection, database, "VACUUM (ANALYZE)")) {
                // it ended at the first table that it could not do
                execute(connection, database, "VACUUM");
                for (String table : Sessions.column(connection, TABLES)) {
                    execute(connection, database, "ANALYZE " + table);
                }
            }
        } catch (SQLException e) {
            LOG.warn("database {} of {} is used as it is: {}", database, server, e.getMessage());
        }
    }

    private boolean execute(Connection connection, String database, String sql) {
        try {
            Sessions.execute(connection, sql);
            return true;
        } catch (SQLException e) {
            LOG.warn("{} in database {} of {} is left out: {}", sql, database, server, e.getMessage());
            return false;
        }
    }
}
