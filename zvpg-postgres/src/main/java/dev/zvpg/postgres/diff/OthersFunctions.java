package dev.zvpg.postgres.diff;

/**
 * Finds functions that somebody who is no superuser may change, and that a superuser must therefore not run. Stateless.
 */
public final class OthersFunctions {

    private OthersFunctions() {}

    /**
     * A query for one that any of some objects calls, itself or by an operator; no row where there is none.
     *
     * @param objects a query for the objects, whose columns are called class and object
     */
    public static String calledBy(String objects) {
        return "SELECT p.oid::regprocedure::text " + called(objects) + """
                JOIN pg_roles w ON w.oid = p.proowner
                WHERE p.oid >= 16384 AND NOT w.rolsuper LIMIT 1
                """;
    }

    /**
     * What a query for the functions that some objects call goes on with behind its columns, of the function p; the system's
     * own are among them.
     *
     * @param objects a query for the objects, whose columns are called class and object
     */
    public static String called(String objects) {
        return "FROM (" + objects + ") o " + """
                JOIN pg_depend d ON d.classid = o.class AND d.objid = o.object
                LEFT JOIN pg_operator r ON d.refclassid = 'pg_operator'::regclass AND r.oid = d.refobjid
                JOIN pg_proc p ON p.oid IN (r.oprcode, CASE WHEN d.refclassid = 'pg_proc'::regclass THEN d.refobjid END)
                """;
    }
}
