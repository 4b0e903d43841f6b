package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.zvpg.Branch;
import dev.zvpg.Effort;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.server.ServerState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A JVM is killed while what it launched is no server yet. */
@Tag(Effort.FULL)
class CutOffLaunchTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    /** What is done next, and has to find out that a server is on its way. */
    private static final List<Consumer<Branch>> NEXT = List.of(
            branch -> assertThat(branch.start().isRunning()).isTrue(),
            branch -> assertThat(branch.state()).isEqualTo(ServerState.RUNNING),
            branch -> {
                branch.stop();
                assertThat(branch.state()).isEqualTo(ServerState.STOPPED);
            });

    /** Once in the shell that becomes pg_ctl, once in the one that becomes the server. */
    @ParameterizedTest
    @CsvSource({"pg_ctl, 30_000", "postgres, 30_500"})
    void whoComesNextFindsTheServerThatComesOfIt(String slow, String ports) throws Exception {
        int port = Integer.parseInt(ports.replace("_", ""));
        Path home = sandbox.path("home");
        Path began = Files.createFile(sandbox.path("began"));
        Files.setPosixFilePermissions(began, PosixFilePermissions.fromString("rw-rw-rw-"));
        Path bin = new FakeBin(sandbox, Postgres.embedded())
                .script("postgres", "exec REAL \"$@\"\n") // a link would lead to where the others are real
                .script(slow, """
                        case "$*" in *data_directory=*) echo now >%s; sleep 0.7 ;; esac
                        exec REAL "$@"
                        """.formatted(began))
                .path();
        try (Repository repository = zvpg(home, Postgres.embedded(), port).init()) {
            for (Consumer<Branch> next : NEXT) {
                Files.writeString(began, "");
                repository.branch("main").stop();
                Process victim = ChildJvm.start(
                        sandbox.path("victim.log"),
                        Map.of(),
                        StartVictim.class,
                        home.toString(),
                        bin.toString(),
                        Integer.toString(port));
                try {
                    await().atMost(LONG).pollInterval(Duration.ofMillis(1)).until(() -> Files.size(began) > 0);
                } finally {
                    victim.destroyForcibly().waitFor();
                }

                next.accept(repository.branch("main"));
            }
            repository.destroy();
        }
    }

    /** No other test uses the ports from 30,000 to 30,999, so that none is taken from who is slow. */
    static Zvpg zvpg(Path home, Postgres postgres, int port) {
        return Zvpg.at(home).postgres(postgres).ports(port, port + 499);
    }
}
