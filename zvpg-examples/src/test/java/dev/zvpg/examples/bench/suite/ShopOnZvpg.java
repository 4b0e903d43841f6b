package dev.zvpg.examples.bench.suite;

import dev.zvpg.postgres.junit.ZvpgExtension;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A whole new server for each test. For so small tests, to prove that one has not changed takes longer than a new one. */
public class ShopOnZvpg extends ShopTests {

    @RegisterExtension
    static final ZvpgExtension db = ZvpgExtension.prepared("shop", server -> prepare(server.dataSource("postgres")))
            .pool(o -> o.size(2 * THREADS).reuse(false));

    private final DataSource database;

    ShopOnZvpg(DataSource database) {
        this.database = database;
    }

    @Override
    DataSource database() {
        return database;
    }
}
