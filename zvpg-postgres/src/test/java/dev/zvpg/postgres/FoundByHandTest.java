package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.run.RunDirectory;
import dev.zvpg.server.Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server that somebody started without ZVPG: its places are not ours to clean. */
class FoundByHandTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    @Test
    void stoppingItLeavesWhatElseIsInItsSocketDirectory() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Path shared = Files.createDirectory(sandbox.path("shared"));
        Path precious = Files.writeString(shared.resolve("precious"), "x");
        Path inSubdirectory = Files.writeString(
                Files.createDirectory(shared.resolve("subdirectory")).resolve("precious"), "x");
        Path socketOfAnother = Files.createFile(shared.resolve(".s.PGSQL.1"));
        ServerUser.of(null).own(shared);
        stopStartedByHand(data, shared.toString());
        assertThat(precious).exists();
        assertThat(inSubdirectory).exists();
        assertThat(socketOfAnother).exists();
        Files.delete(socketOfAnother);
    }

    @Test
    void stoppingOneWithoutSocketsLeavesTheWorkingDirectory() throws Exception {
        Path here = Path.of("").toAbsolutePath();
        List<Path> before = OpenDirectory.list(here);
        stopStartedByHand(sandbox.cluster(postgres, "data"), "");
        assertThat(OpenDirectory.list(here)).containsAll(before);
    }

    @Test
    void stoppingAnEndedServerTouchesNothingOfTheNextOne() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer first = sandbox.start(postgres, data);
        first.stop();
        PostgresServer second = sandbox.start(postgres, data);
        first.stop();
        assertThat(data.resolve("postmaster.pid")).exists();
        assertThat(sandbox.path("data-run/socket/.s.PGSQL." + second.port())).exists();
        second.stop();
    }

    @Test
    void cleaningRemovesOnlyWhatServersLeave() throws Exception {
        Path sockets = Files.createDirectory(sandbox.path("socket"));
        for (String name : List.of(".s.PGSQL.5432", ".s.PGSQL.5432.lock", "start.pid", "server.pid", "precious")) {
            Files.createFile(sockets.resolve(name));
        }
        new RunDirectory(sandbox.path("."), sockets, true).release();
        assertThat(sockets).isDirectoryNotContaining(file -> !file.endsWith("precious"));
        assertThat(sockets.resolve("precious")).exists();
    }

    private void stopStartedByHand(Path data, String sockets) throws Exception {
        int port = Sandbox.freePort();
        List<String> command = new ArrayList<>(ServerUser.of(null).commandPrefix());
        command.addAll(List.of(postgres.binDirectory().resolve("postgres").toString(), "-D", data.toString()));
        command.addAll(List.of("-p", Integer.toString(port), "-k", sockets, "-h", "127.0.0.1"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        while (PostmasterPid.read(data).filter(PostmasterPid::isReady).isEmpty()) {
            assertThat(process.isAlive()).isTrue();
            Thread.onSpinWait();
        }
        assertThat(postgres.find(sandbox.spec(data, Map.of()))).hasValueSatisfying(Server::stop);
        assertThat(process.waitFor()).isZero();
    }
}
