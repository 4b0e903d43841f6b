package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.examples.bench.AsServerUser;
import dev.zvpg.postgres.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
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
        assertTheTableIsThere();
    }

    private void assertTheTableIsThere() throws Exception {
        try (Repository repo = place.open();
                Connection connection = repo.branch("main").dataSource().getConnection();
                ResultSet row = connection.createStatement().executeQuery("SELECT i FROM t")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getInt(1)).isEqualTo(42);
        }
    }

    private static Postgres installed() {
        try {
            Postgres postgres = Postgres.onPath();
            assumeThat(postgres.binDirectory().resolve("pg_basebackup")).isExecutable();
            return postgres;
        } catch (ConfigurationException e) {
            return Assumptions.abort("needs an installed PostgreSQL: " + e.getMessage());
        }
    }

    @Tag("full")
    @Test
    void aRunningServerIsCopiedWithThePasswordFromAFile() throws Exception {
        Postgres postgres = installed();
        Path bin = postgres.binDirectory();
        original.init("--home", original.path("home").toString()).succeeded();
        Path data;
        Path passwords;
        try (Repository repo = original.open()) {
            execute(repo, "CREATE TABLE t AS SELECT 42 AS i");
            passwords = repo.passwordFile();
            data = repo.branch("main").dataDirectory();
            repo.branch("main").stop();
        }
        // the repository's own servers let nobody replicate, so this one is started by hand
        Files.writeString(
                data.resolve("pg_hba.conf"),
                "host all,replication postgres 127.0.0.1/32 scram-sha-256\n",
                StandardOpenOption.TRUNCATE_EXISTING);
        int port = original.firstPort();
        String options = "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=";
        String pgCtl = bin.resolve("pg_ctl").toString();
        AsServerUser.run(postgres, pgCtl, "start", "-w", "-D", "" + data, "-l", "/dev/null", "-o", options);
        try {
            Script init = Script.run(
                            place,
                            "",
                            "env",
                            "PGPASSFILE=" + passwords,
                            Script.BIN.resolve("zvpg").toString(),
                            "init",
                            "--home",
                            place.path("home").toString(),
                            "--clone-port-start",
                            Integer.toString(place.firstPort()),
                            "--from-server",
                            "127.0.0.1:" + port)
                    .ended(0);

            assertThat(init.out()).contains("branch main runs on port");
            assertTheTableIsThere();
        } finally {
            AsServerUser.run(postgres, pgCtl, "stop", "-w", "-D", "" + data); // fails where the copy has ended it
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
