package dev.zvpg.examples.quarkus;

import dev.zvpg.ScratchClone;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.postgres.prepared.PreparedSnapshots;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Gives a Quarkus application a database under test: {@code @QuarkusTestResource(OrdersResource.class)} on one test
 * class. Quarkus starts it before the application, and stops it after the last test.
 *
 * <p>A test resets the database with {@code @BeforeEach}, through a field {@code BooleanSupplier reset}, which is injected.
 * It is of a type of the JDK's because Quarkus loads tests and resources with different class loaders. Agroal, its pool of
 * connections, finds out that its connections have ended with {@code quarkus.datasource.jdbc.validate-on-borrow}.
 */
public final class OrdersResource implements QuarkusTestResourceLifecycleManager {

    private static final Path SCHEMA = Path.of("src/main/resources/dev/zvpg/examples/orders/schema.sql");

    private PreparedSnapshots prepared;
    private ScratchClone database;

    @Override
    public Map<String, String> start() {
        try {
            prepared = PreparedSnapshots.open(Postgres.embedded());
            database = prepared.snapshot(
                            PreparedSnapshots.contentKey("quarkus-orders", SCHEMA),
                            pg -> load(pg.dataSource().getConnection()))
                    .scratch();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("no database for the orders: " + e, e);
        }
        return Map.of(
                "quarkus.datasource.db-kind", "postgresql",
                "quarkus.datasource.jdbc.url", database.jdbcUrl(),
                "quarkus.datasource.username", database.credentials().user(),
                "quarkus.datasource.password", database.credentials().password(),
                "quarkus.datasource.jdbc.validate-on-borrow", "true");
    }

    private static void load(Connection empty) throws Exception {
        try (Connection connection = empty;
                Statement statement = connection.createStatement()) {
            statement.execute(Files.readString(SCHEMA));
        }
    }

    @Override
    public void inject(TestInjector tests) {
        BooleanSupplier reset = database::reset;
        tests.injectIntoFields(
                reset,
                field -> field.getType() == BooleanSupplier.class
                        && field.getName().equals("reset"));
    }

    @Override
    public void stop() {
        if (prepared != null) { // it closes the database, too
            prepared.close();
        }
    }
}
