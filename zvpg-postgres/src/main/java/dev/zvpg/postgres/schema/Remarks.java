package dev.zvpg.postgres.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Reads what catalogs say of objects that are in other ones: a row each, or several about one aspect. */
final class Remarks {

    /** Object, aspect, and one of: a text; an expression's digest and text; references with details. */
    private static final String OF_DATABASE = """
            SELECT 'pg_class' AS catalog, adrelid::int8 AS oid, adnum::int AS number, 'default' AS aspect,
                   pg_get_expr(adbin, adrelid) AS text, md5(adbin::text) AS digest,
                   NULL::text AS target, NULL::text AS numbers
            FROM pg_attrdef WHERE adrelid >= 16384
            UNION ALL
            SELECT 'pg_class', ev_class, 0, 'definition', pg_get_viewdef(ev_class), md5(ev_action::text), NULL, NULL
            FROM pg_rewrite WHERE rulename = '_RETURN' AND ev_class >= 16384
              AND ev_class IN (SELECT oid FROM pg_class WHERE relkind IN ('v', 'm'))
            UNION ALL
            SELECT 'pg_type', enumtypid, 0, 'labels',
                   string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder), NULL, NULL, NULL
            FROM pg_enum WHERE enumtypid >= 16384 GROUP BY enumtypid
            UNION ALL
            SELECT 'pg_class', inhrelid, 0, 'inherits',
                   string_agg(CASE WHEN inhdetachpending THEN 'DETACH PENDING' END, ''), NULL,
                   'pg_class', string_agg(inhparent::text, ' ' ORDER BY inhseqno)
            FROM pg_inherits WHERE inhrelid IN (SELECT oid FROM pg_class WHERE relkind IN ('r', 'p', 'f'))
            GROUP BY inhrelid
            UNION ALL
            SELECT classoid::regclass::text, objoid, objsubid, 'comment', description, NULL, NULL, NULL
            FROM pg_description WHERE objoid >= %d
            UNION ALL
            SELECT classoid::regclass::text, objoid, objsubid, 'security label of ' || provider, label, NULL, NULL, NULL
            FROM pg_seclabel
            UNION ALL
            SELECT 'pg_ts_config', mapcfg, 0, 'mapping of token type ' || maptokentype, NULL, NULL,
                   'pg_ts_dict', string_agg(mapdict::text, ' ' ORDER BY mapseqno)
            FROM pg_ts_config_map WHERE mapcfg >= %d GROUP BY mapcfg, maptokentype
            UNION ALL
            SELECT 'pg_class', objid, 0, 'owned by', NULL, NULL, 'pg_attribute', refobjid || ' ' || refobjsubid
            FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype = 'a'
              AND refobjsubid > 0 AND objid IN (SELECT oid FROM pg_class WHERE relkind = 'S')
            UNION ALL
            SELECT classid::regclass::text, objid, objsubid,
                   CASE deptype WHEN 'e' THEN 'extension' ELSE 'depends on extension' END, NULL, NULL,
                   'pg_extension', refobjid::text
            FROM pg_depend WHERE deptype IN ('e', 'x') AND objid >= 16384
            """;

    private static final String OF_CLUSTER = """
            SELECT classoid::regclass::text AS catalog, objoid::int8 AS oid, 0 AS number, 'comment' AS aspect,
                   description AS text, NULL::text AS digest, NULL::text AS target, NULL::text AS numbers
            FROM pg_shdescription
            UNION ALL
            SELECT classoid::regclass::text, objoid, 0, 'security label of ' || provider, label, NULL, NULL, NULL
            FROM pg_shseclabel
            UNION ALL
            SELECT CASE setrole WHEN 0 THEN 'pg_database' ELSE 'pg_authid' END,
                   CASE setrole WHEN 0 THEN setdatabase ELSE setrole END, 0, 'settings',
                   array_to_string(ARRAY(SELECT s FROM unnest(setconfig) s ORDER BY s), ', '), NULL, NULL, NULL
            FROM pg_db_role_setting WHERE (setrole = 0) <> (setdatabase = 0)
            UNION ALL
            SELECT 'pg_authid', setrole, 0, 'settings in a database',
                   array_to_string(ARRAY(SELECT s FROM unnest(setconfig) s ORDER BY s), ', '), NULL,
                   'pg_database', setdatabase::text
            FROM pg_db_role_setting WHERE setrole <> 0 AND setdatabase <> 0
            UNION ALL
            SELECT 'pg_authid', member, 0, 'member of',
                   (to_jsonb(m) - '{oid,roleid,member,grantor}'::text[])::text, NULL, 'pg_authid', roleid::text
            FROM pg_auth_members m
            """;

    /** One that takes the object that a remark is about. */
    interface Reader {
        void read(Address address, String aspect, Value value);
    }

    private Remarks() {}

    /** Reads those of one database, or of the whole cluster. */
    static void read(Connection connection, boolean isShared, Iterable<String> withSystem, Reader reader)
            throws SQLException {
        long comments = Address.FIRST_OF_USERS;
        long mappings = Address.FIRST_OF_USERS;
        for (String catalog : withSystem) {
            comments = catalog.equals("pg_description") ? 0 : comments;
            mappings = catalog.equals("pg_ts_config_map") ? 0 : mappings;
        }
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(isShared ? OF_CLUSTER : OF_DATABASE.formatted(comments, mappings))) {
            while (row.next()) {
                Address address = new Address(row.getString("catalog"), row.getLong("oid"), row.getInt("number"));
                Value value = value(
                        row.getString("text"),
                        row.getString("digest"),
                        row.getString("target"),
                        row.getString("numbers"));
                if (value != null) {
                    reader.read(address, row.getString("aspect"), value);
                }
            }
        }
    }

    private static @Nullable Value value(
            @Nullable String text, @Nullable String digest, @Nullable String target, @Nullable String numbers) {
        String written = text == null ? "" : text;
        if (target == null || numbers == null) {
            return digest == null ? new Value.Text(written) : new Value.Tree(digest, written);
        }
        return target.equals("pg_attribute")
                ? CatalogColumn.column(numbers)
                : CatalogColumn.references(target, numbers, written, null);
    }
}
