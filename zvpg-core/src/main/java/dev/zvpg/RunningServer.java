package dev.zvpg;

import dev.zvpg.error.ServerException;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.Server;
import java.nio.file.Path;
import javax.sql.DataSource;

/**
 * The server of a {@link WorkingCopy} or a {@link ScratchClone}, from one start of it to the next stop: where it listens, and how to connect.
 * Nothing is read again for that. A {@link DataSource} of one that has ended connects to whatever listens on its port
 * by then, so ask for it anew after a stop.
 *
 * <p>Thread-safe.
 */
public final class RunningServer implements Database {

    private final Server server;

    RunningServer(Server server) {
        this.server = server;
    }

    /** Its port may be somebody else's by the time that it has ended. */
    private Server running() {
        if (!server.isRunning()) {
            throw new ServerException(this + " has ended", "start it, and ask the branch or clone for its server anew");
        }
        return server;
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
        return running().jdbcUrl(database);
    }

    @Override
    public DataSource dataSource(String database) {
        return running().dataSource(database);
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
