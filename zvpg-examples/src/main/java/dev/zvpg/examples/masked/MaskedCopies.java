package dev.zvpg.examples.masked;

import dev.zvpg.Branch;
import dev.zvpg.Database;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.Remote;
import dev.zvpg.server.ClusterSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Gives everybody last night's production, in which nobody is to be recognized. Only what was masked leaves: the remote
 * knows of no other branch, and a derived snapshot is sent without the one that it was derived from.
 *
 * <p>Thread-safe.
 */
public final class MaskedCopies {

    private static final String HUB = "hub";
    private static final String MASKED = "masked/";

    /** What a program would do with its own tables. */
    private static final List<String> MASK =
            List.of("UPDATE customer SET name = 'customer ' || id, mail = 'customer' || id || '@example.org'");

    /**
     * What is overwritten and deleted is still in the files. This makes all tables anew, the statistics of their columns
     * too, and ends the log's old segments, which {@link #NO_RECYCLING} has removed and not used again.
     */
    private static final List<String> FORGET =
            List.of("ANALYZE", "VACUUM FULL", "CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT");

    private static final String NO_RECYCLING = "wal_recycle";

    private MaskedCopies() {}

    /**
     * Names the place where everybody fetches from, once.
     *
     * @param production the repository with the secrets
     * @param hub a share, or another repository
     */
    public static void prepare(Repository production, Remote hub) {
        production.remotes().add(HUB, hub, o -> o.leaving(MASKED + "*"));
    }

    /**
     * Takes a snapshot of production, masks a copy of it and pushes that; for a job that runs every night.
     *
     * @param production the repository with the secrets
     * @param day names the snapshot and the branch
     * @return what became of the branch at the hub
     * @throws SQLException when the copy cannot be masked; nothing has left then
     */
    public static PushResult publish(Repository production, String day) throws SQLException {
        Snapshot taken = production.branch("main").snapshot(day, "of the night");
        taken.derive(MASKED + day, o -> o.setting(NO_RECYCLING, "off"), MaskedCopies::mask);
        return production.push(HUB, production.branch(MASKED + day));
    }

    private static void mask(Database copy) throws SQLException {
        try (Connection connection = copy.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : MASK) {
                statement.execute(sql);
            }
            for (String sql : FORGET) {
                statement.execute(sql);
            }
        }
    }

    /**
     * Begins a repository on a laptop or in a build with what was published, on a running branch.
     *
     * @param zvpg where, on what storage and with which PostgreSQL
     * @param hub where it was pushed to
     * @param day which one
     * @return the repository; the caller closes it
     */
    public static Repository begin(Zvpg zvpg, Remote hub, String day) {
        Repository laptop = zvpg.init(ClusterSource.remote(hub, MASKED + day));
        laptop.branches().forEach(Branch::start);
        return laptop;
    }
}
