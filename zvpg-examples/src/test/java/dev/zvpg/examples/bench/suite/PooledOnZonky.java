package dev.zvpg.examples.bench.suite;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** One embedded server for all, whose tables each test clears. zonky's own extension has a server for each test. */
public class PooledOnZonky extends PooledTests {

    private static @Nullable EmbeddedPostgres shared;

    @BeforeAll
    static void startOnce() throws IOException, SQLException {
        shared = EmbeddedPostgres.start();
        prepare(shared.getPostgresDatabase());
    }

    @AfterAll
    static void stop() throws IOException {
        Objects.requireNonNull(shared).close();
    }

    @Override
    DataSource database() {
        return Objects.requireNonNull(shared).getPostgresDatabase();
    }

    @Override
    void clear(DataSource pool) throws SQLException {
        execute(pool, "TRUNCATE accounts, transfers, audit RESTART IDENTITY");
    }
}
