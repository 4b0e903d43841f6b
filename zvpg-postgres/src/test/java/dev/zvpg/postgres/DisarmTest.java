package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.InUseException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.copy.Disarming;
import dev.zvpg.server.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DisarmTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    static Stream<Postgres> versions() {
        return Versions14To18.all();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void removesWhatBelongsToTheOriginalOnce(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        LifecycleTest.query(server, "SELECT pg_create_physical_replication_slot('standby_1', true)");
        server.stop();
        Path copy = sandbox.copy(data, "copy");
        Files.writeString(copy.resolve("postmaster.pid"), "1\n" + data + "\n");
        Files.createFile(copy.resolve("standby.signal"));
        Files.createDirectory(copy.resolve("pg_replslot/another"));

        List<String> found =
                postgres.disarm(copy).stream().map(Finding::toString).toList();
        assertThat(found)
                .anyMatch(line -> line.startsWith("postmaster.pid"))
                .anyMatch(line -> line.startsWith("postmaster.opts"))
                .anyMatch(line -> line.startsWith("standby.signal"))
                .contains("replication slot standby_1: removed", "replication slot another: removed");
        assertThat(postgres.disarm(copy)).isEmpty();

        PostgresServer clone = sandbox.start(postgres, copy);
        assertThat(LifecycleTest.query(clone, "SELECT count(*) FROM pg_replication_slots"))
                .isEqualTo("0");
        assertThat(LifecycleTest.query(clone, "SELECT pg_is_in_recovery()")).isEqualTo("f");
        clone.stop();
    }

    @Test
    void refusesADirectoryWhoseServerRuns() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        assertThatThrownBy(() -> postgres.disarm(data))
                .isInstanceOf(InUseException.class)
                .hasMessageContaining(String.valueOf(server.pid()));
        assertThat(data.resolve("postmaster.pid")).exists();
        server.stop();
    }

    @Test
    void followsNoLink() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        Path precious = Files.createDirectory(sandbox.path("precious"));
        Files.createFile(precious.resolve("file"));
        Files.createSymbolicLink(data.resolve("pg_replslot/link"), precious);
        OpenDirectory.deleteTree(data.resolve("pg_snapshots"));
        Files.createSymbolicLink(data.resolve("pg_snapshots"), precious);
        Disarming.run(data); // without the looks that come before it
        assertThat(precious.resolve("file")).exists();
        assertThat(data.resolve("pg_replslot")).isEmptyDirectory();
    }
}
