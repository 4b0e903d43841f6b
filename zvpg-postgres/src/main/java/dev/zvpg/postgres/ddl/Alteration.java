package dev.zvpg.postgres.ddl;

import dev.zvpg.merge.Conflict.SchemaConflict;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a patch in a transaction that is not committed, before and after rows are changed: what the rows that are there
 * refuse, such as NOT NULL in a new column, is tried again when those of theirs have come. Confined to one thread.
 */
public final class Alteration {

    private static final String SETTINGS = "SET LOCAL check_function_bodies = off";

    /** The SQLSTATEs of what says nothing about a statement: locks, rollbacks, limits, and what happens to a server. */
    private static final Set<String> OF_THE_MOMENT = Set.of("08", "40", "53", "57", "58", "XX");

    private static final String NO_LOCK = "55P03";

    private static final String NOT_NULL_VIOLATION = "23502";

    private final Connection connection;
    private final DatabasePatch patch;
    private final List<String> statements;
    private final List<Content> dropped;
    private final List<RetypedColumn> retyped;
    private final Consumer<SchemaConflict> told;
    private final List<String> made = new ArrayList<>();
    private final List<String> postponed = new ArrayList<>();
    private final List<NamedColumns.Named> retypedHere = new ArrayList<>();

    private Alteration(
            Connection connection,
            DatabasePatch patch,
            List<String> statements,
            List<Content> dropped,
            List<RetypedColumn> retyped,
            Consumer<SchemaConflict> told) {
        this.connection = connection;
        this.patch = patch;
        this.statements = statements;
        this.dropped = dropped;
        this.retyped = retyped;
        this.told = told;
    }

    /** One of a branch that is merged into. */
    public static Alteration of(Connection connection, DatabasePatch patch, Consumer<SchemaConflict> told) {
        return new Alteration(connection, patch, patch.forOurs(), patch.contents(), patch.retyped(), told);
    }

    /** One of what both branches were once: it has what it had, and it is no matter what is refused. */
    static Alteration ofBase(Connection connection, DatabasePatch patch) {
        return new Alteration(connection, patch, patch.statements(), List.of(), List.of(), conflict -> {});
    }

    /** What is tried and undone when it is refused. */
    private interface Step {
        void run() throws SQLException;
    }

    /** Makes all that the rows that are there allow. */
    public void makeBeforeRows() throws SQLException {
        patch.conflicts().forEach(told);
        Optional<String> trap = Copies.trap(connection); // somebody may have set one since the copy was looked at
        if (trap.isPresent()) {
            conflict("", Copies.notWhere(trap.get()));
            return;
        }
        Sessions.execute(connection, SETTINGS);
        SQLException unnamed = refused(() -> {
            patch.schemas().make(connection);
            patch.names().make(connection);
            patch.labels().name(connection);
            patch.missing().make(connection);
        });
        if (unnamed != null) {
            conflict("", "a new name or a new column cannot be carried over: " + unnamed.getMessage());
            return;
        }
        Optional<String> others = Copies.trap(patch.called(), connection); // by the names that they have now
        if (others.isPresent()) {
            conflict("", Copies.notWhere(others.get()));
            return;
        }
        for (Content content : dropped) {
            if (content.isOtherwise(connection)) {
                conflict(
                        content.object(),
                        "it is dropped or made anew in the branch that is merged, and what is in it was changed here");
            }
        }
        for (RetypedColumn column : retyped) {
            if (column.hasOwnValues(connection)) {
                retypedHere.add(column.named());
            }
        }
        for (String statement : statements) {
            SQLException refused = refused(() -> Sessions.execute(connection, statement));
            if (refused == null) {
                made.add(statement);
            } else if (!isMadeWithCast(statement, refused)) {
                postpone(statement, refused);
            }
        }
    }

    private boolean isMadeWithCast(String statement, SQLException refused) throws SQLException {
        Optional<String> cast = Retyping.NEEDS_CAST.equals(refused.getSQLState())
                ? Retyping.withCast(connection, statement)
                : Optional.empty();
        if (cast.isEmpty() || refused(() -> Sessions.execute(connection, cast.get())) != null) {
            return false;
        }
        made.add(cast.get());
        return true;
    }

    /** The columns that get another type, and have values of this branch's own. */
    public NamedColumns retypedHere() {
        return new NamedColumns(List.copyOf(retypedHere));
    }

    /** The statements that were made before the rows. */
    List<String> made() {
        return made;
    }

    /** The statements that rows refused. */
    List<String> postponed() {
        return postponed;
    }

    /** A column that must have a value comes without one first, for the rows to bring it. */
    private void postpone(String statement, SQLException refused) throws SQLException {
        Optional<NewColumns.Later> column =
                NOT_NULL_VIOLATION.equals(refused.getSQLState()) ? NewColumns.later(statement) : Optional.empty();
        if (column.isPresent()
                && refused(() -> Sessions.execute(connection, column.get().first())) == null) {
            made.add(column.get().first());
            postponed.add(column.get().then());
        } else {
            postponed.add(statement);
        }
    }

    /** Makes the rest; what is refused now is a conflict. */
    public void makeAfterRows() throws SQLException {
        for (String statement : postponed) {
            SQLException refused = refused(() -> Sessions.execute(connection, statement));
            if (refused != null) {
                conflict("", reason(statement, refused));
            }
        }
    }

    private @Nullable SQLException refused(Step step) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            step.run();
            connection.releaseSavepoint(before);
            return null;
        } catch (SQLException e) {
            String state = String.valueOf(e.getSQLState());
            if (state.equals(NO_LOCK) || OF_THE_MOMENT.stream().anyMatch(state::startsWith)) {
                throw e;
            }
            connection.rollback(before);
            return e;
        }
    }

    private void conflict(String object, String reason) {
        told.accept(new SchemaConflict(patch.database(), object, reason));
    }

    private static String reason(String statement, SQLException refused) {
        return "it cannot be carried over: " + statement.replaceAll("\\s+", " ") + ": " + refused.getMessage();
    }
}
