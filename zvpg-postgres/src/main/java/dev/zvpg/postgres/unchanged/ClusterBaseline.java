package dev.zvpg.postgres.unchanged;

import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.ServerException;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.postgres.process.ServerLock;
import dev.zvpg.postgres.run.LiveServer;
import dev.zvpg.postgres.run.ServerControl;
import dev.zvpg.postgres.run.Sessions;
import dev.zvpg.server.Baseline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proves that nobody changed a cluster. Each thing that can be changed leaves a trace in one of four places: in the WAL
 * and the transaction ids (all that is transactional), in the processes and the time the configuration was read (what
 * is in memory), in the files once a checkpoint has brought them up to date (sequences within what they fetched ahead,
 * hint bits, settings, slots, whatever a superuser writes), or in a session, which is ended. What cannot be seen at
 * all, is refused from the beginning.
 *
 * <p>Confined to one thread at a time.
 */
public final class ClusterBaseline implements Baseline {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterBaseline.class);

    /** File systems note times in ticks, of at most 10 ms: what is written within one is not told apart. */
    private static final Duration TICK = Duration.ofMillis(20);

    /** How long what ends may take to do so: much, on a busy machine; only a process that stays costs it. */
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Libraries that keep nothing in memory but statistics. */
    private static final Set<String> HARMLESS = Set.of("auto_explain", "pg_stat_statements");

    private static final String STATE = """
            SELECT pg_catalog.pg_current_wal_insert_lsn()::pg_catalog.text,
                   pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text,
                   pg_catalog.pg_conf_load_time()::pg_catalog.text,
                   pg_catalog.pg_postmaster_start_time()::pg_catalog.text
            """;

    private static final String END_SESSIONS = """
            SELECT coalesce(pg_catalog.bool_and(pg_catalog.pg_terminate_backend(pid, ?::pg_catalog.int8)), true)
            FROM pg_catalog.pg_stat_activity
            WHERE pid <> pg_catalog.pg_backend_pid()
              AND backend_type IN ('client backend'::pg_catalog.text, 'walsender'::pg_catalog.text)
            """;

    private final LiveServer server;
    private final ServerControl control;
    private final Duration patience;

    private State state;
    private Fingerprint files;
    private Set<Long> processes;

    /** What is in memory; see {@link #STATE}. */
    private record State(String wal, String transactionId, String configurationRead, String started) {

        /** The WAL moves by a checkpoint, and must not by anything else. */
        boolean isSameButForWal(State other) {
            return new State(other.wal, transactionId, configurationRead, started).equals(other);
        }
    }

    private ClusterBaseline(LiveServer server, Duration patience, State state, Fingerprint files, Set<Long> processes) {
        this.server = server;
        this.control = server.control();
        this.patience = patience;
        this.state = state;
        this.files = files;
        this.processes = processes;
    }

    /**
     * Notes how a cluster is.
     *
     * @param patience how long sessions that are ended, and processes, may take to vanish
     */
    public static Baseline of(LiveServer server, Duration patience) {
        ServerControl control = server.control();
        try (Connection connection = server.connect(Sessions.BRIEF)) {
            if (!isProvable(connection)) {
                return () -> false;
            }
            // all that a proof will ask, before the checkpoint: reading a catalog for the first time may write to it
            endSessions(connection, patience);
            Set<Long> processes = processes(connection, control);
            checkpoint(connection);
            State state = state(connection);
            Fingerprint files = fingerprint(connection, control, Map.of());
            if (Unlogged.isAny(control.dataDirectory())) { // a checkpoint does not write what they hold
                return () -> false;
            }
            awaitTick(files);
            return new ClusterBaseline(server, patience, state, files, processes);
        } catch (SQLException e) {
            throw server.failure("does not tell how it is", e);
        } catch (IOException e) {
            throw Failures.of("cannot look at the files in " + control.dataDirectory(), e);
        }
    }

    private static boolean isProvable(Connection connection) throws SQLException {
        String libraries =
                text(connection, "SELECT pg_catalog.current_setting('shared_preload_libraries'::pg_catalog.text)");
        return Arrays.stream(libraries.split(",", -1))
                .map(String::trim)
                .allMatch(name -> name.isEmpty() || HARMLESS.contains(name));
    }

    @Override
    public boolean stillHolds() {
        try (Connection connection = server.connect(Sessions.BRIEF)) {
            String why = whyNot(connection);
            if (!why.isEmpty()) {
                LOG.debug("{} changed: {}", server, why);
            }
            return why.isEmpty();
        } catch (SQLException e) {
            throw server.failure("cannot be proven unchanged", e);
        } catch (IOException e) {
            throw Failures.of("cannot look at the files in " + control.dataDirectory(), e);
        }
    }

    private String whyNot(Connection connection) throws SQLException, IOException {
        if (!state(connection).equals(state)) { // at once, as it is for nearly all who write
            return "WAL, transaction ids or configuration";
        }
        if (!endSessions(connection, patience) || !sameProcesses(connection)) {
            return "processes";
        }
        State ended = state(connection); // the end of a session may write too
        if (!ended.equals(state)) {
            return "WAL, transaction ids or configuration, by the end of a session";
        }
        checkpoint(connection);
        State now = state(connection);
        Fingerprint after = fingerprint(connection, control, files.copies());
        if (!after.isSameAs(files)) {
            return "files";
        }
        for (Path cache : after.newCaches(files)) { // whoever wrote it, the next session makes its own
            Files.delete(cache);
        }
        if (!now.isSameButForWal(state) || !state(connection).equals(now) || !sameProcesses(connection)) {
            return "somebody came meanwhile";
        }
        state = now;
        return "";
    }

    private static boolean endSessions(Connection connection, Duration patience) throws SQLException {
        try (PreparedStatement end = connection.prepareStatement(END_SESSIONS)) {
            end.setLong(1, patience.toMillis());
            try (ResultSet row = end.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private boolean sameProcesses(Connection connection) throws SQLException, IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            if (processes(connection, control).equals(processes)) {
                return true;
            }
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1)); // ended ones take a moment to vanish
        }
    }

    /**
     * All that work in the data directory, and such as a session started and left, wherever they work: they inherit the
     * server's lock. But for that of this connection.
     */
    private static Set<Long> processes(Connection connection, ServerControl control) throws SQLException, IOException {
        long own = Long.parseLong(text(connection, "SELECT pg_backend_pid()::text"));
        Path data = control.dataDirectory().toRealPath();
        Set<Long> result =
                OsProcess.all(process -> process.worksIn(data) || ServerLock.isInheritedBy(process, data)).stream()
                        .map(OsProcess::pid)
                        .collect(Collectors.toCollection(HashSet::new));
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pid FROM pg_catalog.pg_stat_activity")) {
            while (rows.next()) {
                result.add(rows.getLong(1));
            }
        }
        result.remove(own);
        return result;
    }

    private static State state(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(STATE)) {
            row.next();
            return new State(row.getString(1), row.getString(2), row.getString(3), row.getString(4));
        }
    }

    private static Fingerprint fingerprint(Connection connection, ServerControl control, Map<Path, String> known)
            throws SQLException, IOException {
        String walFile = text(connection, "SELECT pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn())");
        return Fingerprint.of(
                control.dataDirectory(), control.run(), control.installation().major(), walFile, known);
    }

    /** Nobody may write within the tick of the last change, or that would not be seen. */
    private static void awaitTick(Fingerprint files) {
        while (true) {
            Instant now = Instant.now();
            long left =
                    files.newest() + TICK.toNanos() - (TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano());
            if (left <= 0) {
                return;
            }
            if (left > TICK.toNanos()) {
                throw new ServerException("a file was changed in the future", "set the clock right");
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new OperationInterruptedException("interrupted while looking at the files of a server", null);
            }
            LockSupport.parkNanos(left);
        }
    }

    private static void checkpoint(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
