package dev.zvpg.postgres.run;

import dev.zvpg.postgres.cluster.Cluster;
import dev.zvpg.postgres.cluster.CopyMark;
import dev.zvpg.server.Finding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * What only a running server can see and switch off in a copy, done once, by its first start. A mark in the copy says
 * that it is still to be done, so a start that is cut off is made up for by the next. For a copy without any of it, it
 * costs a look at some files.
 *
 * <p>Until then nothing of it can do harm by itself: no server that is started here has workers for subscriptions.
 */
public final class FirstStart {

    /**
     * The catalog of foreign servers; as that of subscriptions (6100), empty where there never was one and it was never
     * rewritten.
     */
    private static final String FOREIGN_SERVERS = "1417";

    /** The same of event triggers. */
    private static final String EVENT_TRIGGERS = "3466";

    /** The catalog of extensions, in which every new database has one. */
    private static final String EXTENSIONS = "3079";

    private static final int PAGE = 8192;
    private static final int END_OF_ROWS = 12;
    private static final int END_OF_ONE_ROW = 28;

    /**
     * All shared catalogs can be seen from one database. What could reach out cannot; where the files do not tell that
     * there is none, it is looked into.
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
            WHERE d.datallowconn AND d.datconnlimit <> -2
              AND (?::pg_catalog.bool OR d.dattablespace <> 1663 OR d.oid = ANY (?::pg_catalog.oid[]))
            """;

    private static final String OUTWARD = """
            SELECT pg_catalog.format('foreign server %s (%s, %s user mappings)'::pg_catalog.text, s.srvname, w.fdwname,
                       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_user_mapping m WHERE m.umserver = s.oid)),
                   'queries that use it reach out of the copy'
            FROM pg_catalog.pg_foreign_server s JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
            UNION ALL
            SELECT pg_catalog.format('extension %s'::pg_catalog.text, extname), 'queries that use it reach out of the copy'
            FROM pg_catalog.pg_extension
            WHERE extname::pg_catalog.text IN ('aws_lambda', 'aws_s3', 'azure_storage', 'dblink', 'http', 'pg_cron', 'pg_duckdb',
                'pg_net', 'pglogical', 'plproxy', 'wrappers')
            UNION ALL
            SELECT pg_catalog.format('untrusted language %s'::pg_catalog.text, lanname),
                   'functions in it do whatever the user of the server may'
            FROM pg_catalog.pg_language WHERE lanispl AND NOT lanpltrusted
            UNION ALL
            SELECT pg_catalog.format('event trigger %s (%s)'::pg_catalog.text, evtname, evtevent),
                   'it runs the original''s function'
            FROM pg_catalog.pg_event_trigger WHERE evtenabled <> 'D'::pg_catalog."char"
            ORDER BY 1
            """;

    private static final long RELOAD_POLL_NANOS = 200_000;

    /** The SQLSTATE of "database locale is incompatible with operating system", an ordinary FATAL of its own words. */
    private static final String LOCALE_IS_MISSING = "XX000";

    private final Sessions sessions;
    private final List<Finding> findings = new ArrayList<>();

    /** What to do in each database. */
    private final Map<String, List<Work>> work = new TreeMap<>();

    private record Work(String kind, String name, String quoted, boolean reachable) {}

    private FirstStart(Sessions sessions) {
        this.sessions = sessions;
    }

    /**
     * Whether there may be something to switch off in a running copy, as far as its files tell: the prepared
     * transactions after the checkpoint that ends a recovery, and the catalog of subscriptions. What could only be
     * reported is not asked for.
     */
    static boolean isDue(Path dataDirectory) throws IOException {
        if (!CopyMark.isUnfinished(dataDirectory)) {
            return false;
        }
        Path subscriptions = dataDirectory.resolve("global/6100");
        return !Cluster.contents(dataDirectory, "pg_twophase").isEmpty()
                || !Files.isRegularFile(subscriptions)
                || Files.size(subscriptions) > 0;
    }

