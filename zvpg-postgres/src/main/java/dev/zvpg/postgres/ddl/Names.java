package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.diff.Quoted;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What users' objects of a database are called. */
final class Names {

    /**
     * Every kind of object that can be renamed, and how. What belongs to another object goes to another schema with it, so
     * it has none here; what belongs to an extension is the extension's business.
     */
    private static final String NAMES = """
            WITH relation AS (
                SELECT c.oid, c.relnamespace, c.relname, c.relkind, CASE c.relkind
                    WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                    WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'i' THEN 'INDEX' WHEN 'I' THEN 'INDEX' WHEN 'c' THEN 'TYPE'
                    ELSE 'TABLE' END || ' ' || c.oid::regclass AS object
                FROM pg_class c
                WHERE c.oid >= 16384 AND c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'i', 'I', 'c')
                  AND c.relnamespace <> 'pg_toast'::regnamespace),
            name AS (
                SELECT 'pg_namespace' AS catalog, oid, 0 AS part, 0::oid AS schema, nspname AS name,
                       'SCHEMA ' || quote_ident(nspname) AS object, 'RENAME TO' AS verb
                FROM pg_namespace WHERE nspname !~ '^pg_'
                UNION ALL
                SELECT 'pg_class', r.oid, 0, CASE WHEN r.relkind IN ('i', 'I') OR EXISTS (
                           SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid
                             AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i', 'P')) THEN 0
                       ELSE r.relnamespace END, r.relname, r.object, 'RENAME TO'
                FROM relation r WHERE r.relkind <> 'c' AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = r.oid
                    AND k.contype IN ('p', 'u', 'x'))
                UNION ALL
                SELECT 'pg_class', a.attrelid, a.attnum, 0, a.attname, r.object,
                       'RENAME ' || CASE r.relkind WHEN 'c' THEN 'ATTRIBUTE' ELSE 'COLUMN' END || ' ' || quote_ident(a.attname)
                       || ' TO'
                FROM pg_attribute a JOIN relation r ON r.oid = a.attrelid
                WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attinhcount = 0 AND r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
                UNION ALL
                SELECT 'pg_constraint', k.oid, 0, 0, k.conname, coalesce(r.object, 'DOMAIN ' || format_type(k.contypid, NULL)),
                       'RENAME CONSTRAINT ' || quote_ident(k.conname) || ' TO'
                FROM pg_constraint k LEFT JOIN relation r ON r.oid = k.conrelid
                WHERE k.contype <> 't' AND k.coninhcount = 0 AND k.conparentid = 0
                UNION ALL
                SELECT 'pg_type', t.oid, 0, t.typnamespace, t.typname, 'TYPE ' || format_type(t.oid, NULL), 'RENAME TO'
                FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
                WHERE t.typtype IN ('b', 'd', 'e', 'r', 'c') AND coalesce(c.relkind, 'c') = 'c'
                  AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
                UNION ALL
                SELECT 'pg_enum', e.oid, 0, 0, e.enumlabel, 'TYPE ' || format_type(e.enumtypid, NULL),
                       'RENAME VALUE ' || quote_literal(e.enumlabel) || ' TO'
                FROM pg_enum e
                UNION ALL
                SELECT 'pg_proc', p.oid, 0, p.pronamespace, p.proname, 'ROUTINE ' || p.oid::regprocedure, 'RENAME TO'
                FROM pg_proc p WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                    AND d.objid = p.oid AND d.deptype = 'i')
                UNION ALL
                SELECT 'pg_trigger', t.oid, 0, 0, t.tgname, 'TRIGGER ' || quote_ident(t.tgname) || ' ON ' || t.tgrelid::regclass,
                       'RENAME TO'
                FROM pg_trigger t WHERE NOT t.tgisinternal AND t.tgparentid = 0
                UNION ALL
                SELECT 'pg_policy', p.oid, 0, 0, p.polname, 'POLICY ' || quote_ident(p.polname) || ' ON ' || p.polrelid::regclass,
                       'RENAME TO'
                FROM pg_policy p
                UNION ALL
                SELECT 'pg_rewrite', r.oid, 0, 0, r.rulename, 'RULE ' || quote_ident(r.rulename) || ' ON ' || r.ev_class::regclass,
                       'RENAME TO'
                FROM pg_rewrite r WHERE r.rulename <> '_RETURN'
                UNION ALL
                SELECT 'pg_statistic_ext', s.oid, 0, s.stxnamespace, s.stxname,
                       'STATISTICS ' || quote_ident(n.nspname) || '.' || quote_ident(s.stxname), 'RENAME TO'
                FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
                UNION ALL
                SELECT 'pg_collation', c.oid, 0, c.collnamespace, c.collname,
                       'COLLATION ' || quote_ident(n.nspname) || '.' || quote_ident(c.collname), 'RENAME TO'
                FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
                UNION ALL
                SELECT 'pg_ts_config', c.oid, 0, c.cfgnamespace, c.cfgname,
                       'TEXT SEARCH CONFIGURATION ' || c.oid::regconfig, 'RENAME TO'
                FROM pg_ts_config c
                UNION ALL
                SELECT 'pg_ts_dict', d.oid, 0, d.dictnamespace, d.dictname,
                       'TEXT SEARCH DICTIONARY ' || d.oid::regdictionary, 'RENAME TO'
                FROM pg_ts_dict d)
            SELECT name.catalog, name.oid::int8, name.part, n.nspname, name.name, name.object, name.verb
            FROM name LEFT JOIN pg_namespace n ON n.oid = name.schema
            WHERE name.oid >= 16384 AND NOT EXISTS (
                SELECT FROM pg_depend d WHERE d.classid = name.catalog::regclass AND d.objid = name.oid AND d.deptype = 'e')
            """;

    private Names() {}

    /**
     * An object, by what stays when it is renamed. Immutable.
     *
     * @param catalog the catalog that it is in
     * @param part the number of a column, otherwise 0
     */
    record ObjectKey(String catalog, long oid, int part) {
        boolean isSchema() {
            return catalog.equals("pg_namespace");
        }
    }

    /**
     * What it is called. Immutable.
     *
     * @param schema null for what is in none, or in the one of another object
     */
    record Name(@Nullable String schema, String name) {}

    /**
     * What it is called, and how statements call it. Immutable.
     *
     * @param object its kind and identity
     * @param verb what stands before a new name
     */
    record Named(Name name, String object, String verb) {

        String renamed(ObjectKey key, String to) {
            boolean isText = key.catalog().equals("pg_enum");
            return "ALTER " + object + " " + verb + " " + (isText ? Quoted.literal(to) : Quoted.name(to));
        }

        String moved(String schema) {
            return "ALTER " + object + " SET SCHEMA " + Quoted.name(schema);
        }
    }

    static Map<ObjectKey, Named> of(Connection connection) throws SQLException {
        return read(connection, NAMES);
    }

    /** The same of one object, which may be gone. */
    static @Nullable Named of(Connection connection, ObjectKey key) throws SQLException {
        return read(
                        connection,
                        NAMES + " AND name.catalog = " + Quoted.literal(key.catalog()) + " AND name.oid = " + key.oid()
                                + " AND name.part = " + key.part())
                .get(key);
    }

    private static Map<ObjectKey, Named> read(Connection connection, String query) throws SQLException {
        Map<ObjectKey, Named> names = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                names.put(
                        new ObjectKey(row.getString(1), row.getLong(2), row.getInt(3)),
                        new Named(new Name(row.getString(4), row.getString(5)), row.getString(6), row.getString(7)));
            }
        }
        return names;
    }
}
