package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.WorkingCopy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** What tests say to the server of a branch or clone. */
final class Sql {

    private Sql() {}

    /** Runs statements in one session. */
    static void execute(WorkingCopy copy, String... statements) throws SQLException {
        try (Connection connection = copy.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first value of the first row, which there is. */
    static String value(WorkingCopy copy, String sql) throws SQLException {
        try (Connection connection = copy.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }
}
