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
import liquibase.Liquibase;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.ClassLoaderResourceAccessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A database made by Liquibase. */
class LiquibaseTest {

    private static final String CHANGELOG = "samples/liquibase/changelog.sql";

    @RegisterExtension
    static final ZvpgExtension db = ZvpgExtension.prepared(
            ZvpgExtension.contentKey("liquibase", Path.of("src/test/resources", CHANGELOG)),
            server -> update(server.dataSource("postgres")));

    @SuppressWarnings("deprecation") // its command framework does the same in ten lines
    private static void update(DataSource database) throws Exception {
        try (Connection connection = database.getConnection();
                Liquibase liquibase =
                        new Liquibase(CHANGELOG, new ClassLoaderResourceAccessor(), new JdbcConnection(connection))) {
            liquibase.update();
        }
    }

    @Test
    void eachTestTakesFromAFullStock(Connection connection) throws SQLException {
        assertThat(takeTea(connection, 3)).isZero();
    }

    @Test
    void stockIsFullAgainHere(Connection connection) throws SQLException {
        assertThat(takeTea(connection, 1)).isEqualTo(2);
    }

    @Test
    void nobodyTakesWhatIsNotThere(Connection connection) {
        assertThatThrownBy(() -> takeTea(connection, 4)).hasMessageContaining("pieces");
    }

    private static int takeTea(Connection connection, int pieces) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "UPDATE stock SET pieces = pieces - " + pieces + " WHERE product = 'tea' RETURNING pieces")) {
            row.next();
            return row.getInt(1);
        }
    }
}
