package dev.zvpg.postgres.merge;

import dev.zvpg.diff.TableDiff;
import dev.zvpg.merge.Conflict.ConstraintConflict;
import dev.zvpg.merge.Conflict.SchemaConflict;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.merge.TableMerge;
import dev.zvpg.postgres.diff.ComparedTable;
import dev.zvpg.postgres.diff.DatabaseContent;
import dev.zvpg.postgres.diff.Table;
import dev.zvpg.postgres.diff.Tables;
import dev.zvpg.postgres.run.LiveServer;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The merge into one database: a transaction that is not committed. Confined to one thread. */
final class DatabaseMerge implements AutoCloseable {

    /**
     * Who writes waits behind us while we wait, so we give up soon and come again; and where somebody has a lock on a row
     * and wants to write, we are who gives way.
     */
    private static final String SETTINGS =
            "SET LOCAL lock_timeout = '200ms'; SET LOCAL deadlock_timeout = '100ms'; SET LOCAL synchronous_commit = local";

    /** What is wrong with what is written, and not with how. */
    private static final String DATA_EXCEPTION = "22";

    private static final String CONSTRAINT_VIOLATION = "23";

    private final Connection connection;
    private final Delta delta;
    private final Redefinition redefinition;
    private final String database;
    private final MergeOptions options;
    private final Conflicts conflicts;
    private final List<String> notMerged = new ArrayList<>();
    private final List<Staged> staged = new ArrayList<>();
    private final List<Writing> writings = new ArrayList<>();
    private final TriggerStates triggers;
    private SequenceMoves sequences = SequenceMoves.NONE;

    private DatabaseMerge(
            Connection connection,
            Delta delta,
            Redefinition redefinition,
            String database,
            MergeOptions options,
            Conflicts conflicts) {
        this.connection = connection;
        this.delta = delta;
        this.redefinition = redefinition;
        this.database = database;
        this.options = options;
        this.conflicts = conflicts;
        this.triggers = new TriggerStates(connection);
    }

    /** Makes it, as far as there are no conflicts. */
    static DatabaseMerge of(
            LiveServer server,
            String database,
            Delta delta,
            Redefinition redefinition,
            MergeOptions options,
            Conflicts conflicts)
            throws SQLException {
        DatabaseMerge merge = new DatabaseMerge(
                server.connect(database, Sessions.LONG), delta, redefinition, database, options, conflicts);
        boolean made = false;
        try {
            merge.make();
            made = true;
            return merge;
        } finally {
            if (!made) {
                merge.close();
            }
        }
    }

    private void make() throws SQLException {
        connection.setAutoCommit(false);
        Sessions.execute(connection, DatabaseContent.FORMATS);
        Sessions.execute(connection, SETTINGS);
        redefinition.begin(connection, conflicts);
        findTables();
        for (Staged table : staged) {
            table.stage();
            String name = table.target().table().name() + ".";
            table.missed().forEach(lost -> refuse(name + lost.name(), lost.reason()));
            table.conversion().untold(table, redefinition).forEach(column -> refuse(name + column, Conversion.REASON));
        }
        lock();
        if (!areHarmless()) {
            return;
        }
        changeTriggers();
        Renumbering.run(connection, database, staged, options);
        for (Staged table : staged) {
            Merging merging = new Merging(connection, database, table, options, conflicts);
            Writing writing = Writing.begin(connection, table.target(), writings.size());
            attempt(table.target().table(), () -> merging.decide(writing));
            writings.add(writing);
        }
        if (conflicts.isEmpty()) {
            for (Writing writing : writings) {
                attempt(writing.target().table(), () -> {
                    writing.apply();
                    Sessions.execute(connection, "SET CONSTRAINTS ALL IMMEDIATE");
                });
            }
            LargeObjects.tidy(connection, writings);
        }
        if (conflicts.isEmpty()) {
            triggers.restore(); // rows are not changed any more
            redefinition.end(connection, conflicts);
            new ForeignKeys(connection, database, written()).violated().forEach(conflicts::conflict);
        }
        sequences = SequenceMoves.of(connection, delta.sequences(), written(), redefinition.givers(connection));
        sequences
                .unknown()
                .forEach(name -> notMerged.add(name + ": this sequence is not in the branch that is merged into"));
    }

    private void findTables() throws SQLException {
        List<Table> ours = Tables.of(connection);
        for (List<@Nullable ComparedTable> since : delta.tables()) {
            ComparedTable change =
                    since.stream().filter(Objects::nonNull).findFirst().orElseThrow();
            if (change.side().table().trap().isPresent()) {
                refuse(change.name(), change.reason().orElse(""));
            } else if (change.method() == TableDiff.Method.NOT_COMPARED) {
                notMerged.add(change.name() + ": " + change.reason().orElse(""));
            } else if (!change.isRedefined()) {
                findTable(ours, change, since);
            } else if (conflicts.isEmpty()) { // nothing else says so
                refuse(change.name(), "its columns or its key are not what they were when the branches parted");
            }
        }
    }

