package dev.zvpg.postgres.schema;

import dev.zvpg.postgres.schema.CatalogColumn.Reading;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks a server which catalogs it has. */
final class Catalogs {

    /**
     * Schemas and relations first: what is in those that are left out is left out with them. What an extension has put
     * beside the catalogs is none, and another database has not got it.
     */
    private static final String COLUMNS = """
            SELECT c.relname, c.relisshared, a.attname, t.typname, one.pktable::text, many.fkcols[1]
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_get_catalog_foreign_keys() one
                ON one.fktable = c.oid AND one.fkcols = ARRAY[a.attname::text]
            LEFT JOIN pg_get_catalog_foreign_keys() many
                ON many.fktable = c.oid AND many.fkcols[2] = a.attname::text
            WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND c.oid < 16384
              AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY c.relname <> 'pg_namespace', c.relname <> 'pg_class', c.relname, a.attnum
            """;

    private static final String KEYS = """
            SELECT i.indrelid::regclass::text, i.indisprimary,
                   array_to_string(ARRAY(SELECT a.attname FROM unnest(i.indkey) WITH ORDINALITY k (number, position)
                         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
                         ORDER BY k.position), ' ')
            FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
            WHERE i.indisunique AND c.relnamespace = 'pg_catalog'::regnamespace AND c.oid < 16384
            ORDER BY i.indexrelid
            """;

    /** How much of a catalog's columns begin with the letters that stand for it, at least. */
    private static final double MOST = 0.75;

    private static final int LONGEST_PREFIX = 6;

    /** By the version of the server. */
    private static final Map<String, List<Catalog>> KNOWN = new ConcurrentHashMap<>();

    private Catalogs() {}

    private record Found(
            String catalog,
            boolean isShared,
            String name,
            String type,
            @Nullable String target,
            @Nullable String relation) {}

    /** Those that hold definitions, of a database and of the whole cluster: the same wherever the version is. */
    static List<Catalog> of(Connection connection) throws SQLException {
        String version = connection.getMetaData().getDatabaseProductVersion();
        List<Catalog> known = KNOWN.get(version);
        if (known == null) {
            known = read(connection);
            KNOWN.put(version, known);
        }
        return known;
    }

    private static List<Catalog> read(Connection connection) throws SQLException {
        Map<String, List<Found>> columns = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(COLUMNS)) {
            while (row.next()) {
                if (!CatalogRules.LEFT_OUT.contains(row.getString(1))) {
                    columns.computeIfAbsent(row.getString(1), key -> new ArrayList<>())
                            .add(new Found(
                                    row.getString(1),
                                    row.getBoolean(2),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getString(5),
                                    row.getString(6)));
                }
            }
        }
        Map<String, List<String>> primary = new LinkedHashMap<>();
        Map<String, List<String>> natural = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(KEYS)) {
            while (row.next()) {
                List<String> names = Arrays.asList(row.getString(3).split(" ", -1));
                if (row.getBoolean(2) || !names.contains("oid")) {
                    (row.getBoolean(2) ? primary : natural).putIfAbsent(row.getString(1), names);
                }
            }
        }
        List<Catalog> catalogs = new ArrayList<>();
        columns.forEach((name, found) -> catalogs.add(
                catalog(name, found, primary.getOrDefault(name, List.of()), natural.getOrDefault(name, List.of()))));
        return catalogs.stream()
                .sorted((one, other) -> Boolean.compare(one.isAddition(), other.isAddition()))
                .toList();
    }

    private static Catalog catalog(String name, List<Found> found, List<String> primary, List<String> natural) {
        String prefix = prefix(found);
        List<String> key = new ArrayList<>(natural);
        Optional.ofNullable(CatalogRules.KINDS.get(name)).ifPresent(key::add);
        String identity = primary.isEmpty() ? found.get(0).name() : primary.get(0);
        Optional<Found> owner =
                found.stream().filter(each -> each.name().equals(identity)).findFirst();
        return new Catalog(
                name,
                found.get(0).isShared(),
                found.stream()
                        .filter(each -> !CatalogRules.isLeftOut(name, each.name()))
                        .map(each -> column(each, prefix))
                        .toList(),
                key.stream().map(each -> aspect(each, prefix)).toList(),
                identity,
                owner.map(Found::target).orElse(name));
    }

    private static CatalogColumn column(Found found, String prefix) {
        String numbered = CatalogRules.COLUMN_NUMBERS.getOrDefault(found.name(), found.relation());
        Reading reading = reading(found, numbered);
        String target = reading == Reading.COLUMNS ? numbered : found.target();
        return new CatalogColumn(
                found.catalog(), found.name(), aspect(found.name(), prefix), reading, target == null ? "" : target);
    }

    private static Reading reading(Found found, @Nullable String numbered) {
        if (CatalogRules.SECRETS.contains(found.name())) {
            return Reading.SECRET;
        }
        if (CatalogRules.TYPE_MODIFIERS.containsKey(found.name())) {
            return Reading.TYPE;
        }
        if (numbered != null) {
            return Reading.COLUMNS;
        }
        if (found.target() != null) {
            return found.type().startsWith("_") || found.type().endsWith("vector")
                    ? Reading.REFERENCES
                    : Reading.REFERENCE;
        }
        return switch (found.type()) {
            case "pg_node_tree" -> Reading.TREE;
            case "_aclitem" -> Reading.PRIVILEGES;
            case "char" -> Reading.LETTER;
            default -> Reading.TEXT;
        };
    }

    private static String aspect(String column, String prefix) {
        String known = CatalogRules.ASPECTS.get(column);
        return known != null
                ? known
                : column.startsWith(prefix) && column.length() > prefix.length()
                        ? column.substring(prefix.length())
                        : column;
    }

    /** The letters that most columns of a catalog begin with. */
    private static String prefix(List<Found> columns) {
        List<String> names = columns.stream()
                .map(Found::name)
                .filter(name -> !name.equals("oid"))
                .toList();
        Function<String, Boolean> isCommon =
                start -> names.stream().filter(name -> name.startsWith(start)).count() >= MOST * names.size();
        for (int length = LONGEST_PREFIX; length > 0; length--) {
            for (String name : names) {
                if (name.length() > length && isCommon.apply(name.substring(0, length))) {
                    return name.substring(0, length);
                }
            }
        }
        return "";
    }
}
