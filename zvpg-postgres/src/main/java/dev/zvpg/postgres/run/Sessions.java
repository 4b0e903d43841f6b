package dev.zvpg.postgres.run;

import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.postgres.cluster.CopyMark;
import dev.zvpg.server.Credentials;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The sessions that the library opens for itself, all of which are opened here. They are a superuser's, in databases
 * that others may write to and whose settings are meant for others; so nothing that a role, a database or the cluster
 * sets is in force in them: no object is found but the system's own, no trigger fires, no library is loaded, no
 * time-out but ours ends them. What a client says when it connects wins over all of those.
 *
 * <p>A server that stops answering ends a session, by a bound on each answer.
 *
 * @param major the server's version
 * @param dataDirectory what it runs on
 */
public record Sessions(Connections connections, int major, Path dataDirectory) {

    /**
     * Where our sessions come from while a copy is not finished: its rules let nobody in from anywhere else. No client
     * chooses this address by accident, and where the system has only one loopback address there is no such thing.
     */
    static final String OWN_ADDRESS = "127.90.86.80";

    static final boolean HAS_OWN_ADDRESS = System.getProperty("os.name").equals("Linux");

    /** The SQLSTATE of a client whom the rules do not let in. */
    private static final String NOT_LET_IN = "28000";

    /** For what any server answers at once. */
    public static final Duration BRIEF = Duration.ofMinutes(1);

    /** For what has to write all that is in memory. */
    public static final Duration LONG = Duration.ofHours(2);

    private static final int TRANSACTION_TIMEOUT_SINCE = 17;
    private static final int EVENT_TRIGGERS_SWITCH_SINCE = 17;

    private static final int CONNECT_SECONDS = 10;
    private static final int LOGIN_SECONDS = 30;

    private static final String LOCK_TIMEOUT = "30s";

    /** What every role may say, on servers of others too. */
    private static final Map<String, String> EVERYWHERE = Map.of(
            "search_path",
            "pg_catalog",
            "statement_timeout",
            "0",
            "lock_timeout",
            LOCK_TIMEOUT,
            "idle_in_transaction_session_timeout",
            "0",
            "default_transaction_isolation",
            "read committed",
            "default_transaction_deferrable",
            "off",
            "local_preload_libraries",
            "");

    /** What only a superuser may say, or only a server that writes. */
    private static final Map<String, String> OURS = Map.of(
            "session_replication_role",
            "replica", // neither an ordinary trigger nor an event trigger fires
            "session_preload_libraries",
            "",
            "default_transaction_read_only",
            "off",
            "idle_session_timeout",
            "0",
            "role",
            "none");

    /** Opens one, for what is answered at once. */
    public Connection open(String database) throws SQLException {
        return open(database, BRIEF);
    }

    /** Opens one whose statements may take that long. */
    public Connection open(String database, Duration patience) throws SQLException {
        PGSimpleDataSource source = source(database);
        if (!HAS_OWN_ADDRESS || !CopyMark.isUnfinished(dataDirectory)) {
            return open(source, patience);
        }
        try {
            source.setProperty(PGProperty.LOCAL_SOCKET_ADDRESS, OWN_ADDRESS);
            return open(source, patience);
        } catch (SQLException e) {
            if (!NOT_LET_IN.equals(e.getSQLState())) {
                throw e;
            }
            source.setProperty(PGProperty.LOCAL_SOCKET_ADDRESS, null); // started by hand, with other rules
            return open(source, patience);
        }
    }

    private PGSimpleDataSource source(String database) {
        PGSimpleDataSource source = connections.dataSource(database);
        source.setOptions(options(settings()));
        return source;
    }

    /**
     * What a library needs that opens sessions for us, which are the same then. The password is in it, so it is not told.
     */
    public String url(String database) {
        PGSimpleDataSource source = source(database);
        if (HAS_OWN_ADDRESS && CopyMark.isUnfinished(dataDirectory)) {
            source.setLocalSocketAddress(OWN_ADDRESS);
        }
        source.setApplicationName("zvpg");
        return source.getURL() + "&user=" + encoded(connections.credentials().user()) + "&password="
                + encoded(connections.credentials().password());
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /**
     * Opens one on a server of somebody else's, which may belong to any version and ask for the password as it likes.
     *
     * @param source the way there
     */
    public static Connection foreign(PGSimpleDataSource source) throws SQLException {
        source.setOptions(options(EVERYWHERE));
        return open(source, BRIEF);
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>(EVERYWHERE);
        settings.putAll(OURS);
        if (major >= TRANSACTION_TIMEOUT_SINCE) {
            settings.put("transaction_timeout", "0");
        }
        if (major >= EVENT_TRIGGERS_SWITCH_SINCE) {
            settings.put("event_triggers", "off");
        }
        return settings;
    }

    private static Connection open(PGSimpleDataSource source, Duration patience) throws SQLException {
        source.setApplicationName("zvpg");
        source.setConnectTimeout(CONNECT_SECONDS);
        source.setLoginTimeout(LOGIN_SECONDS);
        source.setSocketTimeout(Math.toIntExact(patience.toSeconds()));
        // the driver waits for the login in a way that an interrupt ends, also one from before
        return Uninterrupted.call(() -> source.getConnection());
    }

    /** The first column of what a query finds. */
    public static List<String> column(Connection connection, String sql) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    /** Runs a statement, or several, for what they do. */
    public static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String options(Map<String, String> settings) {
        List<String> options = new ArrayList<>();
        new TreeMap<>(settings).forEach((name, value) -> options.add("-c " + name + "=" + value.replace(" ", "\\ ")));
        return String.join(" ", options);
    }

    public int port() {
        return connections.port();
    }

    public Credentials credentials() {
        return connections.credentials();
    }
}
