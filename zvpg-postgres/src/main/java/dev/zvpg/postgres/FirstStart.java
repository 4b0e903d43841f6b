package dev.zvpg.postgres;

import dev.zvpg.internal.io.AtomicFile;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.server.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What only a running server can see and switch off in a copy, done once, by its first start. A mark in the copy says that it
 * is still to be done, so a start that is cut off is made up for by the next. For a copy without any of it, it costs a look at
 * some files.
 *
 * <p>Until then nothing of it can do harm by itself: no server that is started here has workers for subscriptions.
 */
final class FirstStart {

    static final String MARK = "zvpg.first-start";

    /** What the mark of a whole foreign cluster holds: every database of it is looked into. */
    private static final byte[] ADOPTED = {'a'};

    /** The catalog of foreign servers; as that of subscriptions (6100), empty where there never was one and it was never rewritten. */
    private static final String FOREIGN_SERVERS = "1417";

    /**
     * All shared catalogs can be seen from one database. Foreign servers cannot; what the size of their catalog does not tell
     * is looked into.
     */
    private static final String QUERY = """
            SELECT 'subscription', d.datname::pg_catalog.text, s.subname::pg_catalog.text, pg_catalog.quote_ident(s.subname::pg_catalog.text), d.datallowconn
            FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
            WHERE s.subenabled OR s.subslotname IS NOT NULL
            UNION ALL
            SELECT 'transaction', d.datname::pg_catalog.text, p.gid, pg_catalog.quote_literal(p.gid), d.datallowconn
            FROM pg_catalog.pg_prepared_xacts p JOIN pg_catalog.pg_database d ON d.datname = p.database
            UNION ALL
            SELECT 'look', d.datname::pg_catalog.text, '', '', true
            FROM pg_catalog.pg_database d
            WHERE d.datallowconn AND d.datconnlimit <> -2 AND (?::pg_catalog.bool OR d.dattablespace <> 1663 OR coalesce(
                (pg_catalog.pg_stat_file(pg_catalog.format('base/%s/1417'::pg_catalog.text, d.oid), true)).size, 1) > 0)
            """;

    private static final String OUTWARD = """
            SELECT pg_catalog.format('foreign server %s (%s, %s user mappings)', s.srvname, w.fdwname,
                (SELECT pg_catalog.count(*) FROM pg_catalog.pg_user_mapping m WHERE m.umserver = s.oid))
            FROM pg_catalog.pg_foreign_server s JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
            UNION ALL
            SELECT pg_catalog.format('extension %s'::pg_catalog.text, extname) FROM pg_catalog.pg_extension WHERE extname = 'dblink'
            ORDER BY 1
            """;

    private final Sessions sessions;
    private final List<Finding> findings = new ArrayList<>();

    /** What to do in each database. */
    private final Map<String, List<Work>> work = new TreeMap<>();

    private record Work(String kind, String name, String quoted, boolean reachable) {}

    private FirstStart(Sessions sessions) {
        this.sessions = sessions;
    }

    /** Leaves a mark in a copy. */
    static void mark(OpenDirectory data) throws IOException {
        if (!data.exists(Path.of(MARK))) {
            data.createAsOwner(Path.of(MARK), AtomicFile.of(new byte[0]));
        }
    }

    /** Leaves the mark of a cluster that was made elsewhere. */
    static void markAdopted(Path dataDirectory) throws IOException {
        try (OpenDirectory data = OpenDirectory.open(dataDirectory)) {
            AtomicFile.replaceAsOwner(data, Path.of(MARK), AtomicFile.of(ADOPTED));
        }
    }

