package dev.zvpg.examples.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.postgres.junit.ZvpgExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A database made by a script. */
class PlainSqlTest {

    private static final Path SCHEMA = Path.of("src/main/resources/dev/zvpg/examples/orders/schema.sql");

    /** The key changes with the script, so the next run after a change prepares a new database. */
    @RegisterExtension
    static final ZvpgExtension db = ZvpgExtension.prepared(
            ZvpgExtension.contentKey("plain-sql", SCHEMA),
            server -> run(server.dataSource("postgres"), Files.readString(SCHEMA)));

    private static void run(DataSource database, String script) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(script);
        }
    }

    @Test
    void customersCanBeDeletedHere(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("DELETE FROM customers")).isEqualTo(2);
        }
    }

    @Test
    void customersAreStillThereInThisTest(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM customers")) {
            row.next();
            assertThat(row.getInt(1)).isEqualTo(2);
        }
    }
}
