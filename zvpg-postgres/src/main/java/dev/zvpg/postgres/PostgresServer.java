package dev.zvpg.postgres;

import dev.zvpg.error.Problem;
import dev.zvpg.error.ServerException;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.postgres.cluster.CopyMark;
import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.copy.OnlineBackup;
import dev.zvpg.postgres.ddl.DefinitionScript;
import dev.zvpg.postgres.ddl.DefinitionScripts;
import dev.zvpg.postgres.ddl.SchemaMerge;
import dev.zvpg.postgres.diff.ClusterContent;
import dev.zvpg.postgres.diff.DatabaseContent;
import dev.zvpg.postgres.merge.ClusterMerge;
import dev.zvpg.postgres.merge.Outcomes;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.run.FirstStart;
import dev.zvpg.postgres.run.LiveServer;
import dev.zvpg.postgres.run.ServerControl;
import dev.zvpg.postgres.run.ServerProblems;
import dev.zvpg.postgres.run.Sessions;
import dev.zvpg.postgres.run.Standstill;
import dev.zvpg.postgres.run.Tidying;
import dev.zvpg.postgres.script.DatabaseScript;
import dev.zvpg.postgres.unchanged.ClusterBaseline;
import dev.zvpg.postgres.unchanged.Positions;
import dev.zvpg.postgres.unchanged.Unlogged;
import dev.zvpg.server.Backup;
import dev.zvpg.server.Baseline;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.Finding;
import dev.zvpg.server.Position;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerContent;
import dev.zvpg.server.ServerMerge;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * A running PostgreSQL server. It listens on 127.0.0.1 and on a socket that only its own user can reach, wants
 * scram-sha-256. How long it runs is said by the {@link dev.zvpg.server.Lifetime} that it was started with; an attached
 * one has no socket.
 *
 * <p>Once it has ended, {@link #checkpoint}, {@link #position} and {@link #startBackup} throw {@link ServerException},
 * even when another server has taken over its port; {@link #stop} does nothing.
 *
 * <p>Thread-safe.
 */
public final class PostgresServer implements Server {

    private static final String IS_FLUSHED = "SELECT pg_catalog.pg_wal_lsn_diff("
            + "?::pg_catalog.text::pg_catalog.pg_lsn, pg_catalog.pg_current_wal_flush_lsn()) <= 0::pg_catalog.numeric";

    /** The WAL writer needs 3 of its rounds, of 200 ms unless it is told otherwise, for an asynchronous commit. */
    private static final Duration WAL_WRITER_PATIENCE = Duration.ofSeconds(1);

    private static final long WAL_WRITER_POLL_NANOS = 5_000_000;

    private static final long READY_POLL_NANOS = 500_000;

    private final LiveServer live;
    private final ServerControl control;
    private final Sessions sessions;
    private volatile List<Finding> findings;

    PostgresServer(LiveServer live) {
        this.live = live;
        this.control = live.control();
        this.sessions = live.sessions();
        this.findings = live.findings();
    }

    Sessions sessions() {
        return sessions;
    }

    @Override
    public int port() {
        return sessions.port();
    }

    @Override
    public long pid() {
        return control.process().pid();
    }

    @Override
    public Path logFile() {
        return control.log().file();
    }

    @Override
    public Credentials credentials() {
        return sessions.credentials();
    }

    @Override
    public String jdbcUrl(String database) {
        return sessions.connections().url(database);
    }

    @Override
    public DataSource dataSource(String database) {
        return sessions.connections().dataSource(database);
    }

    @Override
    public boolean isRunning() {
        return live.isRunning();
    }

    @Override
    public List<Finding> findings() {
        return findings;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Somebody else began to start it, and perhaps was killed: it may be in its recovery, or a copy whose first
     * start is not finished, which lets nobody in but us.
     */
    @Override
    public void finishStart() {
        awaitReady();
        if (!CopyMark.isUnfinished(control.dataDirectory())) {
            return;
        }
        try (Connection connection = live.connect(Sessions.BRIEF)) {
            findings = FirstStart.run(control.dataDirectory(), control.run(), sessions, connection);
        } catch (SQLException e) {
            throw live.failure("is a copy whose first start cannot be finished", e);
        } catch (IOException e) {
            throw Failures.of("cannot finish the first start of " + control.dataDirectory(), e);
        }
    }

    private void awaitReady() {
        Standstill standstill = new Standstill(live.startTimeout(), control.dataDirectory());
        while (PostmasterPid.read(control.dataDirectory())
                .filter(PostmasterPid::isReady)
                .isEmpty()) {
            if (!isRunning() || standstill.isReached() || Thread.currentThread().isInterrupted()) {
                throw new ServerException(
                        "the server on port " + port() + " of " + control.dataDirectory() + ", which was started by "
                                + "somebody else, is not ready; its log is " + logFile(),
                        null,
                        OptionalInt.empty(),
                        control.log().lastLines());
            }
            LockSupport.parkNanos(this, READY_POLL_NANOS);
        }
    }

    @Override
    public void checkpoint() {
        try (Connection connection = live.connect(Sessions.LONG);
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        } catch (SQLException e) {
            throw live.failure("does not write a checkpoint", e);
        }
    }

    /**
     * Waits for the WAL writer; a checkpoint, which writes it too, costs more and is what is left when that takes long.
     */
    @Override
    public void flush() {
        long deadline = System.nanoTime() + WAL_WRITER_PATIENCE.toNanos();
        try (Connection connection = live.connect(Sessions.BRIEF);
                PreparedStatement question = connection.prepareStatement(IS_FLUSHED)) {
            question.setString(1, Positions.wal(connection));
            while (!isTrue(question)) {
                if (System.nanoTime() - deadline > 0) {
                    checkpoint();
                    return;
                }
                LockSupport.parkNanos(WAL_WRITER_POLL_NANOS);
            }
        } catch (SQLException e) {
            throw live.failure("does not write its log", e);
        }
    }

    private static boolean isTrue(PreparedStatement question) throws SQLException {
        try (ResultSet row = question.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    @Override
    public boolean syncs() {
        try (Connection connection = live.connect(Sessions.BRIEF)) {
            return Sessions.column(connection, "SHOW fsync").equals(List.of("on"));
        } catch (SQLException e) {
            throw live.failure("does not tell its settings", e);
        }
    }

    @Override
    public List<Finding> leftOut() {
        try {
            return Unlogged.findings(control.dataDirectory(), sessions);
        } catch (SQLException e) {
            throw live.failure("does not tell its unlogged relations", e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>A main process that a signal has stopped; shared memory that was removed, or that is too small for parallel
     * queries; databases and columns that another version of the library for collations has sorted. Version 14 does not
     * tell that of databases.
     */
    @Override
    public List<Problem> problems() {
        return ServerProblems.of(live);
    }

    @Override
    public Position position() {
        try (Connection connection = live.connect(Sessions.BRIEF)) {
            return Positions.of(connection, control.dataDirectory());
        } catch (SQLException e) {
            throw live.failure("does not tell its position", e);
        }
    }

    @Override
    public Backup startBackup(String label) {
        try {
            return OnlineBackup.begin(
                    live.connect(Sessions.LONG),
                    control.dataDirectory(),
                    control.installation().major(),
                    label);
        } catch (SQLException e) {
            throw live.failure("cannot be backed up", e);
        }
    }

    @Override
    public void stop() {
        control.stop();
    }

    @Override
    public void stopAtOnce() {
        control.stopAtOnce();
    }

    /**
     * {@inheritDoc}
     *
     * <p>The baseline holds as long as neither the write-ahead log nor the next transaction id has moved, the
     * configuration was not read again, the server has the same processes, and, after a checkpoint, all files are
     * untouched but those that a checkpoint itself writes. It never holds where there are unlogged tables or sequences,
     * whose changes reach no file, or libraries in {@code shared_preload_libraries}, which may keep anything in memory.
     * Takes time in proportion to what was written where the cluster is on an overlay, and to its files elsewhere; where a
     * cluster that is on no overlay is in memory, as in a tmpfs, to its bytes.
     */
    @Override
    public Baseline baseline() {
        return baseline(ClusterBaseline.PATIENCE);
    }

    /** The same, with another bound on how long what ends may take. */
    Baseline baseline(Duration patience) {
        return ClusterBaseline.of(live, patience);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Two of them can be compared in the rows of all databases that can be connected to. Of one that was compiled
     * with pages or files of other sizes, everything is read.
     */
    @Override
    public ServerContent content() {
        try {
            return ClusterContent.of(live);
        } catch (SQLException e) {
            throw live.failure("cannot be compared", e);
        }
    }

    @Override
    public ServerMerge.Definitions definitions(Server base, Server theirs) {
        if (!(base instanceof PostgresServer before) || !(theirs instanceof PostgresServer after)) {
            throw new IllegalArgumentException(base + " or " + theirs + " is not PostgreSQL's");
        }
        try {
            return SchemaMerge.of(before.live, after.live, live);
        } catch (SQLException e) {
            throw live.failure("cannot be merged into", e);
        }
    }

    @Override
    public ServerMerge.Definitions redefine(Server later, Optional<Server> common) {
        try {
            return DefinitionScripts.make(
                    live, ((PostgresServer) later).live, common.map(server -> ((PostgresServer) server).live));
        } catch (SQLException e) {
            throw live.failure("does not tell how its definitions become others", e);
        }
    }

    @Override
    public void writeScript(
            ServerContent.Comparison changes, ServerMerge.Definitions definitions, String database, Appendable out)
            throws IOException {
        DefinitionScript script =
                definitions instanceof DefinitionScripts scripts ? scripts.of(database) : DefinitionScript.NONE;
        try (Connection connection = live.connect(database, Sessions.LONG)) {
            Sessions.execute(connection, DatabaseContent.FORMATS);
            DatabaseScript.write(connection, database, script, changes, out);
        } catch (SQLException e) {
            throw live.failure("does not tell how it is written as statements", e);
        }
    }

    @Override
    public ServerMerge merge(
            List<ServerContent.Comparison> changes,
            ServerMerge.Definitions definitions,
            MergeOptions options,
            Set<String> done) {
        try {
            return ClusterMerge.of(live, changes, definitions, options, done);
        } catch (SQLException e) {
            throw live.failure("cannot be merged into", e);
        }
    }

    @Override
    public ServerMerge.Outcome outcome(String transactions) {
        try {
            return Outcomes.of(live, transactions);
        } catch (SQLException e) {
            throw live.failure("cannot be asked what became of a merge", e);
        }
    }

    @Override
    public void tidy() {
        new Tidying(live).run();
    }

    @Override
    public String toString() {
        return live.toString();
    }
}
