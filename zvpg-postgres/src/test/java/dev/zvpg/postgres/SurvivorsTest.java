package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.InUseException;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.server.DataDirectory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Processes that work in a data directory without a server, and such as only look around there. */
class SurvivorsTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    @Test
    void directoryInWhichABackendSurvivesItsServerIsInUse() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        try (Connection connection = server.dataSource("postgres").getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            long backend = row.getLong(1);
            // one that is stopped does not notice that its server has died
            assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(backend))
                            .start()
                            .waitFor())
                    .isZero();
            ProcessHandle.of(server.pid()).ifPresent(ProcessHandle::destroyForcibly);
            while (server.isRunning()) {
                Thread.onSpinWait();
            }
            assertThatThrownBy(() -> postgres.inspect(data))
                    .isInstanceOf(InUseException.class)
                    .hasMessageContaining(Long.toString(backend));
            ProcessHandle.of(backend).ifPresent(ProcessHandle::destroyForcibly);
        }
        assertThat(postgres.inspect(data).state()).isEqualTo(DataDirectory.State.CRASHED);
        sandbox.start(postgres, data).stop();
    }

    @Test
    void shellInADataDirectoryIsNoneOfItsProcesses() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        Process shell =
                new ProcessBuilder("sleep", "300").directory(data.toFile()).start();
        try {
            assertThat(OsProcess.serverProcessesIn(data))
                    .extracting(OsProcess::pid)
                    .contains(server.pid())
                    .doesNotContain(shell.pid());
        } finally {
            shell.destroyForcibly().waitFor();
            server.stop();
        }
    }
}
