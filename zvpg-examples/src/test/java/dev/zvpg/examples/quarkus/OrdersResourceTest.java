package dev.zvpg.examples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * Calls the resource as Quarkus does. No application is started: that takes Quarkus's own build of it, with some hundred
 * libraries, and would say no more about the one interface between the two.
 */
class OrdersResourceTest {

    /** Is injected, as into a test of the application. */
    BooleanSupplier reset = () -> false;

    @Test
    void theApplicationGetsADatabaseThatEachTestResetsAndThatEndsWithTheResource() throws SQLException {
        OrdersResource resource = new OrdersResource();
        Map<String, String> properties = resource.start();
        try {
            resource.inject((value, matches) -> {
                if (matches.test(getClass().getDeclaredFields()[0])) {
                    reset = (BooleanSupplier) value;
                }
            });
            for (int test = 0; test < 2; test++) {
                assertThat(reset.getAsBoolean()).isEqualTo(test > 0);
                assertThat(placeAndCount(properties)).isEqualTo(1);
            }
        } finally {
            resource.stop();
        }
        assertThatThrownBy(() -> connect(properties)).isInstanceOf(SQLException.class);
    }

    private static int placeAndCount(Map<String, String> properties) throws SQLException {
        try (Connection connection = connect(properties);
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO orders (customer, cents) SELECT id, 995 FROM customers WHERE name = 'Ada'");
            try (ResultSet row = statement.executeQuery("SELECT count(*) FROM orders")) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    private static Connection connect(Map<String, String> properties) throws SQLException {
        return DriverManager.getConnection(
                properties.get("quarkus.datasource.jdbc.url"),
                properties.get("quarkus.datasource.username"),
                properties.get("quarkus.datasource.password"));
    }
}
