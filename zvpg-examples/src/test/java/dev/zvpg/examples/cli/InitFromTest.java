package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A repository that starts from an existing cluster. */
class InitFromTest {

    @RegisterExtension
    final Place original = new Place();

    @RegisterExtension
    final Place place = new Place();

    private static void execute(Repository repo, String sql) throws Exception {
        try (Connection connection = repo.branch("main").dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aStoppedServersDirectoryIsCopied() throws Exception {
        original.init("--home", original.path("home").toString()).succeeded();
        Path directory;
        try (Repository repo = original.open()) {
            Branch main = repo.branch("main");
            execute(repo, "CREATE TABLE t AS SELECT 42 AS i");
            directory = main.dataDirectory();
            place.init("--home", place.path("home").toString(), "--from-directory", directory.toString())
                    .failed(ExitCode.CONFLICT);
            assertThat(place.configuration()).doesNotExist();
            main.stop();
        }

        Ran init = place.init("--home", place.path("home").toString(), "--from-directory", directory.toString())
                .succeeded();

        assertThat(init.out()).contains("branch main runs on port " + place.firstPort());
        try (Repository repo = place.open();
                Connection connection = repo.branch("main").dataSource().getConnection();
                ResultSet row = connection.createStatement().executeQuery("SELECT i FROM t")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getInt(1)).isEqualTo(42);
        }
    }

    @Test
    void whatIsNoClusterOrHasNoPasswordIsRefused() {
        place.init(
                        "--home",
                        place.path("home").toString(),
                        "--from-directory",
                        place.path("").toString())
                .failed(ExitCode.CONFIGURATION)
                .saying(place.path("").toString());
        place.init(
                        "--home",
                        place.path("home").toString(),
                        "--from-server",
                        "127.0.0.1:1",
                        "--from-user",
                        "nobody-here")
                .failed(ExitCode.CONFIGURATION)
                .saying("no password for role nobody-here on 127.0.0.1:1; set PGPASSWORD");
        place.init("--home", place.path("home").toString(), "--from-server", "127.0.0.1:port")
                .failed(ExitCode.USAGE)
                .saying("HOST:PORT");
        place.init("--from-server", "127.0.0.1", "--from-directory", "/x")
                .failed(ExitCode.USAGE)
                .saying("only one");
        assertThat(place.path("")).isEmptyDirectory();
    }
}
