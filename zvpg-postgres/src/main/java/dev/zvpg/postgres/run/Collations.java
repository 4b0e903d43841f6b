package dev.zvpg.postgres.run;

import dev.zvpg.error.Problem;
import dev.zvpg.server.Finding;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Databases that were written with another version of the library that sorts (glibc, ICU) than this machine has. Their
 * indexes on text may be in an order that is no longer one, so that rows are not found.
 *
 * @param what such as {@code database shop, sorted by version 2.28 of its collation where this machine has 2.36}
 * @param cure the statements that help
 */
public record Collations(String what, String cure) {

    private static final Logger LOG = LoggerFactory.getLogger(Collations.class);

    /** Earlier versions do not note it for databases. */
    private static final int OF_DATABASES_SINCE = 15;

    private static final String DATABASES = """
            SELECT d.datname::pg_catalog.text, pg_catalog.quote_ident(d.datname::pg_catalog.text)
            FROM pg_catalog.pg_database d
            WHERE d.datallowconn AND d.datconnlimit <> -2
            ORDER BY 1
            """;

    private static final String OF_DATABASE = """
            SELECT 'its collation', d.datcollversion, pg_catalog.pg_database_collation_actual_version(d.oid),
                   'ALTER DATABASE ' || pg_catalog.quote_ident(d.datname::pg_catalog.text) || ' REFRESH COLLATION VERSION'
            FROM pg_catalog.pg_database d
            WHERE d.datname = pg_catalog.current_database()
              AND d.datcollversion <> pg_catalog.pg_database_collation_actual_version(d.oid)
            """;

    /** Every cluster has hundreds; those count that a column or an index is sorted by. */
    private static final String OF_COLUMNS = """
            SELECT 'collation ' || c.collname::pg_catalog.text, c.collversion, pg_catalog.pg_collation_actual_version(c.oid),
                   'ALTER COLLATION ' || pg_catalog.format('%I.%I'::pg_catalog.text, n.nspname, c.collname) || ' REFRESH VERSION'
            FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
            WHERE c.collversion <> pg_catalog.pg_collation_actual_version(c.oid)
              AND EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attcollation = c.oid AND NOT a.attisdropped)
            ORDER BY 1
            """;

    /** Looks into each database that can be entered. */
    public static List<Collations> moved(Sessions sessions, Connection connection) throws SQLException {
        List<Collations> moved = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(DATABASES)) {
            while (row.next()) {
                try (Connection database = sessions.open(row.getString(1))) {
                    look(database, row.getString(1), row.getString(2), moved);
                } catch (SQLException e) { // its locale is missing, or it was dropped in this moment
                    LOG.debug("Nothing is known of the collations of database {}", row.getString(1), e);
                }
            }
        }
        return moved;
    }

    private static void look(Connection connection, String database, String quoted, List<Collations> moved)
            throws SQLException {
        List<String> what = new ArrayList<>();
        List<String> cure = new ArrayList<>(List.of("REINDEX DATABASE " + quoted));
        try (Statement statement = connection.createStatement()) {
            if (connection.getMetaData().getDatabaseMajorVersion() >= OF_DATABASES_SINCE) {
                look(statement, OF_DATABASE, what, cure);
            }
            look(statement, OF_COLUMNS, what, cure);
        }
        if (!what.isEmpty()) {
            moved.add(new Collations("database " + database + ", " + String.join(", ", what), String.join("; ", cure)));
        }
    }

    private static void look(Statement statement, String sql, List<String> what, List<String> cure)
            throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                what.add("sorted by version " + row.getString(2) + " of " + row.getString(1)
                        + " where this machine has " + row.getString(3));
                cure.add(row.getString(4));
            }
        }
    }

    Finding finding() {
        return new Finding(what, "left as it is: indexes on text may miss rows until you run in it " + cure);
    }

    public Problem problem() {
        return new Problem(what + ", so that indexes on text may miss rows", "run in it, as a superuser: " + cure);
    }
}
