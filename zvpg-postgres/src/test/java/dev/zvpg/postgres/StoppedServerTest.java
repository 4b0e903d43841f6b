package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.zvpg.Branch;
import dev.zvpg.Effort;
import dev.zvpg.Repository;
import dev.zvpg.RunningServer;
import dev.zvpg.Snapshot;
import dev.zvpg.error.ServerException;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.server.ServerState;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server that runs and that nobody can talk to. */
class StoppedServerTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private Repository repo;
    private Branch main;

    @BeforeEach
    void initialize() {
        repo = sandbox.zvpg(Postgres.embedded()).init();
        main = repo.branch("main");
    }

    @AfterEach
    void destroy() {
        repo.destroy();
    }

    @Test
    @Tag(Effort.FULL)
    void aServerThatASignalHasStoppedKeepsNobodyWaitingForEver() throws Exception {
        Snapshot first = main.snapshot("first", "");
        RunningServer server = main.start();
        LifecycleTest.update(server, "CREATE TABLE t AS SELECT 7 AS i");
        for (OsProcess process :
                OsProcess.serverProcessesIn(main.dataDirectory().toRealPath())) {
            new ProcessBuilder("kill", "-STOP", Long.toString(process.pid()))
                    .start()
                    .waitFor();
        }

        assertTimeout(Duration.ofSeconds(20), () -> {
            assertThat(repo.status().branches())
                    .singleElement()
                    .satisfies(branch -> assertThat(branch.state()).isEqualTo(ServerState.RUNNING));
            repo.doctor();
        });
        for (Runnable verb : List.<Runnable>of(() -> main.snapshot("second", ""), main::isDirty)) {
            assertTimeout(
                    Duration.ofSeconds(60),
                    () -> assertThatThrownBy(verb::run)
                            .isInstanceOf(ServerException.class)
                            .hasMessageContaining("does not answer")
                            .hasMessageContaining("stop it"));
        }
        Optional<Snapshot> saved = assertTimeout(Duration.ofMinutes(3), () -> main.resetTo(first));
        assertThat(LifecycleTest.query(main.server(), "SELECT count(*) FROM pg_class WHERE relname = 't'"))
                .isEqualTo("0");
        assertThat(LifecycleTest.query(saved.orElseThrow().clone("saved").start(), "SELECT i FROM t"))
                .isEqualTo("7");
    }

    @Test
    void aBranchWithoutAFreeConnectionCanBeResetAndIsSaved() throws Exception {
        Snapshot first = main.snapshot("first", "");
        LifecycleTest.update(main.start(), "ALTER SYSTEM SET max_connections = 12");
        RunningServer server = main.restart();
        LifecycleTest.update(server, "CREATE TABLE t AS SELECT 7 AS i");
        List<Connection> pool = new ArrayList<>();
        try {
            for (int i = 0; i < 12; i++) {
                pool.add(server.dataSource("postgres").getConnection());
            }
            assertThatThrownBy(main::isDirty).hasMessageContaining("no connection is left");
            Optional<Snapshot> saved = main.resetTo(first);
            assertThat(LifecycleTest.query(main.server(), "SELECT count(*) FROM pg_class WHERE relname = 't'"))
                    .isEqualTo("0");
            assertThat(LifecycleTest.query(saved.orElseThrow().clone("saved").start(), "SELECT i FROM t"))
                    .isEqualTo("7");
        } finally {
            for (Connection connection : pool) {
                connection.close();
            }
        }
    }
}
