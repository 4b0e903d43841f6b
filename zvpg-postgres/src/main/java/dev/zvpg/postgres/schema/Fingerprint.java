package dev.zvpg.postgres.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What catalogs hold, in so few numbers that they are read and compared at once. Immutable.
 *
 * @param users sums over the rows of users' objects, by catalog
 * @param system sums over the rows of the system's
 */
record Fingerprint(Map<String, String> users, Map<String, String> system) {

    /** What belongs to what is in no catalog that is read: sequences to columns, and members to extensions. */
    static final String DEPENDENCIES = "pg_depend";

    private static final String OF_DEPENDENCIES = """
            SELECT 'pg_depend', sum(hashtextextended(d::text, 0)), NULL FROM pg_depend d
            WHERE objid >= 16384 AND deptype IN ('a', 'e', 'x')
            """;

    /** Sums over these catalogs, and over dependencies. */
    static Fingerprint of(Connection connection, List<Catalog> catalogs, boolean withDependencies) throws SQLException {
        Map<String, String> users = new HashMap<>();
        Map<String, String> system = new HashMap<>();
        String sql = Stream.concat(
                        catalogs.stream().map(Catalog::fingerprint),
                        withDependencies ? Stream.of(OF_DEPENDENCIES) : Stream.empty())
                .collect(Collectors.joining(" UNION ALL "));
        if (sql.isEmpty()) {
            return new Fingerprint(users, system);
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                users.put(row.getString(1), String.valueOf(row.getString(2)));
                system.put(row.getString(1), String.valueOf(row.getString(3)));
            }
        }
        return new Fingerprint(Map.copyOf(users), Map.copyOf(system));
    }

    /** The catalogs in which rows of the system's objects differ. */
    Set<String> differentSystem(Fingerprint other) {
        Set<String> different = new TreeSet<>(system.keySet());
        different.removeIf(catalog -> String.valueOf(system.get(catalog)).equals(other.system.get(catalog)));
        return different;
    }
}
