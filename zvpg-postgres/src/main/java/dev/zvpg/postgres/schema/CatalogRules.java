package dev.zvpg.postgres.schema;

import java.util.Map;
import java.util.Set;

/** What in the catalogs is no definition, and what is read otherwise than by its columns. */
final class CatalogRules {

    /** Catalogs of data, of statistics, and of what follows from the others. */
    static final Set<String> LEFT_OUT = Set.of(
            "pg_depend",
            "pg_init_privs",
            "pg_largeobject",
            "pg_largeobject_metadata",
            "pg_replication_origin",
            "pg_shdepend",
            "pg_statistic",
            "pg_statistic_ext_data",
            "pg_subscription_rel");

    /** Catalogs whose rows only say something of an object that is in another one; {@link Remarks} reads them. */
    static final Set<String> OF_OTHERS = Set.of(
            "pg_attrdef",
            "pg_auth_members",
            "pg_db_role_setting",
            "pg_description",
            "pg_enum",
            "pg_inherits",
            "pg_seclabel",
            "pg_shdescription",
            "pg_shseclabel",
            "pg_ts_config_map");

    /** Where things are kept, how far the server has come with them, and what follows from other columns. */
    private static final Set<String> COLUMNS_LEFT_OUT = Set.of(
            "oid",
            "attalign",
            "attbyval",
            "attcacheoff",
            "atthasdef",
            "atthasmissing",
            "attinhcount",
            "attisdropped",
            "attislocal",
            "attlen",
            "attmissingval",
            "attndims",
            "coninhcount",
            "pg_constraint.connamespace",
            "conindid",
            "conislocal",
            "conparentid",
            "datfrozenxid",
            "dathasloginevt",
            "datlastsysoid",
            "datminmxid",
            "indcheckxmin",
            "indisclustered",
            "indislive",
            "indisready",
            "partdefid",
            "pronargdefaults",
            "pronargs",
            "relallfrozen",
            "relallvisible",
            "relchecks",
            "relfilenode",
            "relfrozenxid",
            "relhasindex",
            "relhasrules",
            "relhassubclass",
            "relhastriggers",
            "relispartition",
            "relispopulated",
            "relminmxid",
            "relnatts",
            "relpages",
            "relrewrite",
            "reltoastrelid",
            "reltuples",
            "reltype",
            "subskiplsn",
            "tgconstraint",
            "tgconstrindid",
            "tgisinternal",
            "tgnargs",
            "tgparentid",
            "typarray",
            "typrelid");

    /** Columns that are part of what is read of another one. */
    static final Set<String> COLUMNS_OF_OTHERS = Set.of("attnum", "atttypmod", "typtypmod");

    /** What may hold a password. */
    static final Set<String> SECRETS = Set.of("rolpassword", "subconninfo", "umoptions");

    /** The rows that users make, and no temporary ones: those end with a session, and after a crash may still be there. */
    private static final Map<String, String> ROWS = Map.of(
            "pg_attribute",
            "attnum > 0 AND NOT attisdropped"
                    + " AND attrelid IN (SELECT oid FROM pg_class WHERE relkind NOT IN ('S', 't', 'i', 'I'))",
            "pg_class",
            "relkind <> 't' AND relnamespace <> 'pg_toast'::regnamespace AND relpersistence <> 't'",
            "pg_constraint",
            "contype <> 'n'", // a column's or domain's NOT NULL, told of that
            "pg_namespace",
            "nspname !~ '^pg_(toast_)?temp_'",
            "pg_rewrite",
            "rulename <> '_RETURN'", // a view's query
            "pg_trigger",
            "NOT tgisinternal");

    /** Rows that are made with another one: the types of tables' rows and of arrays. */
    static final String TYPE_IS_TOLD = "typtype <> 'm' AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = typrelid"
            + " AND c.relkind <> 'c') AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = pg_type.oid)";

    /** Whom a privilege is of, who granted it, which it is, and how the server writes all of that. */
    private static final String PRIVILEGES = "ARRAY(SELECT concat_ws(' ', (SELECT concat_ws(' ', min(e.grantee::int8),"
            + " min(e.grantor::int8), string_agg(e.privilege_type || e.is_grantable, ',' ORDER BY e.privilege_type))"
            + " FROM aclexplode(ARRAY[i]) e), i::text) FROM unnest(%s) i)";

    private static final String SORTED = "(SELECT array_agg(i::text ORDER BY i::text) FROM unnest(%s) i)";

    /** What privileges objects of a catalog have of which nobody said anything: a letter for acldefault, and the owner. */
    private static final Map<String, String> DEFAULT_PRIVILEGES = Map.of(
            "pg_class",
            "CASE relkind WHEN 'S' THEN 's'::\"char\" ELSE 'r' END, relowner",
            "pg_database",
            "'d', datdba",
            "pg_foreign_data_wrapper",
            "'F', fdwowner",
            "pg_foreign_server",
            "'S', srvowner",
            "pg_language",
            "'l', lanowner",
            "pg_namespace",
            "'n', nspowner",
            "pg_proc",
            "'f', proowner",
            "pg_tablespace",
            "'t', spcowner",
            "pg_type",
            "'T', typowner");

