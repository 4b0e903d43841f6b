package dev.zvpg.postgres.junit;

import dev.zvpg.ScratchClone;
import dev.zvpg.postgres.PostgresServer;
import dev.zvpg.server.Server;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;

/** What one test, or one class, has: a clone, and the connections that were handed out. Thread-safe. */
final class TestDatabase implements AutoCloseable {

    /** The types of the parameters that there is something for. */
    static final Set<Class<?>> TYPES =
            Set.of(ScratchClone.class, PostgresServer.class, Server.class, DataSource.class, Connection.class);

    private final Lease lease;
    private final String database;
    private final LogTail log;
    private final Deque<Connection> connections = new ArrayDeque<>();

    TestDatabase(Lease lease, String database) {
        this.lease = lease;
        this.database = database;
        this.log = LogTail.fromNowOn(lease.server());
    }

    Object parameter(Class<?> type) throws SQLException {
        if (type == DataSource.class) {
            return lease.server().dataSource(database);
        }
        if (type == Connection.class) {
            Connection connection = lease.server().dataSource(database).getConnection();
            synchronized (this) {
                connections.push(connection);
            }
            return connection;
        }
        return type == ScratchClone.class ? lease.scratch() : lease.server();
    }

    /** What is known of it when its test has failed. */
    ServerReport failed(String test) {
        return ServerReport.of(lease.server(), test, log, lease.failed(database));
    }

    @Override
    public void close() {
        List<AutoCloseable> things = new ArrayList<>();
        synchronized (this) {
            things.addAll(connections);
            connections.clear();
        }
        things.add(lease);
        Closing.all(things);
    }
}
