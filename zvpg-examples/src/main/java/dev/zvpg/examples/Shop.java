package dev.zvpg.examples;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** Fills a database with a small shop to play with, and sums it up. Thread-safe. */
final class Shop {

    static final int ORDERS = 200_000;

    private static final String SCHEMA = """
            CREATE TABLE customers (
                id   int PRIMARY KEY,
                name text NOT NULL);
            CREATE TABLE orders (
                id       int PRIMARY KEY,
                customer int NOT NULL REFERENCES customers,
                ordered  date NOT NULL,
                cents    bigint NOT NULL CHECK (cents > 0));
            INSERT INTO customers
                SELECT i, 'customer ' || i FROM generate_series(1, 5000) i;
            INSERT INTO orders
                SELECT i, 1 + i::bigint * 7919 %% 5000, date '2026-01-01' + i %% 300, 100 + i::bigint * 104729 %% 9900
                FROM generate_series(1, %d) i;
            """;

    /** Tells what a copy of the shop holds. */
    record Contents(long orders, long cents, String columns) {}

    private Shop() {}

    static void create(DataSource database) throws SQLException {
        execute(database, SCHEMA.formatted(ORDERS));
    }

    static void execute(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static Contents contents(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT count(*), coalesce(sum(cents), 0),
                               (SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
                                WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped)
                        FROM orders""")) {
            row.next();
            return new Contents(row.getLong(1), row.getLong(2), row.getString(3));
        }
    }
}
