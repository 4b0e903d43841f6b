package dev.zvpg.postgres;

import dev.zvpg.Branch;
import dev.zvpg.Effort;
import dev.zvpg.Repository;
import dev.zvpg.RepositoryWalk;
import dev.zvpg.RunningServer;
import dev.zvpg.TestDirectories;
import dev.zvpg.WorkingCopy;
import dev.zvpg.Zvpg;
import dev.zvpg.internal.io.OpenDirectory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A random walk over branches, clones, resets and merges whose data is a table in real servers. */
@Tag(Effort.FULL)
class WalkTest {

    private static final int STEPS = Effort.of(40, 100);

    /** Rows of a table that every copy has from the beginning. */
    private static final RepositoryWalk.Data TABLE = new RepositoryWalk.Data() {
        @Override
        public void put(WorkingCopy copy, String key, String value) {
            execute(
                    copy.start(),
                    "INSERT INTO t VALUES ('" + key + "', '" + value + "') ON CONFLICT (k) DO UPDATE SET v = '" + value
                            + "'");
        }

        @Override
        public Map<String, String> rows(WorkingCopy copy) {
            Map<String, String> rows = new TreeMap<>();
            try (Connection connection = copy.dataSource().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT k, v FROM t")) {
                while (row.next()) {
                    rows.put(row.getString(1), row.getString(2));
                }
                return rows;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    };

    private static void execute(RunningServer server, String sql) {
        try (Connection connection = server.dataSource("postgres").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aWalkOverRealServersLosesNothing() throws Exception {
        long seed = new Random().nextLong();
        // not JUnit's directory, which only its owner may enter
        Path directory = TestDirectories.open("zvpg-test-");
        int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
        Repository repo = Zvpg.at(directory.resolve("home"))
                .postgres(Postgres.embedded())
                .ports(port, port + 500)
                .init();
        try {
            Branch main = repo.branch("main");
            RunningServer server = main.start();
            execute(server, "CREATE TABLE t (k text PRIMARY KEY, v text)");
            execute(
                    server,
                    "ALTER SYSTEM SET autovacuum = off"); // it writes when it likes, and that makes a branch dirty
            main.stop();
            RepositoryWalk walk = new RepositoryWalk(seed, repo, main, "", TABLE);
            for (int done = 0; done < STEPS; done += 10) {
                walk.take(10);
                walk.check();
            }
            walk.checkSnapshots();
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed, e);
        } finally {
            repo.destroy();
            OpenDirectory.deleteTree(directory);
        }
    }
}
