package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Effort;
import dev.zvpg.server.Baseline;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How long a proof waits for what a session left to end. */
@Tag(Effort.ANYBODY)
class BaselineTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    private PostgresServer started() throws Exception {
        return started(Map.of());
    }

    private PostgresServer started(Map<String, String> settings) throws Exception {
        return sandbox.start(postgres, sandbox.cluster(postgres, "data"), postgres.leanSettings(settings));
    }

    private static void leaveProcess(PostgresServer server, int seconds) throws Exception {
        LifecycleTest.update(
                server, "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; sleep " + seconds + " >/dev/null 2>&1 &'");
    }

    @Test
    void aProcessThatEndsInTimeIsNoChange() throws Exception {
        PostgresServer server = started();
        Baseline baseline = server.baseline(Duration.ofMinutes(1));
        leaveProcess(server, 1);
        assertThat(baseline.stillHolds()).isTrue();
        server.stop();
    }

    @Test
    void aProcessThatStaysLongerIsOne() throws Exception {
        PostgresServer server = started();
        Baseline baseline = server.baseline(Duration.ofMillis(50));
        leaveProcess(server, 4);
        assertThat(baseline.stillHolds()).isFalse();
        server.stop();
    }

    @Test
    void unloggedRowsInATablespaceAreNotProvenEither() throws Exception {
        PostgresServer server = started(Map.of("allow_in_place_tablespaces", "on"));
        LifecycleTest.update(server, "CREATE TABLESPACE there LOCATION ''");
        assertThat(server.baseline().stillHolds()).isTrue();
        LifecycleTest.update(server, "CREATE UNLOGGED TABLE x (i int) TABLESPACE there");
        assertThat(server.baseline().stillHolds()).isFalse();
        server.stop();
    }
}
