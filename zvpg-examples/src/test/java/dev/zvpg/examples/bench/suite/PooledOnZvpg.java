package dev.zvpg.examples.bench.suite;

import dev.zvpg.postgres.junit.ZvpgExtension;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A whole server for each test, which begins with empty tables. */
public class PooledOnZvpg extends PooledTests {

    @RegisterExtension
    static final ZvpgExtension db = ZvpgExtension.prepared("accounts", server -> prepare(server.dataSource("postgres")))
            .pool(o -> o.reuse(false)); // every test writes

    private final DataSource database;

    PooledOnZvpg(DataSource database) {
        this.database = database;
    }

    @Override
    DataSource database() {
        return database;
    }

    @Override
    void clear(DataSource pool) {}
}
