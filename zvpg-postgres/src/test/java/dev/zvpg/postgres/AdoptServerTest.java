package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.Event;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.Credentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A cluster of somebody else's, running, copied with pg_basebackup where this machine has one. */
class AdoptServerTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    static Postgres installed() {
        try {
            Postgres postgres = Postgres.onPath();
            Assumptions.assumeTrue(Files.isExecutable(postgres.binDirectory().resolve("pg_basebackup")));
            return postgres;
        } catch (ConfigurationException e) {
            return Assumptions.abort("no PostgreSQL is installed: " + e.getMessage());
        }
    }

    private static ClusterSource source(ForeignCluster cluster, String password) {
        return ClusterSource.server("127.0.0.1", cluster.port(), ForeignCluster.ADMIN.user(), password);
    }

    private Zvpg zvpg(Postgres postgres) {
        int first = ThreadLocalRandom.current().nextInt(20_000, 29_000);
        return Zvpg.at(sandbox.path("home")).postgres(postgres).ports(first, first + 500);
    }

    private static String query(Connection connection, String sql) throws Exception {
        try (connection;
                ResultSet row = connection.createStatement().executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }

    @Test
    void aRunningServerGoesOnWhileARepositoryStartsFromIt() throws Exception {
        Postgres postgres = installed();
        ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original", "work_mem = 7MB")
                .start();
        Path space = original.directory(sandbox.path("space"));
        original.execute(
                "postgres",
                "CREATE TABLESPACE fast LOCATION '" + space + "'",
                "CREATE TABLE t TABLESPACE fast AS SELECT generate_series(1, 1000) AS i");
        List<Event> events = new ArrayList<>();
        try (Repository repo =
                zvpg(postgres).listen(events::add).init(source(original, ForeignCluster.ADMIN.password()))) {
            original.execute("postgres", "DELETE FROM t"); // it is there, and has nothing to do with the copy
            assertThat(original.query("postgres", "SELECT count(*) FROM pg_replication_slots"))
                    .isEqualTo("0");

            assertThat(events).hasAtLeastOneElementOfType(Event.Progress.class);
            assertThat(events).last().isInstanceOfSatisfying(Event.ClusterAdopted.class, adopted -> {
                assertThat(adopted.from()).contains("127.0.0.1").doesNotContain(ForeignCluster.ADMIN.password());
                assertThat(adopted.findings().toString()).contains("in " + space + ": copied into the data directory");
            });
            Branch main = repo.branch("main");
            main.start();
            assertThat(main.credentials().user()).isEqualTo("admin");
            assertThat(query(main.dataSource().getConnection(), "SELECT count(*) FROM t"))
                    .isEqualTo("1000");
            assertThat(query(main.dataSource().getConnection(), "SHOW work_mem"))
                    .isEqualTo("7MB");
            Clone clone = main.snapshot("v1", "as it was").clone("trial");
            clone.start();
            assertThat(query(clone.dataSource().getConnection(), "SELECT count(*) FROM t"))
                    .isEqualTo("1000");
            assertThat(query(
                            clone.dataSource().getConnection(),
                            "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'fast'"))
                    .isEqualTo("../zvpg_tablespaces/"
                            + query(
                                    clone.dataSource().getConnection(),
                                    "SELECT oid::text FROM pg_tablespace WHERE spcname = 'fast'"));
            repo.destroy();
        }
        assertThat(sandbox.path("home")).doesNotExist();
        original.stop();
    }

    /** What the files say, and not what the server runs with: the copy has the files. */
    @Test
    void settingsThatCannotStartHereAreRefusedBeforeTheLongCopy() throws Exception {
        Postgres postgres = installed();
        ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original", "shared_buffers = 7TB")
                .start("-c shared_buffers=16MB");
        List<Event> events = new ArrayList<>();
        assertThatThrownBy(() ->
                        zvpg(postgres).listen(events::add).init(source(original, ForeignCluster.ADMIN.password())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("choose another value")
                .hasMessageContaining("shared_buffers");
        assertThat(events).as("nothing was copied").isEmpty();
        assertThat(sandbox.path("home")).doesNotExist();
        original.stop();
    }

    @Test
    void aWrongPasswordIsSaidWithoutIt() throws Exception {
        Postgres postgres = installed();
        ForeignCluster original =
                ForeignCluster.make(sandbox, postgres, "original").start();
        assertThatThrownBy(() -> zvpg(postgres).init(source(original, "a wrong guess")))
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("password authentication failed")
                .hasMessageContaining("as admin")
                .hasMessageNotContaining("guess");
        assertThat(sandbox.path("home")).doesNotExist();
        original.stop();
    }

    @Test
    void aServerThatLetsNobodyCopyItIsReportedInItsOwnWords() throws Exception {
        Postgres postgres = installed();
        ForeignCluster original =
                ForeignCluster.make(sandbox, postgres, "original").start();
        original.execute("postgres", "CREATE ROLE plain LOGIN PASSWORD 'plain'");
        assertThatThrownBy(
                        () -> zvpg(postgres).init(ClusterSource.server("127.0.0.1", original.port(), "plain", "plain")))
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("pg_basebackup cannot copy")
                .hasMessageContaining("replication");
        assertThat(sandbox.path("home")).doesNotExist();
        original.stop();
    }

    @Test
    void aServerOfAnotherMajorVersionIsRefusedBeforeTheLongCopy() throws Exception {
        Postgres postgres = installed();
        ForeignCluster original =
                ForeignCluster.make(sandbox, Postgres.embedded(), "original").start();
        assertThatThrownBy(() -> zvpg(postgres).init(source(original, ForeignCluster.ADMIN.password())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("is PostgreSQL 18");
        assertThat(sandbox.path("home")).doesNotExist();
        original.stop();
    }

    @Test
    void binariesWithoutPgBasebackupSaySo() {
        assertThatThrownBy(() -> zvpg(Postgres.embedded()).init(ClusterSource.server("127.0.0.1", 1, "admin", "x")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("has no pg_basebackup")
                .hasMessageContaining("ClusterSource.directory");
        assertThat(sandbox.path("home")).doesNotExist();
    }

    @Test
    void thePasswordOfTheSourceIsInNoCommandLine() throws Exception {
        Postgres postgres = installed();
        ForeignCluster original =
                ForeignCluster.make(sandbox, postgres, "original").start();
        Postgres watched = new FakeBin(sandbox, postgres)
                .add(
                        "pg_basebackup",
                        "cat /proc/$$/cmdline /proc/$$/environ | tr '\\0' '\\n' >" + writable("seen")
                                + "; stat -Lc '%a %s' \"$PGPASSFILE\" >" + writable("mode") + "; exec REAL \"$@\"\n")
                .postgres();
        watched.adopt(
                source(original, ForeignCluster.ADMIN.password()),
                sandbox.path("copy"),
                new Credentials("postgres", "ours"),
                Map.of(),
                (done, total) -> {});
        assertThat(Files.readString(sandbox.path("seen")))
                .contains("PGPASSFILE=")
                .doesNotContain("secret");
        assertThat(Files.readString(sandbox.path("mode"))).startsWith("600 ");
        original.stop();
    }

    private Path writable(String name) throws Exception {
        Path file = Files.createFile(sandbox.path(name));
        ServerUser.of(null).own(file);
        return file;
    }
}
