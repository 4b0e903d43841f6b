package dev.zvpg.postgres.junit;

import dev.zvpg.RunningServer;
import dev.zvpg.ScratchClone;
import dev.zvpg.error.ServerException;
import dev.zvpg.postgres.report.LogTail;
import dev.zvpg.postgres.report.ServerReport;
import dev.zvpg.server.Credentials;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/** Holds what one test, or one class, has: a clone, and the connections that were handed out. Thread-safe. */
final class TestDatabase implements AutoCloseable {

    /** The types of the parameters that there is something for. */
    static final Set<Class<?>> TYPES =
            Set.of(ScratchClone.class, RunningServer.class, DataSource.class, Connection.class);

    /** What a clone was seen to run as, and what that logs. */
    private record Seen(RunningServer server, LogTail log) {}

    private final String title;
    private final ScratchClone clone;
    private final String database;
    private final Optional<FailedClone> afterAFailure;
    private final Deque<Connection> connections = new ArrayDeque<>();
    private volatile Seen seen;
    private volatile boolean keep;

    /**
     * Takes a clone over, which ends with this.
     *
     * @param title whose it is
     * @param clone a new one, or one from a pool
     * @param database what there are connections to
     * @param afterAFailure what becomes of the clone when a test fails; nothing when empty
     */
    TestDatabase(String title, ScratchClone clone, String database, Optional<FailedClone> afterAFailure) {
        this.title = title;
        this.clone = clone;
        this.database = database;
        this.afterAFailure = afterAFailure;
        this.seen = new Seen(clone.server(), LogTail.fromNowOn(clone.server()));
        TestRun.ENDED.remove(seen.server().port());
    }

    Object parameter(Class<?> type) throws SQLException {
        if (type == DataSource.class) {
            return server().dataSource(database);
        }
        if (type == Connection.class) {
            Connection connection = server().dataSource(database).getConnection();
            synchronized (this) {
                connections.push(connection);
            }
            return connection;
        }
        return type == ScratchClone.class ? clone : server();
    }

    /** Returns the server that it has now: a test may reset it, or close it, which leaves the one that it had last. */
    private RunningServer server() {
        Seen last = seen;
        try {
            RunningServer now = clone.server();
            if (now.pid() != last.server().pid()) {
                last = new Seen(now, new LogTail(now.logFile(), 0));
                seen = last;
            }
        } catch (IllegalStateException closed) {
            return last.server();
        }
        return last.server();
    }

    String jdbcUrl(String database) {
        return running().jdbcUrl(database);
    }

    Credentials credentials() {
        return running().credentials();
    }

    private RunningServer running() {
        RunningServer server = server();
        if (!server.isRunning()) {
            throw new ServerException(
                    "the database of " + title + " has ended, though no test was to end it: " + server
                            + " was stopped or killed",
                    "look into " + server.logFile() + "; reset() of the extension starts another one on its port");
        }
        return server;
    }

    boolean reset() {
        return clone.reset();
    }

    /** Forgets what was logged so far. */
    void beginLog() {
        seen = new Seen(server(), LogTail.fromNowOn(server()));
    }

    /** Returns what is known of it when its test has failed. */
    ServerReport failed(String test) {
        keep = afterAFailure.isPresent() && isOpen();
        RunningServer server = server();
        String kept = keep ? "\n" + afterAFailure.orElseThrow().report(server, database) : "";
        return ServerReport.of(server, test, seen.log(), kept);
    }

    /** Returns the same of one that other tests go on with. */
    ServerReport failedAmongOthers() {
        return ServerReport.of(server(), title, seen.log(), "");
    }

    /** Tells whether it is still there: a test may close what it gets as a parameter, or keep it. */
    private boolean isOpen() {
        try {
            clone.server();
            return true;
        } catch (IllegalStateException closed) {
            return false;
        }
    }

    @Override
    public void close() {
        List<AutoCloseable> things = new ArrayList<>();
        synchronized (this) {
            things.addAll(connections);
            connections.clear();
        }
        int port = server().port();
        if (keep) {
            things.add(() -> afterAFailure.orElseThrow().keep(clone, port));
        } else {
            TestRun.ENDED.add(port, title);
        }
        things.add(clone);
        Closing.all(things);
    }
}
