package dev.zvpg;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.internal.engine.Revision;
import dev.zvpg.internal.engine.Servers;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.option.ServerOptions;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.ServerState;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/**
 * A whole PostgreSQL cluster that one works with: a {@link Branch} or a {@link Clone}. It has files, a server and a
 * port of its own.
 *
 * <p>A handle is an identity and does no work until a verb is called. Every verb throws {@link NotFoundException} once
 * the branch or clone is deleted, and {@link IllegalStateException} once the repository is closed.
 *
 * <p>Thread-safe.
 */
public abstract sealed class WorkingCopy implements Database permits Branch, Clone {

    private final Operations operations;
    private final CopyKey key;

    WorkingCopy(Operations operations, CopyKey key) {
        this.operations = operations;
        this.key = key;
    }

    /**
     * Returns its identity, which a rename, a reset and a merge leave as it is: the {@code id} of its infos, and of the
     * {@linkplain Event.Ref events} that speak of it.
     *
     * @return such as {@code feature-new-api-k3f9q2x1}; unique in the repository and never used twice
     */
    public String id() {
        return key.id();
    }

    /**
     * Returns its name.
     *
     * @return the name by which this handle was found
     */
    public String name() {
        return key.name();
    }

    /**
     * Starts its server, and returns when it answers. When it runs already, nothing happens. The server keeps running
     * when the repository is closed and when the JVM ends.
     *
     * @return the running server
     * @throws ServerException when it does not start; nothing is left running
     * @throws InUseException when its port was chosen by the caller and another program listens there, or when a server
     *     runs on its files in another container
     */
    public RunningServer start() {
        try (Locks.Held held = operations.context().workingCopy(key)) {
            operations.context().home().requireLiving();
            return new RunningServer(operations.servers().start(copy()));
        }
    }

    /**
     * Compares what this one holds now with what another one holds now: their rows, saved or not, as
     * {@link Snapshot#diff(Snapshot)} does. What no snapshot has yet is taken in one that is gone when this returns; a
     * server that runs goes on, and one that does not is not started.
     *
     * @param later any other branch or clone of the repository
     * @return what that has and this one has not, and the other way round; to be closed
     * @throws ServerException when a server does not start
     * @throws IllegalArgumentException when that is of another repository
     */
    public Diff diff(WorkingCopy later) {
        return new Diff(operations, revision(), later.operations(), later.revision());
    }

    /**
     * Compares what this one holds now with a snapshot, as {@link #diff(WorkingCopy)} does.
     *
     * @param later any snapshot of the repository
     * @return what that has and this one has not, and the other way round; to be closed
     * @throws ServerException when a server does not start
     * @throws IllegalArgumentException when that is of another repository
     */
    public Diff diff(Snapshot later) {
        return new Diff(operations, revision(), later.operations(), later.revision());
    }

    Revision revision() {
        return new Revision.OfCopy(key);
    }

    /**
     * Stops its server and waits until it has ended; sessions are ended. When none runs, nothing happens.
     *
     * @throws ServerException when it does not end
     */
    public void stop() {
        try (Locks.Held held = operations.context().workingCopy(key)) {
            operations.servers().stop(copy());
        }
    }

    /**
     * Stops its server if one runs, and starts it.
     *
     * @return the running server
     * @throws ServerException when it does not end, or does not start again
     * @throws InUseException as {@link #start()} does
     */
    public RunningServer restart() {
        try (Locks.Held held = operations.context().workingCopy(key)) {
            operations.context().home().requireLiving();
            CopyRecord copy = copy();
            operations.servers().stop(copy);
            return new RunningServer(operations.servers().start(copy));
        }
    }

    /**
     * Works on it while its server runs: starts the server where none runs, and stops it afterwards. Nobody starts,
     * stops, resets or deletes it meanwhile, in other processes too. When the JVM is killed in the middle, the server
     * goes on.
     *
     * @param <X> the checked exception that the work may throw
     * @param work gets this branch or clone, running
     * @throws X when the work does
     * @throws ServerException when its server does not start
     */
    public <X extends Exception> void use(DatabaseAction<? super WorkingCopy, X> work) throws X {
        with(running -> {
            work.accept(running);
            return name();
        });
    }

    /**
     * Works on it as {@link #use} does, for work that yields something.
     *
     * @param <T> what the work yields
     * @param <X> the checked exception that it may throw
     * @param work gets this branch or clone, running
     * @return what the work yields
     * @throws X when the work does
     * @throws ServerException when its server does not start
     */
    public <T, X extends Exception> T with(DatabaseFunction<? super WorkingCopy, ? extends T, X> work) throws X {
        try (Locks.Held held = operations.context().workingCopy(key);
                Servers.Running running = operations.servers().borrow(copy())) {
            return work.apply(this);
        }
    }

    /**
     * Returns its running server.
     *
     * @return the server, whoever started it
     * @throws ServerException when it does not run
     */
    public RunningServer server() {
        return findServer()
                .orElseThrow(() ->
                        new ServerException("the server of " + key.words() + " does not run", "start it with start()"));
    }

    /**
     * Finds its running server, if one runs.
     *
     * @return the server, whoever started it
     * @throws InUseException when it runs in another container, where nobody here can do anything with it
     */
    public Optional<RunningServer> findServer() {
        return operations.servers().find(copy()).map(RunningServer::new);
    }

    @Override
    public String jdbcUrl(String database) {
        return server().jdbcUrl(database);
    }

    @Override
    public DataSource dataSource(String database) {
        return server().dataSource(database);
    }

    @Override
    public Credentials credentials() {
        return operations.context().credentials();
    }

    /**
     * Returns where its cluster's files are.
     *
     * @return an absolute path
     */
    public Path dataDirectory() {
        return operations.context().dataDirectory(copy().volume().id());
    }

    /**
     * Tells whether its server runs.
     *
     * @return the state at this moment
     */
    public ServerState state() {
        return operations.servers().state(copy());
    }

    /**
     * Returns the settings that were chosen for its server: when it was made, or by {@link #configure}.
     *
     * @return by name; empty when the cluster's own files say all
     */
    public Map<String, String> settings() {
        return copy().settings();
    }

    /**
     * Changes the settings of its server, durably. They hold from its next start on, and stay in a reset or a merge; a
     * server that runs goes on with those that it was started with.
     *
     * @param options changes the options that it has
     * @return whether a server runs, so that they hold after {@link #restart()} only
     * @throws IllegalArgumentException when a setting is one that no server may be started with, such as {@code port},
     *     or that the server does not know; nothing has changed then
     */
    public boolean configure(UnaryOperator<ServerOptions> options) {
        return operations.copies().configure(key, options);
    }

    /**
     * Stops its server and deletes it. A branch only where nothing is lost by that, see {@link Branch#delete()}; a
     * clone is there to be thrown away.
     *
     * @throws InUseException when it is the only branch or a protected clone, or the storage cannot let go of its
     *     files; the message says who uses them
     */
    public abstract void delete();

    CopyKey key() {
        return key;
    }

    Operations operations() {
        return operations;
    }

    /** What the storage says of it now. */
    CopyRecord copy() {
        return operations.context().catalog().require(key);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WorkingCopy copy
                && copy.key.id().equals(key.id())
                && copy.operations
                        .context()
                        .repositoryId()
                        .equals(operations.context().repositoryId());
    }

    @Override
    public int hashCode() {
        return key.id().hashCode();
    }

    @Override
    public String toString() {
        return key.words();
    }
}
