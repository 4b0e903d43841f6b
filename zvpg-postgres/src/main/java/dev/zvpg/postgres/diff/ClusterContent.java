package dev.zvpg.postgres.diff;

import dev.zvpg.error.ServerException;
import dev.zvpg.postgres.run.Connections;
import dev.zvpg.postgres.run.LiveServer;
import dev.zvpg.server.ServerContent;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a PostgreSQL server holds at one moment: a transaction in each database that can be connected to. Those begin
 * one after the other, so what is committed in several databases meanwhile may be seen in some.
 *
 * <p>Thread-safe.
 */
public final class ClusterContent implements ServerContent {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterContent.class);

    /** A limit of -2 marks a database whose DROP was cut off. */
    private static final String DATABASES = """
            SELECT datname FROM pg_database
            WHERE datallowconn AND datconnlimit <> -2 AND datname <> current_database() ORDER BY datname
            """;

    private static final String NEXT_TRANSACTION = "SELECT pg_snapshot_xmax(pg_current_snapshot())";

    /** As the storage's pages and the files' segments are, unless somebody compiled the server otherwise. */
    private static final String HAS_USUAL_PAGES = """
            SELECT current_setting('block_size') = '8192'
               AND pg_size_bytes(current_setting('segment_size')) = 1073741824
            """;

    /** How many transactions are kept for whoever reads next. */
    private static final int SPARE = 4;

    private final LiveServer server;
    private final List<DatabaseContent> databases;
    private final long nextTransaction;
    private final boolean hasUsualPages;

    private ClusterContent(
            LiveServer server, List<DatabaseContent> databases, long nextTransaction, boolean hasUsualPages) {
        this.server = server;
        this.databases = databases;
        this.nextTransaction = nextTransaction;
        this.hasUsualPages = hasUsualPages;
    }

    /**
     * Holds on to what a server has now.
     *
     * @throws SQLException when it does not answer
     */
    public static ClusterContent of(LiveServer server) throws SQLException {
        List<DatabaseContent> databases = new ArrayList<>();
        Semaphore spare = new Semaphore(SPARE);
        boolean done = false;
        try {
            DatabaseContent admin = DatabaseContent.of(server, Connections.ADMIN_DATABASE, spare);
            databases.add(admin);
            for (String name : admin.column(DATABASES)) {
                databases.add(DatabaseContent.of(server, name, spare));
            }
            long next = Long.parseLong(admin.column(NEXT_TRANSACTION).get(0));
            boolean usual = admin.column(HAS_USUAL_PAGES).get(0).equals("t");
            admin.checkpoint(); // after the transactions began: the files have all that they see
            ClusterContent content = new ClusterContent(server, List.copyOf(databases), next, usual);
            done = true;
            return content;
        } finally {
            if (!done) {
                databases.forEach(ClusterContent::close);
            }
        }
    }

    List<DatabaseContent> databases() {
        return databases;
    }

    /** The one that is there in every cluster, from which what is the whole cluster's is read. */
    DatabaseContent admin() {
        return databases.get(0);
    }

    /** The first transaction of which nothing is in the files yet. */
    long nextTransaction() {
        return nextTransaction;
    }

    boolean hasUsualPages() {
        return hasUsualPages;
    }

    Path dataDirectory() {
        return server.control().dataDirectory();
    }

    @Override
    public Comparison compareWith(ServerContent later, Optional<CommonImage> common) {
        if (!(later instanceof ClusterContent other)) {
            throw new IllegalArgumentException(later + " is not PostgreSQL's");
        }
        return ClusterComparison.of(this, other, common);
    }

    ServerException failure(SQLException cause) {
        return server.failure("cannot be compared", cause);
    }

    @Override
    public void close() {
        databases.forEach(ClusterContent::close);
    }

    private static void close(DatabaseContent database) {
        try {
            database.close();
        } catch (SQLException e) {
            LOG.debug("The session in database {} ends with its server", database.name(), e);
        }
    }

    @Override
    public String toString() {
        return "content of " + server;
    }
}
