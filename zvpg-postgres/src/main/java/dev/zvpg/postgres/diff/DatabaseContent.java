package dev.zvpg.postgres.diff;

import dev.zvpg.postgres.run.LiveServer;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;

/**
 * What one database holds at one moment: a transaction that sees it, and more of them where they are wanted.
 *
 * <p>Thread-safe, as long as one thread uses the first transaction.
 */
public final class DatabaseContent implements AutoCloseable {

    /** What decides how a value is written; and that nobody's conditions are worked out while a query is planned. */
    public static final String FORMATS = """
            SELECT set_config(name, value, false) FROM (VALUES
                ('datestyle', 'ISO, YMD'), ('intervalstyle', 'postgres'), ('timezone', 'UTC'), ('bytea_output', 'hex'),
                ('extra_float_digits', '1'), ('quote_all_identifiers', 'off'), ('xmlbinary', 'base64'),
                ('lc_monetary', 'C'), ('row_security', 'off'), ('constraint_exclusion', 'off'),
                ('standard_conforming_strings', 'on'), ('array_nulls', 'on'), ('xmloption', 'content'), ('work_mem', '65536')) AS s(name, value)
            """;

    /** The catalogs, those of the whole cluster among them, and the first file of each. */
    private static final String CATALOG_FILES = """
            SELECT relname, pg_relation_filepath(oid) FROM pg_class
            WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'
            """;

    private static final String MOMENT = """
            SELECT oid::int8, pg_export_snapshot(), pg_encoding_to_char(encoding) IN ('UTF8', 'SQL_ASCII')
            FROM pg_database WHERE datname = current_database()
            """;

    private static final String BEGIN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

    private final LiveServer server;
    private final long oid;
    private final String name;
    private final Connection transaction;
    private final String snapshot;
    private final boolean isUtf8;
    private final List<Table> tables;
    private final List<Sequence> sequences;
    private final Map<String, String> catalogFiles;
    private final Queue<Connection> others = new ConcurrentLinkedQueue<>();
    private final Queue<Connection> idle = new ConcurrentLinkedQueue<>();
    private final Semaphore spare;
    private volatile boolean closed;

    /** Reads at once what each comparison asks for, because the sides of one are opened at the same time. */
    private DatabaseContent(LiveServer server, String name, Connection transaction, Semaphore spare)
            throws SQLException {
        this.server = server;
        this.spare = spare;
        this.name = name;
        this.transaction = transaction;
        try (Statement statement = transaction.createStatement();
                ResultSet row = statement.executeQuery(MOMENT)) {
            row.next();
            this.oid = row.getLong(1);
            this.snapshot = row.getString(2);
            this.isUtf8 = row.getBoolean(3);
        }
        this.tables = Tables.of(transaction);
        this.sequences = Sequence.of(transaction);
        this.catalogFiles = catalogFiles(transaction);
    }

    private static Map<String, String> catalogFiles(Connection connection) throws SQLException {
        Map<String, String> files = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(CATALOG_FILES)) {
            while (row.next()) {
                files.put(row.getString(1), row.getString(2));
            }
        }
        return Map.copyOf(files);
    }

    /**
     * Holds on to what a database has now.
     *
     * @param spare how many transactions that nobody uses may be kept, of all databases of the server: it takes few
     *     connections
     */
    static DatabaseContent of(LiveServer server, String name, Semaphore spare) throws SQLException {
        Connection connection = begin(server, name, BEGIN);
        boolean done = false;
        try {
            DatabaseContent content = new DatabaseContent(server, name, connection, spare);
            done = true;
            return content;
        } finally {
            if (!done) {
                connection.close();
            }
        }
    }

    private static Connection begin(LiveServer server, String database, String... statements) throws SQLException {
        Connection connection = server.connect(database, Sessions.LONG);
        boolean done = false;
        try {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                Sessions.execute(connection, sql);
            }
            Sessions.execute(connection, FORMATS);
            done = true;
            return connection;
        } finally {
            if (!done) {
                connection.close();
            }
        }
    }

    public long oid() {
        return oid;
    }

    public String name() {
        return name;
    }

    /** The transaction that holds the moment. */
    Connection transaction() {
        return transaction;
    }

    /** Returns one more transaction that sees the same, to be {@linkplain #giveBack given back} or {@linkplain #end ended}. */
    Connection another() throws SQLException {
        Connection free = idle.poll();
        if (free != null) {
            spare.release();
            return free;
        }
        Connection connection = begin(server, name, BEGIN, "SET TRANSACTION SNAPSHOT " + Quoted.literal(snapshot));
        others.add(connection);
        if (closed) { // by somebody who has not seen this one
            end(connection);
            throw new SQLException("the comparison was closed");
        }
        return connection;
    }

    List<Table> tables() {
        return tables;
    }

    List<Sequence> sequences() {
        return sequences;
    }

    /** The first file of each catalog, below the data directory, by the catalog's name. */
    Map<String, String> catalogFiles() {
        return catalogFiles;
    }

    /** Whether text is in the encoding that it is sent in: also where nobody knows which that is. */
    boolean isUtf8() {
        return isUtf8;
    }

    /** Writes all that was committed to the files. */
    void checkpoint() throws SQLException {
        Sessions.execute(transaction, "CHECKPOINT");
    }

    List<String> column(String sql) throws SQLException {
        return Sessions.column(transaction, sql);
    }

    /** Keeps one for whoever asks next, where there is room for it; all that ran in it has ended. */
    void giveBack(Connection another) throws SQLException {
        if (spare.tryAcquire()) {
            idle.add(another);
        } else {
            end(another);
        }
    }

    /** Ends one, and with it what still runs in it. */
    void end(Connection another) throws SQLException {
        others.remove(another);
        another.abort(Runnable::run);
    }

    /** Ends its transactions, also those that somebody forgot. */
    @Override
    public void close() throws SQLException {
        closed = true;
        for (Connection connection : others) {
            end(connection);
        }
        transaction.close();
    }
}
