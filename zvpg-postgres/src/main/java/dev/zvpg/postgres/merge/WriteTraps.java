package dev.zvpg.postgres.merge;

import dev.zvpg.postgres.diff.Column;
import dev.zvpg.postgres.diff.OthersFunctions;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.diff.Tables;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds what writing to a table would run as superuser, although somebody who is none may say what it does: functions in
 * checks of the table and of domains, in types, in indexes and statistics, in generated columns and defaults, and in what
 * rows are distributed to partitions by. Triggers and rules do not fire, but for those that say that they always do.
 */
public final class WriteTraps {

    /**
     * The types that somebody has made, of a table's columns. What those are made of is looked for step by step: a recursive
     * query would be one statement, and take most of a second to plan, with all that is locked waiting.
     */
    private static final String TYPES = """
            SELECT DISTINCT a.atttypid::oid FROM pg_attribute a
            WHERE a.attrelid IN (%s) AND a.attnum > 0 AND a.atttypid >= 16384
            """;

    private static final String MADE_OF = """
            SELECT DISTINCT next.oid FROM pg_type t
            CROSS JOIN LATERAL (
                SELECT t.typbasetype AS oid UNION ALL SELECT t.typelem
                UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
                UNION ALL SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0) next
            WHERE t.oid IN (%s) AND next.oid >= 16384
            """;

    private static final String FUNCTIONS = "WITH tree AS (%1$s) " + OthersFunctions.calledBy("""
            SELECT 'pg_class'::regclass AS class, i.indexrelid AS object
            FROM pg_index i JOIN tree ON i.indrelid = tree.relid
            UNION ALL SELECT 'pg_class'::regclass, relid FROM tree
            UNION ALL SELECT 'pg_constraint'::regclass, k.oid
            FROM pg_constraint k JOIN tree ON k.conrelid = tree.relid
            UNION ALL SELECT 'pg_constraint'::regclass, k.oid
            FROM pg_constraint k WHERE k.contypid IN (%3$s)
            UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_type t WHERE t.oid IN (%3$s)
            UNION ALL SELECT 'pg_statistic_ext'::regclass, e.oid
            FROM pg_statistic_ext e JOIN tree ON e.stxrelid = tree.relid
            UNION ALL SELECT 'pg_attrdef'::regclass, f.oid
            FROM pg_attrdef f JOIN tree ON f.adrelid = tree.relid
            JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
            WHERE a.attgenerated <> '' OR a.attname IN (%2$s)
            """);

    private static final String RULES = """
            SELECT r.rulename FROM pg_rewrite r WHERE r.ev_class IN (SELECT relid FROM (%1$s) tree)
              AND r.ev_type <> '1' AND r.ev_enabled IN ('A', 'R') LIMIT 1
            """;

    private WriteTraps() {}

    /** Why nothing is written to a table; empty where it can be. */
    public static Optional<String> reason(Connection connection, Target target) throws SQLException {
        String tree = target.tree();
        String defaults =
                target.own().stream().map(Column::name).map(Quoted::literal).collect(Collectors.joining(", "));
        List<String> functions = Sessions.column(
                connection, FUNCTIONS.formatted(tree, defaults.isEmpty() ? "NULL" : defaults, types(connection, tree)));
        if (!functions.isEmpty()) {
            return Optional.of(
                    "writing to it would run " + functions.get(0) + " as superuser, and the function's owner is none");
        }
        Optional<String> trap = Tables.trap(connection, ForeignKeys.partners(tree));
        if (trap.isPresent()) {
            return Optional.of("looking at its foreign keys would run " + trap.get()
                    + " as superuser, and the function's owner is none");
        }
        return Sessions.column(connection, RULES.formatted(tree)).stream()
                .findFirst()
                .map(rule -> "its rule " + rule + " is one that always does something else");
    }

    /** The types of a table's columns that somebody has made, with all that they are made of; NULL for none. */
    private static String types(Connection connection, String tree) throws SQLException {
        Set<String> types = new LinkedHashSet<>();
        List<String> more = Sessions.column(connection, TYPES.formatted(tree));
        while (types.addAll(more)) {
            more = Sessions.column(connection, MADE_OF.formatted(String.join(", ", more)));
        }
        return types.isEmpty() ? "NULL" : String.join(", ", types);
    }
}
