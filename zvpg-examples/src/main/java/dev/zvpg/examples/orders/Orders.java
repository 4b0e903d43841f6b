package dev.zvpg.examples.orders;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;

/** Keeps the orders of a shop in a database. Thread-safe. */
final class Orders {

    /** Says what a customer has ordered. */
    record Order(int id, String customer, long cents) {}

    private final DataSource database;

    Orders(DataSource database) {
        this.database = database;
    }

    /** Makes the tables in an empty database. */
    static void createSchema(DataSource database) throws SQLException, IOException {
        try (InputStream in = Objects.requireNonNull(Orders.class.getResourceAsStream("schema.sql"));
                Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    boolean hasSchema() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT to_regclass('orders') IS NOT NULL")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /**
     * Places an order.
     *
     * @return its number; empty when there is no such customer
     */
    Optional<Integer> place(String customer, long cents) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO orders (customer, cents) SELECT id, ? FROM customers WHERE name = ? RETURNING id")) {
            insert.setLong(1, cents);
            insert.setString(2, customer);
            try (ResultSet row = insert.executeQuery()) {
                return row.next() ? Optional.of(row.getInt(1)) : Optional.empty();
            }
        }
    }

    Optional<Order> find(int id) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement(
                        "SELECT o.id, c.name, o.cents FROM orders o JOIN customers c ON c.id = o.customer WHERE o.id = ?")) {
            select.setInt(1, id);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(new Order(row.getInt(1), row.getString(2), row.getLong(3)))
                        : Optional.empty();
            }
        }
    }
}
