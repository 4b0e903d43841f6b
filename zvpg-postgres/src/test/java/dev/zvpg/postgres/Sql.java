package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Database;
import dev.zvpg.WorkingCopy;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** What tests say to the server of a branch or clone. */
final class Sql {

    private Sql() {}

    /** Runs statements in one session. */
    static void execute(WorkingCopy copy, String... statements) throws SQLException {
        executeIn(copy, Database.DEFAULT_DATABASE, statements);
    }

    /** The same in another database. */
    static void executeIn(WorkingCopy copy, String database, String... statements) throws SQLException {
        try (Connection connection = copy.dataSource(database).getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Runs a script as somebody would who got it: with psql, where that is installed. */
    static void runScript(WorkingCopy copy, String script) throws SQLException, IOException, InterruptedException {
        if (Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .noneMatch(directory -> Files.isExecutable(Path.of(directory, "psql")))) {
            execute(copy, script);
            return;
        }
        URI server = URI.create(copy.jdbcUrl().substring("jdbc:".length()));
        ProcessBuilder psql = new ProcessBuilder("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null");
        psql.environment().put("PGHOST", server.getHost());
        psql.environment().put("PGPORT", Integer.toString(server.getPort()));
        psql.environment().put("PGDATABASE", server.getPath().substring(1));
        psql.environment().put("PGUSER", copy.credentials().user());
        psql.environment().put("PGPASSWORD", copy.credentials().password());
        psql.environment().put("PGCLIENTENCODING", "UTF8");
        Process process = psql.redirectErrorStream(true).start();
        CompletableFuture<byte[]> said = CompletableFuture.supplyAsync(() -> {
            try {
                return process.getInputStream().readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try (OutputStream in = process.getOutputStream()) {
            in.write(script.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // it has ended at an error, which it tells
        }
        assertThat(process.waitFor())
                .as(() -> new String(said.join(), StandardCharsets.UTF_8) + "\n" + script)
                .isZero();
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
