package dev.zvpg.examples.bench;

import dev.zvpg.Branch;
import dev.zvpg.Snapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Databases of a given size in a cluster. */
final class Payload {

    /** The database that holds the bulk, and that peers copy as a template. */
    static final String DATABASE = "payload";

    private static final int ROWS_PER_MB = 500; // of 2 KB and a little
    private static final long EMPTY_DATABASE_MB = 8;

    private Payload() {}

    /**
     * A snapshot of a stopped cluster with a database of that size.
     *
     * @param from a snapshot to begin with
     * @param megabytes 8 is a database without anything in it
     */
    static Snapshot snapshot(Snapshot from, long megabytes) throws SQLException {
        Branch branch = from.branch(
                "mb" + megabytes,
                o -> o.setting("fsync", "off")
                        .setting("wal_level", "minimal")
                        .setting("max_wal_senders", "0")
                        .setting("max_wal_size", "4GB"));
        branch.start();
        try (Connection connection = branch.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + DATABASE);
        }
        try (Connection connection = branch.server().dataSource(DATABASE).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE filler (id bigint, text text)");
            statement.execute("ALTER TABLE filler ALTER COLUMN text SET STORAGE PLAIN");
            statement.execute("INSERT INTO filler SELECT g, repeat(md5(g::text), 62) FROM generate_series(1, "
                    + (megabytes - EMPTY_DATABASE_MB) * ROWS_PER_MB + ") g");
            statement.execute("VACUUM (FREEZE, ANALYZE) filler");
        }
        branch.stop();
        return branch.snapshot("ready", megabytes + " MB");
    }
}
