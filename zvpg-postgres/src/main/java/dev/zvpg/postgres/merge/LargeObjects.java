package dev.zvpg.postgres.merge;

import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Gives large objects whose pages have been written their entry, and takes that of those which have no pages left. */
final class LargeObjects {

    private static final String NAME = "pg_catalog.pg_largeobject";

    private LargeObjects() {}

    static void tidy(Connection connection, List<Writing> writings) throws SQLException {
        for (Writing writing : writings) {
            if (writing.target().table().name().equals(NAME)) {
                Sessions.execute(
                        connection,
                        "SELECT lo_create(loid) FROM (SELECT DISTINCT w.loid "
                                + writing.newRows(NAME, "w")
                                + ") n WHERE NOT EXISTS (SELECT FROM pg_largeobject_metadata m "
                                + "WHERE m.oid = n.loid)");
                Sessions.execute(
                        connection,
                        "DELETE FROM pg_largeobject_metadata m USING (SELECT DISTINCT w.loid "
                                + writing.oldRows("w") + ") g WHERE m.oid = g.loid AND NOT EXISTS (SELECT FROM "
                                + "pg_largeobject p WHERE p.loid = g.loid)");
            }
        }
    }
}
