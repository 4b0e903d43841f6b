package dev.zvpg.postgres.ddl;

import dev.zvpg.diff.SchemaChange;
import dev.zvpg.postgres.diff.DatabaseContent;
import dev.zvpg.postgres.diff.Table;
import dev.zvpg.postgres.diff.Tables;
import dev.zvpg.postgres.run.LiveServer;
import dev.zvpg.postgres.run.Sessions;
import dev.zvpg.postgres.schema.SchemaComparison;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Sessions in one database of the base, of theirs and of ours. Confined to one thread. */
record Copies(Connection base, Connection theirs, Connection ours) implements AutoCloseable {

    /**
     * What would end a comment, and a script has comments with names as they are; and what would be more than a name without
     * quotes, as the names of constraints that forbid NULL are written, but for those that they get by themselves.
     */
    private static final String UNFIT_NAME = """
            SELECT format('%s', name) FROM (
                SELECT nspname FROM pg_namespace UNION ALL SELECT relname FROM pg_class UNION ALL SELECT typname FROM pg_type
                UNION ALL SELECT proname FROM pg_proc UNION ALL SELECT conname FROM pg_constraint
                UNION ALL SELECT tgname FROM pg_trigger UNION ALL SELECT rulename FROM pg_rewrite
                UNION ALL SELECT polname FROM pg_policy UNION ALL SELECT attname FROM pg_attribute) s(name)
            WHERE name ~ E'[\\n\\r]|/[*]|[*]/'
            UNION ALL SELECT format('%s', k.conname) FROM pg_constraint k
            LEFT JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_type t ON t.oid = k.contypid
            LEFT JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
            WHERE k.contype = 'n' AND k.conislocal AND k.conname ~ '[]!"#$%&''()*+,/:;<=>?@[\\\\^`{|}~]'
              AND k.conname <> left(coalesce(c.relname || '_' || a.attname, t.typname::text) || '_not_null', 63)
            LIMIT 1
            """;

    static Copies open(LiveServer base, LiveServer theirs, LiveServer ours, String... names) throws SQLException {
        Connection first = connect(base, names[0]);
        Connection second = null;
        boolean opened = false;
        try {
            second = connect(theirs, names[1]);
            Copies copies = new Copies(first, second, connect(ours, names[2]));
            opened = true;
            return copies;
        } finally {
            if (!opened) {
                try (Connection one = first;
                        Connection other = second) {
                    // both end
                }
            }
        }
    }

    static Connection connect(LiveServer server, String database) throws SQLException {
        Connection connection = server.connect(database, Sessions.LONG);
        boolean opened = false;
        try {
            Sessions.execute(connection, DatabaseContent.FORMATS);
            opened = true;
            return connection;
        } finally {
            if (!opened) {
                connection.close();
            }
        }
    }

    /** What is in any of some databases that keeps definitions from being made. */
    static Optional<String> trap(Connection... connections) throws SQLException {
        for (Connection each : connections) {
            Optional<String> trap = CalledFunctions.ofOthers(each).map(Copies::call);
            if (trap.isEmpty()) {
                List<String> unfit = Sessions.column(each, UNFIT_NAME);
                trap = unfit.stream().findFirst().map(name -> "something is called " + name);
            }
            if (trap.isPresent()) {
                return trap;
            }
        }
        return Optional.empty();
    }

    /** The same of functions that the definitions of another state call, and that may be somebody else's here. */
    static Optional<String> trap(CalledFunctions called, Connection... connections) throws SQLException {
        for (Connection each : connections) {
            Optional<String> function = called.ofOthersIn(each);
            if (function.isPresent()) {
                return function.map(Copies::call);
            }
        }
        return Optional.empty();
    }

    private static String call(String function) {
        return "they call " + function + ", a function of a user who is no superuser";
    }

    /** Why nothing is merged. */
    static String notWhere(String trap) {
        return "definitions are not merged where " + trap;
    }

    /**
     * What of a database's own definitions is different, where nobody changes them meanwhile.
     *
     * @param base where objects have the numbers by which they are the same; empty when the same names mean the same: what
     *     has come to several of them has got the same numbers by chance
     */
    static List<SchemaChange> changes(Connection before, Connection after, Optional<Connection> base)
            throws SQLException {
        return Rules.ofRows(SchemaComparison.ofCluster(before, after, base, Set.of())
                .ofDatabase(after.getCatalog(), before, after, base, Set.of()));
    }

    /** Gives objects the same names in all of them. */
    Renames align(Predicate<Names.ObjectKey> which) throws SQLException {
        Renames renames = Renames.of(base, theirs, ours, which);
        if (renames.conflicts().isEmpty()) {
            for (Connection each : List.of(base, theirs, ours)) {
                renames.make(each);
            }
        }
        return renames;
    }

    /** The keys of the tables whose rows are known by the same one in all of them, by name as statements write it. */
    Map<String, List<String>> keys() throws SQLException {
        Map<String, List<String>> keys = new HashMap<>();
        for (Table table : Tables.of(base)) {
            if (!table.key().isEmpty()) {
                keys.put(table.name(), table.keyNames());
            }
        }
        for (Connection each : List.of(theirs, ours)) {
            Map<String, List<String>> others = new HashMap<>();
            Tables.of(each).forEach(table -> others.put(table.name(), table.keyNames()));
            keys.entrySet().removeIf(key -> !key.getValue().equals(others.get(key.getKey())));
        }
        return keys;
    }

    /** Makes of the base what theirs is, but for what its rows refuse. */
    void patchBase(DatabasePatch patch) throws SQLException {
        base.setAutoCommit(false);
        Alteration alteration = Alteration.ofBase(base, patch);
        alteration.makeBeforeRows();
        alteration.makeAfterRows();
        base.commit();
        base.setAutoCommit(true);
    }

    @Override
    public void close() throws SQLException {
        try (Connection first = base;
                Connection second = theirs;
                Connection third = ours) {
            // all end
        }
    }
}
