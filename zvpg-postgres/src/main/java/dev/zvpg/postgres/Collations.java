package dev.zvpg.postgres;

import dev.zvpg.server.Finding;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Databases that were written with another version of the library that sorts (glibc, ICU) than this machine has. Their indexes on
 * text may be in an order that is no longer one, so that rows are not found.
 */
final class Collations {

    /** Earlier versions do not note it for databases. */
    private static final int SINCE = 15;

    private static final String MOVED = """
            SELECT d.datname::pg_catalog.text, pg_catalog.quote_ident(d.datname::pg_catalog.text), d.datcollversion,
                   pg_catalog.pg_database_collation_actual_version(d.oid)
            FROM pg_catalog.pg_database d
            WHERE d.datallowconn AND d.datcollversion <> pg_catalog.pg_database_collation_actual_version(d.oid)
            ORDER BY 1
            """;

    private Collations() {}

    static List<Finding> moved(Connection connection) throws SQLException {
        List<Finding> findings = new ArrayList<>();
        if (connection.getMetaData().getDatabaseMajorVersion() < SINCE) {
            return findings;
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(MOVED)) {
            while (row.next()) {
                findings.add(new Finding(
                        "database " + row.getString(1) + ", sorted by version " + row.getString(3)
                                + " of its collation where this machine has " + row.getString(4),
                        "left as it is: indexes on text may miss rows until you run REINDEX DATABASE "
                                + row.getString(2) + " and ALTER DATABASE " + row.getString(2)
                                + " REFRESH COLLATION VERSION in it"));
            }
        }
        return findings;
    }
}
