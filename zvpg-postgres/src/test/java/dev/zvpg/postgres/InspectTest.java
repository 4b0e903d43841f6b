package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Effort;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.DataDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag(Effort.ANYBODY)
class InspectTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    @Test
    void refusesWhatIsNoDataDirectory() throws Exception {
        Path empty = Files.createDirectory(sandbox.path("empty"));
        assertThatThrownBy(() -> postgres.inspect(empty))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(empty.toString())
                .hasMessageContaining("PG_VERSION");
        assertThatThrownBy(() -> postgres.inspect(sandbox.path("absent"))).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void refusesAnotherMajorVersion() throws Exception {
        Path data = sandbox.cluster(Postgres.embedded(14), "data");
        assertThatThrownBy(() -> postgres.inspect(data))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("PostgreSQL 14")
                .hasMessageContaining(postgres.version());
        assertThatThrownBy(() -> postgres.start(sandbox.spec(data, java.util.Map.of())))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void refusesWalThatLiesElsewhere() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Files.move(data.resolve("pg_wal"), sandbox.path("wal"));
        Files.createSymbolicLink(data.resolve("pg_wal"), sandbox.path("wal"));
        assertThatThrownBy(() -> postgres.requireSelfContained(data))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("write-ahead log")
                .hasMessageContaining(sandbox.path("wal").toString());
    }

    @Test
    void refusesRelativeLinksThatLeadOut() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Files.move(data.resolve("pg_wal"), sandbox.path("wal"));
        Files.createSymbolicLink(data.resolve("pg_wal"), Path.of("../wal"));
        assertThatThrownBy(() -> postgres.requireSelfContained(data)).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void refusesATablespaceThatLiesElsewhere() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Path elsewhere = Files.createDirectory(sandbox.path("elsewhere"));
        Files.setPosixFilePermissions(elsewhere, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
        ServerUser.of(null).own(elsewhere);
        PostgresServer server = sandbox.start(postgres, data);
        LifecycleTest.update(server, "CREATE TABLESPACE aside LOCATION '" + elsewhere + "'");
        server.stop();
        assertThatThrownBy(() -> postgres.requireSelfContained(data))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tablespace")
                .hasMessageContaining(elsewhere.toString());
    }

    @Test
    void acceptsRelativeLinksToTheInside() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Files.move(data.resolve("pg_wal"), data.resolve("wal-inside"));
        Files.createSymbolicLink(data.resolve("pg_wal"), Path.of("wal-inside"));
        postgres.requireSelfContained(data);
        assertThat(postgres.inspect(data).state()).isEqualTo(DataDirectory.State.STOPPED);
        sandbox.start(postgres, data).stop();
    }
}
