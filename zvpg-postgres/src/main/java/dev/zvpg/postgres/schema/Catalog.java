package dev.zvpg.postgres.schema;

import dev.zvpg.postgres.schema.CatalogColumn.Reading;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A catalog of the server. Immutable.
 *
 * @param isShared whether it is the whole cluster's
 * @param columns all that it has, without what is no definition
 * @param key the aspects that identify a row besides its number
 * @param identity the column that has its object's number
 * @param owner the catalog that its object is in, which is another one when its rows say more of an object of that
 */
record Catalog(
        String name, boolean isShared, List<CatalogColumn> columns, List<String> key, String identity, String owner) {

    boolean isOfOthers() {
        return CatalogRules.OF_OTHERS.contains(name);
    }

    /** Whether its rows add to objects that are read from another catalog. */
    boolean isAddition() {
        return !owner.equals(name) && !hasColumns();
    }

    private boolean hasColumns() {
        return name.equals("pg_attribute");
    }

    private String isUsers() {
        return identity + "::oid >= " + Address.FIRST_OF_USERS;
    }

    /** Those that say something by themselves. */
    private List<CatalogColumn> told() {
        return columns.stream()
                .filter(column -> !CatalogRules.COLUMNS_OF_OTHERS.contains(column.name()))
                .toList();
    }

    /** Sums over all rows: those of users' objects, and those of the system's. */
    String fingerprint() {
        String row = columns.stream()
                .map(column -> column.reading() == Reading.TREE ? column.name() + "::text" : column.name())
                .collect(Collectors.joining(", ", "ROW(" + identity + ", ", ")"));
        return "SELECT '" + name + "', sum(h) FILTER (WHERE u), sum(h) FILTER (WHERE NOT u) FROM (SELECT " + isUsers()
                + " AS u, hashtextextended(" + row + "::text, 0) AS h FROM " + name + " WHERE "
                + CatalogRules.rowsWithRemarks(name) + ") r";
    }

    /** Reads the rows of users' objects, or of all. */
    void read(Connection connection, boolean withSystem, Consumer<Entry> entries) throws SQLException {
        List<CatalogColumn> told = told();
        List<String> selected = new ArrayList<>();
        selected.add(identity + "::oid::int8");
        selected.add(hasColumns() ? "attnum" : "0");
        selected.add(name.equals("pg_type") ? CatalogRules.TYPE_IS_TOLD : "true");
        told.forEach(column -> selected.addAll(column.expressions()));
        String sql = "SELECT " + String.join(", ", selected) + " FROM " + name + " WHERE " + CatalogRules.rows(name)
                + (withSystem || isShared ? "" : " AND " + isUsers()) + " ORDER BY 1, 2";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                Address address = new Address(owner, row.getLong(1), row.getInt(2));
                Entry entry = Entry.of(address, key, row.getBoolean(3));
                int at = 4;
                for (CatalogColumn column : told) {
                    Value value = column.value(row, at);
                    if (value != null) {
                        entry.add(column.aspect(), value);
                    }
                    at += column.expressions().size();
                }
                entries.accept(entry);
            }
        }
    }
}
