package dev.zvpg;

import dev.zvpg.server.Credentials;
import dev.zvpg.server.Server;
import java.nio.file.Path;
import javax.sql.DataSource;

/**
 * The server of a {@link WorkingCopy} or a {@link ScratchClone}, from one start of it to the next stop: where it listens, and how to connect.
 * Nothing is read again for that; nor does it look whether the server still runs, but connecting fails when it does
 * not.
 *
 * <p>Thread-safe.
 */
public final class RunningServer implements Database {

    private final Server server;

    RunningServer(Server server) {
        this.server = server;
    }

    /** For who tests what the launcher does. */
    Server launched() {
        return server;
    }

    /**
     * Returns the port that it listens on.
     *
     * @return the port, on the loopback addresses
     */
    public int port() {
        return server.port();
    }

    /**
     * Returns the identity of its first process.
     *
     * @return the process id
     */
    public long pid() {
        return server.pid();
    }

    /**
     * Returns where it logs to.
     *
     * @return an absolute path; the file of its present start
     */
    public Path logFile() {
        return server.logFile();
    }

    /**
     * Looks whether it still runs.
     *
     * @return false for good once it has ended, also when the working copy runs again
     */
    public boolean isRunning() {
        return server.isRunning();
    }

    /**
     * Vacuums and analyzes each database, so that whoever reads a row first does not change its page, and queries are
     * planned well. A table that cannot be analyzed is named in a warning of the log and left out, and so is a
     * database.
     */
    public void tidy() {
        server.tidy();
    }

    @Override
    public String jdbcUrl(String database) {
        return server.jdbcUrl(database);
    }

    @Override
    public DataSource dataSource(String database) {
        return server.dataSource(database);
    }

    @Override
    public Credentials credentials() {
        return server.credentials();
    }

    @Override
    public String toString() {
        return "server on port " + port() + ", process " + pid();
    }
}
