package dev.zvpg.postgres.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All that the catalogs of a database say of users' objects, or of the whole cluster's. Confined to one thread. */
final class Schema {

    private static final String DEPENDENCIES = """
            SELECT classid::regclass::text, objid::int8, objsubid, refclassid::regclass::text, refobjid::int8, refobjsubid,
                   deptype
            FROM pg_depend WHERE objid >= 16384 AND deptype IN ('a', 'i', 'P', 'e')
            """;

    private final Connection connection;
    private final boolean isShared;
    private final Map<Address, Entry> entries = new LinkedHashMap<>();
    private @Nullable Map<Address, List<Dependency>> dependencies;

    private Schema(Connection connection, boolean isShared) {
        this.connection = connection;
        this.isShared = isShared;
    }

    /** What an object depends on, and how, by the letter that pg_depend has for it. Immutable. */
    record Dependency(Address on, char type) {}

    /** Reads all of users' objects, and of these catalogs those of the system, too. */
    static Schema read(Connection connection, List<Catalog> catalogs, boolean isShared, Set<String> withSystem)
            throws SQLException {
        Schema schema = new Schema(connection, isShared);
        for (Catalog catalog : catalogs) {
            if (!catalog.isOfOthers()) {
                catalog.read(connection, withSystem.contains(catalog.name()), entry -> schema.add(catalog, entry));
            }
        }
        Remarks.read(connection, isShared, withSystem, (address, aspect, value) -> {
            Entry of = schema.entryOrBare(address);
            if (of != null) {
                of.add(aspect, value);
            }
        });
        return schema;
    }

    private void add(Catalog catalog, Entry entry) {
        if (!catalog.isAddition()) {
            if (!isOfWhatIsLeftOut(entry)) {
                entries.put(entry.address(), entry);
            }
            return;
        }
        Entry of = entryOrBare(entry.address());
        if (of != null) {
            entry.values().forEach((aspect, value) -> {
                boolean isTaken = of.values().containsKey(aspect);
                of.add(isTaken ? catalog.name().substring("pg_".length()) + " " + aspect : aspect, value);
            });
        }
    }

    /** Whether it is in a schema or of a relation that was left out, such as a temporary one. */
    private boolean isOfWhatIsLeftOut(Entry entry) {
        Address relation = entry.relation();
        return (relation != null && isLeftOut(relation))
                || entry.name().stream()
                        .map(entry::value)
                        .anyMatch(value -> value instanceof Value.References references
                                && references.to().stream().anyMatch(this::isLeftOut));
    }

    private boolean isLeftOut(Address address) {
        return address.isUsers() && !entries.containsKey(address);
    }

    private @Nullable Entry entryOrBare(Address address) {
        return address.isUsers() ? entries.get(address) : entries.computeIfAbsent(address, Entry::bare);
    }

    Connection connection() {
        return connection;
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    @Nullable
    Entry find(Address address) {
        return entries.get(address);
    }

    /** What an object depends on. */
    List<Dependency> dependencies(Address address) throws SQLException {
        if (dependencies == null) {
            dependencies = isShared ? Map.of() : readDependencies();
        }
        return dependencies.getOrDefault(address, List.of());
    }

    private Map<Address, List<Dependency>> readDependencies() throws SQLException {
        Map<Address, List<Dependency>> found = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(DEPENDENCIES)) {
            while (row.next()) {
                Address of = new Address(row.getString(1), row.getLong(2), row.getInt(3));
                Address on = new Address(row.getString(4), row.getLong(5), row.getInt(6));
                found.computeIfAbsent(of, key -> new ArrayList<>())
                        .add(new Dependency(on, row.getString(7).charAt(0)));
            }
        }
        return found;
    }
}