    private void findTable(List<Table> ours, ComparedTable change, List<@Nullable ComparedTable> since)
            throws SQLException {
        Target.Found found = Target.find(connection, ours, change, !redefinition.isEmpty());
        Optional<String> reason = found.target().isPresent()
                ? WriteTraps.reason(connection, found.target().get())
                : Optional.of(found.reason());
        if (reason.isPresent()) {
            refuse(change.name(), reason.get());
        } else {
            Target target = found.target().orElseThrow();
            staged.add(new Staged(connection, target, since, redefinition.rowDefaults(target), staged.size()));
        }
    }

    private void refuse(String table, String why) {
        conflicts.conflict(new SchemaConflict(database, table, why));
    }

    private void lock() throws SQLException {
        String tables = staged.stream()
                .map(Staged::target)
                .sorted(Comparator.comparingLong(target -> target.table().oid()))
                .map(Target::relation)
                .collect(Collectors.joining(", "));
        if (!tables.isEmpty()) {
            Sessions.execute(connection, "LOCK TABLE " + tables + " IN SHARE ROW EXCLUSIVE MODE");
        }
        ForeignKeys.lockPartners(connection, staged.stream().map(Staged::target).toList());
    }

    /** Once more, because until now somebody might have set one. */
    private boolean areHarmless() throws SQLException {
        boolean areHarmless = true;
        for (Staged each : staged) {
            Optional<String> reason = WriteTraps.reason(connection, each.target());
            if (reason.isPresent()) {
                refuse(each.target().table().name(), reason.get());
                areHarmless = false;
            }
        }
        return areHarmless;
    }

    private void changeTriggers() throws SQLException {
        for (Staged each : staged) {
            String table = each.target().table().name();
            for (String trigger : triggers.change(each.target())) {
                notMerged.add(table + ": a trigger that always fires did not, " + trigger);
            }
        }
    }

    /** What is tried and undone when the data is refused. */
    private interface Step {
        void run() throws SQLException;
    }

    private void attempt(Table table, Step step) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            step.run();
            connection.releaseSavepoint(before);
        } catch (SQLException e) {
            String state = String.valueOf(e.getSQLState());
            if (state.startsWith(CONSTRAINT_VIOLATION)) {
                connection.rollback(before);
                conflicts.conflict(violation(table, e));
            } else if (state.startsWith(DATA_EXCEPTION)) {
                throw new IllegalArgumentException(
                        "a resolver's answer is no value for " + table.name() + " of database " + database + ": "
                                + e.getMessage(),
                        e);
            } else {
                throw e;
            }
        }
    }

    private ConstraintConflict violation(Table table, SQLException e) {
        ServerErrorMessage message = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
        String constraint = message == null ? null : message.getConstraint();
        String column = message == null ? null : message.getColumn();
        String detail = message == null ? null : message.getDetail();
        return new ConstraintConflict(
                database,
                table.name(),
                constraint != null ? constraint : column != null ? column : "",
                detail != null ? detail : String.valueOf(e.getMessage()));
    }

    private List<Writing> written() {
        return writings.stream().filter(writing -> !writing.isEmpty()).toList();
    }

    List<TableMerge> tables() {
        List<TableMerge> tables = new ArrayList<>();
        for (int i = 0; i < writings.size(); i++) {
            Writing writing = writings.get(i);
            if (!writing.isEmpty()) {
                tables.add(new TableMerge(
                        database,
                        writing.target().table().name(),
                        writing.inserted(),
                        writing.updated(),
                        writing.deleted(),
                        staged.get(i).renumbered()));
            }
        }
        return tables;
    }

    List<String> notMerged() {
        return notMerged;
    }

    int sequences() {
        return sequences.statements().size();
    }

    boolean isEmpty() {
        return sequences.statements().isEmpty() && written().isEmpty() && redefinition.isEmpty();
    }

    /** The database's identity and the transaction's. */
    String transaction() throws SQLException {
        return Sessions.column(
                        connection,
                        "SELECT oid || ':' || pg_current_xact_id() FROM pg_database WHERE datname = current_database()")
                .get(0);
    }

    void commit() throws SQLException {
        sequences.run(connection); // others see it at once, so it comes last
        connection.commit();
    }

    /** Ends the session, and with it what is not committed. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
