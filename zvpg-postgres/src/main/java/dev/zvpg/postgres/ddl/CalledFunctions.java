package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.diff.OthersFunctions;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The functions that the definitions of a database call when they are made, or when rows are read. Nobody but a superuser
 * may have written one of them: whoever makes the definitions has all rights. Immutable.
 *
 * @param names of each, with its schema and the types of its arguments
 */
record CalledFunctions(List<String> names) {

    static final CalledFunctions NONE = new CalledFunctions(List.of());

    /** A materialized view is filled when it is made, and may read any view. */
    private static final String OBJECTS = """
            SELECT DISTINCT classid AS class, objid AS object FROM pg_depend WHERE classid IN ('pg_class'::regclass,
                'pg_type'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass, 'pg_statistic_ext'::regclass)
            UNION ALL SELECT 'pg_rewrite'::regclass, oid FROM pg_rewrite
            WHERE oid >= 16384 AND EXISTS (SELECT FROM pg_class WHERE relkind = 'm')
            UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast WHERE oid >= 16384
            """;

    private static final String OF_OTHERS = OthersFunctions.calledBy(OBJECTS);

    private static final String CALLED = "SELECT DISTINCT (pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity "
            + OthersFunctions.called(OBJECTS) + "WHERE p.oid >= 16384";

    private static final String OF_OTHERS_HERE = """
            SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_roles w ON w.oid = p.proowner
            WHERE p.oid >= 16384 AND NOT w.rolsuper
              AND (pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity IN (%s) LIMIT 1
            """;

    static CalledFunctions of(Connection connection) throws SQLException {
        return new CalledFunctions(Sessions.column(connection, CALLED));
    }

    /** One that a database's own definitions call, and that somebody may change who is no superuser. */
    static Optional<String> ofOthers(Connection connection) throws SQLException {
        return Sessions.column(connection, OF_OTHERS).stream().findFirst();
    }

    /** One of these that in this database somebody may have written who is no superuser, whoever owns it elsewhere. */
    Optional<String> ofOthersIn(Connection connection) throws SQLException {
        if (names.isEmpty()) {
            return Optional.empty();
        }
        String all = names.stream().map(Quoted::literal).collect(Collectors.joining(", "));
        return Sessions.column(connection, OF_OTHERS_HERE.formatted(all)).stream()
                .findFirst();
    }
}
