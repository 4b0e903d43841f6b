package dev.zvpg.postgres.junit;

import dev.zvpg.Branch;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.postgres.PostgresServer;
import dev.zvpg.server.Lifetime;
import dev.zvpg.server.PortTakenException;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerSpec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A preparation at work on the cluster of a branch. Its server ends with the JVM, however that ends, and with this.
 *
 * @param runDirectory what belongs to the server's run; removed when that ends
 */
record PreparationRun(Postgres postgres, Branch branch, Path runDirectory, int lastPort) {

    /** Durable when the server has stopped, and fast until then. */
    private static final Map<String, String> SETTINGS = Map.of("synchronous_commit", "off");

    void run(Preparation preparation) throws Exception {
        OpenDirectory.deleteTree(runDirectory); // of one that was cut off
        PostgresServer server = start();
        LogTail log = LogTail.fromNowOn(server);
        try {
            preparation.prepare(server);
            tidy(server);
        } catch (Exception | Error e) {
            e.addSuppressed(ServerReport.of(server, "the preparation", log, ""));
            server.stopAtOnce();
            throw e;
        } finally {
            // a clean stop: clones have nothing to recover, and whoever is still connected is not
            server.stop();
            OpenDirectory.deleteTree(runDirectory);
        }
    }

    private PostgresServer start() {
        ServerSpec spec = new ServerSpec(
                branch.dataDirectory(),
                runDirectory,
                branch.info().port(),
                branch.credentials(),
                SETTINGS,
                Lifetime.ATTACHED);
        while (true) {
            try {
                return postgres.start(spec);
            } catch (PortTakenException e) {
                if (e.port() == lastPort) {
                    throw new IllegalStateException("no free port for a preparation up to " + lastPort, e);
                }
                spec = spec.withPort(e.port() + 1);
            }
        }
    }

    /**
     * Notes on each row that it is valid, and what the planner wants to know. Otherwise the first test that reads a row does
     * the former and so changes its clone, which cannot be handed out again then.
     */
    private static void tidy(Server server) throws SQLException {
        for (String database : databases(server)) {
            try (Connection connection = server.dataSource(database).getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("VACUUM (ANALYZE)");
            }
        }
    }

    private static List<String> databases(Server server) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Connection connection = server.dataSource("postgres").getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }
}