    /** What is left of a column where the rest follows from other ones, or how it is best written. */
    private static final Map<String, String> EXPRESSIONS = Map.of(
            "attcollation",
            "NULLIF(attcollation, (SELECT typcollation FROM pg_type WHERE oid = atttypid))",
            "attnotnull",
            "CASE WHEN attnotnull THEN coalesce((SELECT format('CONSTRAINT %I ', conname) || pg_get_constraintdef(oid)"
                    + " FROM pg_constraint WHERE conrelid = attrelid AND contype = 'n' AND conkey[1] = attnum),"
                    + " 'NOT NULL') END",
            "attstorage",
            "NULLIF(attstorage, (SELECT typstorage FROM pg_type WHERE oid = atttypid))",
            "typdefault",
            "CASE WHEN typdefaultbin IS NULL THEN typdefault END");

    /** What the server writes for an expression that it has parsed. */
    private static final Map<String, String> TREES = Map.ofEntries(
            Map.entry("conbin", "pg_get_expr(conbin, conrelid)"),
            Map.entry("ev_action", "pg_get_ruledef(oid)"),
            Map.entry("ev_qual", "pg_get_ruledef(oid)"),
            Map.entry("indexprs", "pg_get_expr(indexprs, indrelid)"),
            Map.entry("indpred", "pg_get_expr(indpred, indrelid)"),
            Map.entry("partexprs", "pg_get_expr(partexprs, partrelid)"),
            Map.entry("polqual", "pg_get_expr(polqual, polrelid)"),
            Map.entry("polwithcheck", "pg_get_expr(polwithcheck, polrelid)"),
            Map.entry("proargdefaults", "pg_get_expr(proargdefaults, 0)"),
            Map.entry("prosqlbody", "pg_get_function_sqlbody(oid)"),
            Map.entry("prqual", "pg_get_expr(prqual, prrelid)"),
            Map.entry("relpartbound", "pg_get_expr(relpartbound, oid)"),
            Map.entry("stxexprs", "pg_get_statisticsobjdef_expressions(oid)::text"),
            Map.entry("tgqual", "pg_get_triggerdef(oid)"),
            Map.entry("typdefaultbin", "pg_get_expr(typdefaultbin, 0)"));

    /** Columns that hold numbers of a relation's columns and of which the server does not tell that, with the relation's. */
    static final Map<String, String> COLUMN_NUMBERS = Map.of("confdelsetcols", "conrelid", "prattrs", "prrelid");

    /** Types with what is written in parentheses behind them. */
    static final Map<String, String> TYPE_MODIFIERS = Map.of("atttypid", "atttypmod", "typbasetype", "typtypmod");

    /** What else than a name tells objects apart that have the same one, one after the other. */
    static final Map<String, String> KINDS = Map.of("pg_class", "relkind", "pg_proc", "prokind", "pg_type", "typtype");

    /** Names of aspects that a catalog's column does not give. */
    static final Map<String, String> ASPECTS = Map.of("atttypid", "type");

    /** Kinds of objects of which the server writes a definition that has all of these, unless they are among the rest. */
    private static final Map<String, Set<String>> NOT_IN_DEFINITION = Map.of(
            "pg_constraint", Set.of(),
            "pg_rewrite", Set.of("ev_enabled"),
            "pg_statistic_ext", Set.of("namespace", "owner", "stattarget"),
            "pg_trigger", Set.of("enabled"));

    private static final Set<String> OF_EVERYTHING =
            Set.of("comment", "extension", "depends on extension", "name", "namespace", "acl", "owner");

    private static final Set<String> IN_INDEX_DEFINITION = Set.of(
            "relid",
            "natts",
            "nkeyatts",
            "isunique",
            "nullsnotdistinct",
            "isprimary",
            "isexclusion",
            "immediate",
            "key",
            "collation",
            "class",
            "option",
            "exprs",
            "pred");

    private CatalogRules() {}

    static boolean isLeftOut(String catalog, String column) {
        return COLUMNS_LEFT_OUT.contains(column) || COLUMNS_LEFT_OUT.contains(catalog + "." + column);
    }

    static String rows(String catalog) {
        return ROWS.getOrDefault(catalog, "true");
    }

    /** The same with those that say something of an object in another catalog. */
    static String rowsWithRemarks(String catalog) {
        return catalog.equals("pg_constraint") || catalog.equals("pg_rewrite") ? "true" : rows(catalog);
    }

    static String expression(String column) {
        return EXPRESSIONS.getOrDefault(column, column);
    }

    static String deparsed(String tree) {
        return TREES.getOrDefault(tree, tree + "::text");
    }

    /** The privileges, and nothing where they are as if nobody had said anything. */
    static String privileges(String catalog, String column) {
        String defaults = DEFAULT_PRIVILEGES.get(catalog);
        String isDefault = defaults == null
                ? "false"
                : SORTED.formatted(column) + " IS NOT DISTINCT FROM "
                        + SORTED.formatted("acldefault(" + defaults + ")");
        return "CASE WHEN " + column + " IS NOT NULL AND NOT " + isDefault + " THEN " + PRIVILEGES.formatted(column)
                + " END";
    }

    /** Whether what the server writes as an object's definition has this aspect of it. */
    static boolean isInDefinition(Entry entry, String aspect) {
        if (entry.address().isColumn() || OF_EVERYTHING.contains(aspect) || aspect.startsWith("security label")) {
            return false;
        }
        if (entry.address().catalog().equals("pg_class")) {
            return entry.values().containsKey("isunique") && IN_INDEX_DEFINITION.contains(aspect);
        }
        Set<String> not = NOT_IN_DEFINITION.get(entry.address().catalog());
        return not != null && !not.contains(aspect);
    }
}
