package dev.zvpg.postgres.junit;

import dev.zvpg.RunningServer;
import dev.zvpg.ScratchClone;
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

    private final ScratchClone clone;
    private final RunningServer server;
    private final String database;
    private final Optional<FailedClone> afterAFailure;
    private final LogTail log;
    private final Deque<Connection> connections = new ArrayDeque<>();
    private volatile boolean keep;

    /**
     * Takes a clone over, which ends with this.
     *
     * @param clone a new one, or one from a pool
     * @param database what there are connections to
     * @param afterAFailure what becomes of the clone when a test fails; nothing when empty
     */
    TestDatabase(ScratchClone clone, String database, Optional<FailedClone> afterAFailure) {
        this.clone = clone;
        this.server = clone.server();
        this.database = database;
        this.afterAFailure = afterAFailure;
        this.log = LogTail.fromNowOn(server);
    }

    Object parameter(Class<?> type) throws SQLException {
        if (type == DataSource.class) {
            return server.dataSource(database);
        }
        if (type == Connection.class) {
            Connection connection = server.dataSource(database).getConnection();
            synchronized (this) {
                connections.push(connection);
            }
            return connection;
        }
        return type == ScratchClone.class ? clone : server;
    }

    /** Returns what is known of it when its test has failed. */
    ServerReport failed(String test) {
        keep = afterAFailure.isPresent() && isOpen();
        String kept = keep ? "\n" + afterAFailure.orElseThrow().report(server, database) : "";
        return ServerReport.of(server, test, log, kept);
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
        if (keep) {
            things.add(() -> afterAFailure.orElseThrow().keep(clone, server.port()));
        }
        things.add(clone);
        Closing.all(things);
    }
}
