package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.run.LiveServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The statements that give a database the definitions of a later state. Immutable.
 *
 * @param values those that add values to enumerations, which cannot be used in the transaction that adds them
 * @param before those that come before rows are changed
 * @param after those that need the rows of the later state
 * @param trap why there are none; empty when nothing is in the way
 */
public record DefinitionScript(List<String> values, List<String> before, List<String> after, Optional<String> trap) {

    /** None. */
    public static final DefinitionScript NONE = new DefinitionScript(List.of(), List.of(), List.of(), Optional.empty());

    private static final Pattern NEW_VALUE = Pattern.compile("ALTER TYPE .+ ADD VALUE .*", Pattern.DOTALL);

    /** Copies the lists. */
    public DefinitionScript {
        values = List.copyOf(values);
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return equals(NONE);
    }

    /**
     * Finds them by making them.
     *
     * @param copy what is to get the definitions
     * @param from the database's name there
     * @param later what has them
     * @param to the database's name there
     * @param origin what both were once
     */
    static DefinitionScript make(LiveServer copy, String from, LiveServer later, String to, Optional<Connection> origin)
            throws SQLException {
        try (Connection before = Copies.connect(copy, from);
                Connection after = Copies.connect(later, to)) {
            if (Copies.changes(before, after, origin).isEmpty()) {
                return NONE;
            }
            Optional<String> trap = Copies.trap(before, after);
            if (trap.isPresent()) {
                return trapped(trap);
            }
            List<String> values = new ArrayList<>();
            List<String> statements = new ArrayList<>();
            if (origin.isPresent()) {
                EnumLabels labels = EnumLabels.of(origin.get(), after);
                values.addAll(labels.make(before));
                statements.addAll(renamed(origin.get(), before, after));
                statements.addAll(labels.name(before));
                statements.addAll(MissingValues.of(origin.get(), after, before).make(before));
            }
            Optional<String> others = Copies.trap(CalledFunctions.of(after), before); // they have the same names now
            if (others.isPresent()) {
                return trapped(others);
            }
            if (!Copies.changes(before, after, Optional.empty()).isEmpty()) {
                PgCodeKeeperJar.require();
                List<String> written = new ArrayList<>(PgCodeKeeper.statements(
                        PgCodeKeeper.read(copy.sessions().url(from)),
                        PgCodeKeeper.read(later.sessions().url(to))));
                written.addAll(ReplicaIdentities.statements(before, after));
                NewColumns columns = new NewColumns(after);
                List<String> all = columns.withValuesOfRows(columns.withDefaults(written), table -> true);
                Alteration alteration = alter(before, to, all);
                alteration.made().forEach(each -> (NEW_VALUE.matcher(each).matches() ? values : statements).add(each));
                return new DefinitionScript(values, statements, alteration.postponed(), Optional.empty());
            }
            return new DefinitionScript(values, statements, List.of(), Optional.empty());
        }
    }

    private static DefinitionScript trapped(Optional<String> trap) {
        return new DefinitionScript(List.of(), List.of(), List.of(), trap);
    }

    /** What has had its number since both began is the same, whatever it is called. */
    private static List<String> renamed(Connection origin, Connection before, Connection after) throws SQLException {
        List<String> made = new ArrayList<>();
        for (Predicate<Names.ObjectKey> which : List.of(Renames.SCHEMAS, Renames.OTHERS)) {
            made.addAll(Renames.of(before, after, before, which.and(Names.of(origin)::containsKey))
                    .make(before));
        }
        return made;
    }

    private static Alteration alter(Connection connection, String database, List<String> statements)
            throws SQLException {
        Alteration alteration = Alteration.ofBase(connection, DatabasePatch.of(database, statements));
        connection.setAutoCommit(false);
        alteration.makeBeforeRows();
        alteration.makeAfterRows();
        connection.commit();
        connection.setAutoCommit(true);
        return alteration;
    }
}
