package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.ddl.Names.Name;
import dev.zvpg.postgres.ddl.Names.Named;
import dev.zvpg.postgres.ddl.Names.ObjectKey;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What objects are called after a merge: as in the branch that has renamed them. Immutable.
 *
 * @param names of everything that is called otherwise somewhere
 * @param conflicts the objects that both have renamed, each in its way
 */
record Renames(Map<ObjectKey, Name> names, List<String> conflicts) {

    static final Renames NONE = new Renames(Map.of(), List.of());

    /** Schemas, whose names are a part of all others. */
    static final Predicate<ObjectKey> SCHEMAS = ObjectKey::isSchema;

    /** All else. */
    static final Predicate<ObjectKey> OTHERS = SCHEMAS.negate();

    /** Compares what has the number that it had in the base. */
    static Renames of(Connection base, Connection theirs, Connection ours, Predicate<ObjectKey> which)
            throws SQLException {
        Map<ObjectKey, Named> was = Names.of(base);
        Map<ObjectKey, Named> there = Names.of(theirs);
        Map<ObjectKey, Named> here = Names.of(ours);
        Map<ObjectKey, Name> names = new LinkedHashMap<>();
        List<String> conflicts = new ArrayList<>();
        was.forEach((key, named) -> {
            Name before = named.name();
            Name theirsNow = there.getOrDefault(key, named).name();
            Name oursNow = here.getOrDefault(key, named).name();
            if (!which.test(key) || (before.equals(theirsNow) && before.equals(oursNow))) {
                return;
            }
            boolean isClear = isClear(before.name(), theirsNow.name(), oursNow.name())
                    && isClear(before.schema(), theirsNow.schema(), oursNow.schema());
            if (!isClear) {
                conflicts.add(named.object());
            }
            names.put(
                    key,
                    new Name(
                            merged(before.schema(), theirsNow.schema(), oursNow.schema()),
                            Objects.requireNonNull(merged(before.name(), theirsNow.name(), oursNow.name()))));
        });
        return new Renames(names, conflicts);
    }

    private static boolean isClear(@Nullable String before, @Nullable String theirs, @Nullable String ours) {
        return Objects.equals(theirs, ours) || Objects.equals(theirs, before) || Objects.equals(ours, before);
    }

    private static @Nullable String merged(@Nullable String before, @Nullable String theirs, @Nullable String ours) {
        return Objects.equals(ours, before) ? theirs : ours;
    }

    /**
     * Gives everything that is there its name, by way of one that nothing else has, as two may have swapped theirs; returns
     * the statements.
     */
    List<String> make(Connection connection) throws SQLException {
        Map<ObjectKey, Name> pending = new LinkedHashMap<>();
        for (Map.Entry<ObjectKey, Name> each : names.entrySet()) {
            Named now = Names.of(connection, each.getKey());
            if (now != null && !now.name().equals(each.getValue())) {
                pending.put(each.getKey(), each.getValue());
            }
        }
        List<String> made = new ArrayList<>();
        int number = 0;
        for (ObjectKey key : pending.keySet()) {
            if (pending.size() > 1) {
                rename(connection, key, "zvpg renames " + number++, made);
            }
        }
        for (Map.Entry<ObjectKey, Name> each : pending.entrySet()) {
            Named now = Objects.requireNonNull(Names.of(connection, each.getKey()));
            String schema = each.getValue().schema();
            if (schema != null && !schema.equals(now.name().schema())) {
                execute(connection, "CREATE SCHEMA IF NOT EXISTS " + Quoted.name(schema), made);
                execute(connection, now.moved(schema), made);
            }
            rename(connection, each.getKey(), each.getValue().name(), made);
        }
        return made;
    }

    private static void rename(Connection connection, ObjectKey key, String to, List<String> made) throws SQLException {
        Named now = Objects.requireNonNull(Names.of(connection, key));
        if (!now.name().name().equals(to)) {
            execute(connection, now.renamed(key, to), made);
        }
    }

    private static void execute(Connection connection, String statement, List<String> made) throws SQLException {
        Sessions.execute(connection, statement);
        made.add(statement);
    }
}
