package dev.zvpg.postgres.run;

import dev.zvpg.error.ServerException;
import dev.zvpg.server.Finding;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A server that runs: its process and files, and the sessions that the library opens on it. Immutable.
 *
 * @param startTimeout how long its start may stand still
 * @param findings what its start switched off or reports
 */
public record LiveServer(ServerControl control, Sessions sessions, Duration startTimeout, List<Finding> findings) {

    /** The SQLSTATE "too many connections": of the server, of a database, of a role. */
    private static final String NO_CONNECTION_LEFT = "53300";

    /** The class of SQLSTATEs of what happens to connections: none comes about, or one breaks off. */
    private static final String CONNECTION_LOST = "08";

    /** A limit of -2 marks a database whose DROP was cut off. */
    private static final String DATABASES =
            "SELECT oid || ' ' || datname FROM pg_database WHERE datallowconn AND datconnlimit <> -2 ORDER BY oid";

    public boolean isRunning() {
        return control.process().isAlive();
    }

    /**
     * Opens a session of ours. The port, and in a repository the password too, may be those of another server by now.
     */
    public Connection connect(Duration patience) throws SQLException {
        return connect(Connections.ADMIN_DATABASE, patience);
    }

    /** Opens one in another database. */
    public Connection connect(String database, Duration patience) throws SQLException {
        requireRunning(); // nobody else is told the password
        Connection connection = sessions.open(database, patience);
        try {
            requireRunning();
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    /** The names of the databases that can be connected to, by number. */
    public Map<Long, String> databases() throws SQLException {
        Map<Long, String> databases = new LinkedHashMap<>();
        try (Connection connection = connect(Sessions.BRIEF)) {
            for (String line : Sessions.column(connection, DATABASES)) {
                int space = line.indexOf(' ');
                databases.put(Long.valueOf(line.substring(0, space)), line.substring(space + 1));
            }
        }
        return databases;
    }

    private void requireRunning() throws SQLException {
        if (!isRunning()) {
            throw new SQLException("it has ended");
        }
    }

    /** Returns the exception for what a session failed at. */
    public ServerException failure(String what, SQLException cause) {
        String server = "the server on port " + sessions.port() + " of " + control.dataDirectory() + " " + what + ": ";
        if (!isRunning()) {
            boolean full = control.log().isOnFullDisk();
            return new ServerException(
                    server + "it has ended"
                            + (full ? ", and the disk that holds its log is full, so nothing there may say why" : ""),
                    (full ? "free some space and " : "") + "start it again",
                    OptionalInt.empty(),
                    control.log().lastLines());
        }
        String state = String.valueOf(cause.getSQLState());
        if (state.equals(NO_CONNECTION_LEFT)) {
            return Occupants.of(control.dataDirectory()).failure(server, cause);
        }
        return state.startsWith(CONNECTION_LOST)
                ? new ServerException(
                        server + "it runs (process " + control.process().pid() + ") but does not answer: "
                                + cause.getMessage(),
                        "see whether it was stopped by a signal or waits for its disk, or stop it: where it does not end by "
                                + "itself it is killed, and nothing that was committed is lost",
                        cause)
                : new ServerException(server + cause.getMessage(), cause);
    }

    @Override
    public String toString() {
        return "PostgresServer[port=" + sessions.port() + ", pid="
                + control.process().pid() + ", dataDirectory=" + control.dataDirectory() + "]";
    }
}
