package dev.zvpg.examples.bench;

import dev.zvpg.postgres.junit.ZvpgExtension;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.RegisterExtension;

class ShopOnZvpg extends ShopTests {

    @RegisterExtension
    static final ZvpgExtension db = ZvpgExtension.prepared("shop", server -> prepare(server.dataSource("postgres")))
            .pool(o -> o.size(2 * SampleSuite.THREADS).reuse(false));

    private final DataSource database;

    ShopOnZvpg(DataSource database) {
        this.database = database;
    }

    @Override
    DataSource database() {
        return database;
    }
}
