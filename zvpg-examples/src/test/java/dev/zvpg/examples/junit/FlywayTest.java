package dev.zvpg.examples.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.postgres.junit.ZvpgExtension;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A database made by Flyway, whose migrations run once and not for each test class. */
class FlywayTest {

    @RegisterExtension
    static final ZvpgExtension db = ZvpgExtension.prepared(
            ZvpgExtension.contentKey("flyway", Path.of("src/test/resources/samples/flyway")),
            server -> flyway(server.dataSource("postgres")).migrate());

    private static Flyway flyway(DataSource database) {
        return Flyway.configure()
                .dataSource(database)
                .locations("classpath:samples/flyway")
                .load();
    }

    @Test
    void migrationsAreDone(DataSource database) {
        assertThat(flyway(database).migrate().migrationsExecuted).isZero();
    }

    @Test
    void productsHavePrices(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT cents FROM products WHERE name = 'tea'")) {
            row.next();
            assertThat(row.getInt(1)).isEqualTo(450);
        }
    }

    @Test
    void pricesAreNeverNegative(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("UPDATE products SET cents = -1"))
                    .hasMessageContaining("cents");
        }
    }
}