    /**
     * Whether there may be something to switch off in a running copy, as far as its files tell: the prepared transactions after
     * the checkpoint that ends a recovery, and the catalog of subscriptions. What could only be reported is not asked for.
     */
    static boolean isDue(Path dataDirectory) throws IOException {
        if (!Files.isRegularFile(dataDirectory.resolve(MARK), LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        Path subscriptions = dataDirectory.resolve("global/6100");
        return !Cluster.contents(dataDirectory, "pg_twophase").isEmpty()
                || !Files.isRegularFile(subscriptions)
                || Files.size(subscriptions) > 0;
    }

    /** Whether there may be foreign servers to report, as far as the files tell. */
    private static boolean mayReachOut(Path dataDirectory) throws IOException {
        if (!Cluster.contents(dataDirectory, "pg_tblspc").isEmpty()) {
            return true; // databases may lie there
        }
        for (Path database : Cluster.contents(dataDirectory, "base")) {
            Path servers = database.resolve(FOREIGN_SERVERS);
            if (Files.isRegularFile(database.resolve("PG_VERSION"))
                    && (!Files.isRegularFile(servers) || Files.size(servers) > 0)) {
                return true;
            }
        }
        return false;
    }

    /** Does it if it is still to be done. */
    static List<Finding> run(Path dataDirectory, Sessions sessions, Connection connection)
            throws SQLException, IOException {
        Path mark = dataDirectory.resolve(MARK);
        if (!Files.isRegularFile(mark, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        FirstStart start = new FirstStart(sessions);
        boolean everywhere = Files.size(mark) > 0;
        if (everywhere || isDue(dataDirectory) || mayReachOut(dataDirectory)) {
            start.look(connection, everywhere);
        }
        // what a prepared transaction has locked may be a subscription, of whatever database
        start.work(work -> work.kind.equals("transaction"));
        start.work(work -> !work.kind.equals("transaction"));
        Files.deleteIfExists(mark);
        return List.copyOf(start.findings);
    }

    private void look(Connection connection, boolean everywhere) throws SQLException {
        try (var query = connection.prepareStatement(QUERY)) {
            query.setBoolean(1, everywhere);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    work.computeIfAbsent(row.getString(2), database -> new ArrayList<>())
                            .add(new Work(row.getString(1), row.getString(3), row.getString(4), row.getBoolean(5)));
                }
            }
        }
    }

    private void work(Predicate<Work> wanted) throws SQLException {
        for (Map.Entry<String, List<Work>> database : work.entrySet()) {
            List<Work> todo = database.getValue().stream().filter(wanted).toList();
            if (!todo.isEmpty()) {
                work(database.getKey(), todo);
            }
        }
    }

    private void work(String database, List<Work> todo) throws SQLException {
        if (todo.stream().anyMatch(work -> !work.reachable)) {
            todo.forEach(work -> findings.add(new Finding(
                    work.kind + " " + work.name + " in database " + database,
                    "left as it is: the database lets nobody connect")));
            return;
        }
        try (Connection connection = sessions.open(database);
                Statement statement = connection.createStatement()) {
            for (Work work : todo) {
                switch (work.kind) {
                    case "subscription" -> {
                        statement.execute("ALTER SUBSCRIPTION " + work.quoted + " DISABLE");
                        // else dropping it here would drop the slot that the original reads from
                        statement.execute("ALTER SUBSCRIPTION " + work.quoted + " SET (slot_name = NONE)");
                        findings.add(new Finding(
                                "subscription " + work.name + " in database " + database,
                                "disabled, and parted from the slot on its publisher"));
                    }
                    case "transaction" -> {
                        statement.execute("ROLLBACK PREPARED " + work.quoted);
                        findings.add(new Finding(
                                "prepared transaction " + work.name + " in database " + database, "rolled back"));
                    }
                    default -> outward(statement, database);
                }
            }
        }
    }

    private void outward(Statement statement, String database) throws SQLException {
        try (ResultSet row = statement.executeQuery(OUTWARD)) {
            while (row.next()) {
                findings.add(new Finding(
                        row.getString(1) + " in database " + database,
                        "left as it is: queries that use it reach out of the copy"));
            }
        }
    }
}
