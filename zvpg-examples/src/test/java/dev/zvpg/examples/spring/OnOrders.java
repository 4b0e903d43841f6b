package dev.zvpg.examples.spring;

import com.zaxxer.hikari.HikariDataSource;
import dev.zvpg.postgres.junit.ZvpgExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * What test classes on the application extend. All of them have the same properties from here, so Spring starts one
 * context for them. The lock is for suites that run in several threads: there is one context and one database.
 */
// Flyway and Liquibase are on the class path for other samples; here the preparation has made the schema
@SpringBootTest(properties = {"spring.flyway.enabled=false", "spring.liquibase.enabled=false"})
@ResourceLock("the orders of the context")
abstract class OnOrders {

    private static final Path SCHEMA = Path.of("src/main/resources/dev/zvpg/examples/orders/schema.sql");

    @RegisterExtension
    static final ZvpgExtension db = ZvpgExtension.prepared(ZvpgExtension.contentKey("spring-orders", SCHEMA), pg -> {
        try (Connection connection = pg.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(Files.readString(SCHEMA));
        }
    });

    @Autowired
    OrdersApplication.Orders orders;

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry properties) {
        properties.add("spring.datasource.url", db::jdbcUrl);
        properties.add("spring.datasource.username", () -> db.credentials().user());
        properties.add("spring.datasource.password", () -> db.credentials().password());
    }

    /** Gives each test the data that was prepared. */
    @BeforeEach
    void reset(@Autowired HikariDataSource pool) {
        if (db.reset()) {
            pool.getHikariPoolMXBean().softEvictConnections(); // they were to the server that is gone
        }
    }
}