    /** The numbers of the databases in which there may be something to report, as far as the files tell. */
    public static List<String> mayReachOut(Path dataDirectory) throws IOException {
        List<String> databases = new ArrayList<>();
        for (Path database : Cluster.contents(dataDirectory, "base")) {
            if (Files.isRegularFile(database.resolve("PG_VERSION"))
                    && (mayHaveRows(database.resolve(FOREIGN_SERVERS))
                            || mayHaveRows(database.resolve(EVENT_TRIGGERS))
                            || mayHaveMoreThanOne(database.resolve(EXTENSIONS)))) {
                databases.add(String.valueOf(database.getFileName()));
            }
        }
        return databases;
    }

    private static boolean mayHaveRows(Path catalog) throws IOException {
        return !Files.isRegularFile(catalog) || Files.size(catalog) > 0;
    }

    /** A page says where its list of rows ends. */
    private static boolean mayHaveMoreThanOne(Path catalog) throws IOException {
        if (!Files.isRegularFile(catalog) || Files.size(catalog) != PAGE) {
            return true;
        }
        ByteBuffer page = ByteBuffer.wrap(Files.readAllBytes(catalog)).order(ByteOrder.nativeOrder());
        return page.getShort(END_OF_ROWS) != END_OF_ONE_ROW;
    }

    /**
     * Does it if it is still to be done, and lets everybody in then.
     *
     * @param run whose rules the server reads
     */
    public static List<Finding> run(Path dataDirectory, RunDirectory run, Sessions sessions, Connection connection)
            throws SQLException, IOException {
        if (!CopyMark.isUnfinished(dataDirectory)) {
            return List.of();
        }
        FirstStart start = new FirstStart(sessions);
        boolean everywhere = CopyMark.isOfAdopted(dataDirectory);
        // databases may lie in tablespaces, too
        boolean elsewhere = !Cluster.contents(dataDirectory, "pg_tblspc").isEmpty();
        List<String> outward = mayReachOut(dataDirectory);
        if (everywhere || elsewhere || !outward.isEmpty() || isDue(dataDirectory)) {
            start.look(connection, everywhere, outward);
        }
        // what a prepared transaction has locked may be a subscription, of whatever database
        start.work(work -> work.kind.equals("transaction"));
        start.work(work -> !work.kind.equals("transaction"));
        if (everywhere) {
            Collations.moved(sessions, connection).forEach(moved -> start.findings.add(moved.finding()));
        }
        run.open(sessions.credentials().user());
        reload(connection);
        // last: whoever finds it before that does it all again
        CopyMark.finish(dataDirectory);
        return List.copyOf(start.findings);
    }

    /** Returns when the server has read its rules: it reads them before it lets the next one in. */
    private static void reload(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            String before = loaded(statement);
            statement.execute("SELECT pg_catalog.pg_reload_conf()");
            long deadline = System.nanoTime() + Sessions.BRIEF.toNanos();
            while (loaded(statement).equals(before)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new SQLException("it does not read its rules of access again");
                }
                LockSupport.parkNanos(RELOAD_POLL_NANOS);
            }
        }
    }

    private static String loaded(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT pg_catalog.pg_conf_load_time()::pg_catalog.text")) {
            row.next();
            return row.getString(1);
        }
    }

    private void look(Connection connection, boolean everywhere, List<String> outward) throws SQLException {
        try (var query = connection.prepareStatement(QUERY)) {
            query.setBoolean(1, everywhere);
            query.setString(2, "{" + String.join(",", outward) + "}");
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
        try {
            workIn(database, todo);
        } catch (SQLException e) {
            // a locale that is missing here keeps everybody out, also whoever could call what reaches out
            if (!LOCALE_IS_MISSING.equals(e.getSQLState())
                    || todo.stream().anyMatch(work -> !work.kind.equals("look"))) {
                throw e;
            }
            findings.add(new Finding(
                    "database " + database, "not looked into, because nobody can connect to it: " + e.getMessage()));
        }
    }

    private void workIn(String database, List<Work> todo) throws SQLException {
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
                        row.getString(1) + " in database " + database, "left as it is: " + row.getString(2)));
            }
        }
    }
}
