package dev.zvpg.examples.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Two hundred tests of a small shop, whose database takes 8 MB, for several threads. Half of them write, so they could not
 * share it with another.
 */
abstract class ShopTests {

    /** How many tests run at once. */
    static final int THREADS = 4;

    private static final int EACH = 50;
    private static final int ORDERS = 2_000;

    private static final String SCHEMA = """
            CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL UNIQUE);
            CREATE TABLE products (id int PRIMARY KEY, name text NOT NULL UNIQUE, cents int NOT NULL CHECK (cents > 0));
            CREATE TABLE orders (
                id       int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                customer int NOT NULL REFERENCES customers,
                product  int NOT NULL REFERENCES products,
                pieces   int NOT NULL CHECK (pieces > 0));
            CREATE INDEX ON orders (customer);
            INSERT INTO customers SELECT i, 'customer ' || i FROM generate_series(1, 100) i;
            INSERT INTO products SELECT i, 'product ' || i, i * 10 FROM generate_series(1, 50) i;
            INSERT INTO orders (customer, product, pieces)
                SELECT 1 + i % 100, 1 + i % 50, 1 + i % 7 FROM generate_series(1, 2000) i;
            """;

    /** What the test has to itself. */
    abstract DataSource database();

    static void prepare(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(SCHEMA);
        }
    }

    private static int number(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getInt(1);
        }
    }

    private interface Work {
        void with(Statement statement) throws SQLException;
    }

    private void work(Work work) throws SQLException {
        try (Connection connection = database().getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(number(statement, "SELECT count(*) FROM orders")).isEqualTo(ORDERS);
            work.with(statement);
        }
    }

    @RepeatedTest(EACH)
    void orderGetsTheNextNumber() throws SQLException {
        work(shop -> {
            shop.execute("INSERT INTO orders (customer, product, pieces) VALUES (1, 1, 3)");
            assertThat(number(shop, "SELECT max(id) FROM orders")).isEqualTo(ORDERS + 1);
        });
    }

    @RepeatedTest(EACH)
    void everyCustomerHasOrders() throws SQLException {
        work(shop -> assertThat(number(
                        shop,
                        "SELECT count(*) FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.customer = c.id)"))
                .isEqualTo(100));
    }

    @RepeatedTest(EACH)
    void bestCustomerIsFound() throws SQLException {
        work(shop -> assertThat(number(
                        shop,
                        "SELECT customer FROM orders JOIN products ON products.id = product"
                                + " GROUP BY customer ORDER BY sum(pieces * cents) DESC, customer LIMIT 1"))
                .isBetween(1, 100));
    }

    @RepeatedTest(EACH)
    void columnCanBeAdded() throws SQLException {
        work(shop -> {
            shop.execute("ALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT 'none'");
            shop.execute("CREATE INDEX ON orders (note)");
            assertThat(number(shop, "SELECT count(*) FROM orders WHERE note = 'none'"))
                    .isEqualTo(ORDERS);
        });
    }
}
