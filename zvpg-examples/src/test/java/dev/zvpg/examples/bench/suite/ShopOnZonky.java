package dev.zvpg.examples.bench.suite;

import io.zonky.test.db.postgres.embedded.DatabasePreparer;
import io.zonky.test.db.postgres.junit5.EmbeddedPostgresExtension;
import io.zonky.test.db.postgres.junit5.PreparedDbExtension;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.RegisterExtension;

/** As its documentation says for a database for each test: an instance field, and one preparer for all. */
public class ShopOnZonky extends ShopTests {

    private static final DatabasePreparer PREPARER = ShopTests::prepare;

    @RegisterExtension
    final PreparedDbExtension db = EmbeddedPostgresExtension.preparedDatabase(PREPARER);

    @Override
    DataSource database() {
        return db.getTestDatabase();
    }
}
