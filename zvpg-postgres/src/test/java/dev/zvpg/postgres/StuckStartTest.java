package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.zvpg.Effort;
import dev.zvpg.error.ServerException;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.ServerSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A start that takes long goes on, one that stands still is ended, and one that fails leaves no server. */
class StuckStartTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    @Tag(Effort.FULL)
    @Test
    void aRecoveryThatMakesProgressMayTakeLongerThanTheTimeout() throws Exception {
        Path data = crashed();
        ServerSpec spec = sandbox.spec(data, Map.of());
        Duration timeout = Duration.ofSeconds(2);
        long began = System.nanoTime();
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<PostgresServer> start =
                    threads.submit(() -> postgres.startTimeout(timeout).start(spec));
            OsProcess recovery = recovery(data);
            // as on a slow disk: a little work, and then a wait
            while (System.nanoTime() - began < timeout.toNanos() * 3 && recovery.isAlive()) {
                signal("STOP", recovery);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
                long before = recovery.processorTicks();
                signal("CONT", recovery);
                while (recovery.isAlive() && recovery.processorTicks() == before) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                }
            }
            PostgresServer server = start.get();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(timeout.plusSeconds(1));
            assertThat(LifecycleTest.query(server, "SELECT count(*) FROM t")).isEqualTo("1000000");
            server.stop();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aStartThatStandsStillIsEndedAndTheMessageSaysWhatToDo() throws Exception {
        Path data = crashed();
        ServerSpec spec = sandbox.spec(data, Map.of());
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<PostgresServer> start = threads.submit(
                    () -> postgres.startTimeout(Duration.ofSeconds(2)).start(spec));
            signal("STOP", recovery(data));
            assertThatThrownBy(start::get)
                    .cause()
                    .isInstanceOf(ServerException.class)
                    .hasMessageContaining("made no progress for PT2S")
                    .hasMessageContaining("startTimeout");
        } finally {
            threads.shutdownNow();
        }
        assertNothingIsLeft(data);
        sandbox.start(postgres, data).stop();
    }

    @Tag(Effort.FULL)
    @Test
    void aServerWhoseNumberCannotBeReadIsEnded() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        ServerSpec spec = sandbox.spec(data, Map.of());
        Path number = spec.runDirectory().resolve("socket/start.pid");
        Postgres broken = new FakeBin(sandbox, postgres)
                .script("pg_ctl", "if [ $1 = start ]; then mkdir " + number + "; fi\nexec REAL \"$@\"\n")
                .postgres();
        assertThatThrownBy(() -> broken.startTimeout(Duration.ofSeconds(2)).start(spec))
                .isInstanceOf(ServerException.class);
        assertNothingIsLeft(data);
    }

    @Tag(Effort.FULL)
    @Test
    void aServerThatCouldNotNoteItsNumberIsFoundByItsLock() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        ServerSpec spec = sandbox.spec(data, Map.of());
        Path number = spec.runDirectory().resolve("socket/start.pid");
        // as on a full disk: the file is there, and nothing can be written to it
        Postgres mute = new FakeBin(sandbox, postgres)
                .script(
                        "pg_ctl",
                        "if [ $1 = start ]; then : > " + number + "; chmod 400 " + number + "; fi\nexec REAL \"$@\"\n")
                .postgres();
        PostgresServer server = mute.startTimeout(Duration.ofSeconds(5)).start(spec);
        assertThat(LifecycleTest.query(server, "SELECT 1")).isEqualTo("1");
        server.stop();
        assertNothingIsLeft(data);
    }

    @Tag(Effort.FULL)
    @Test
    void aServerThatEndsBeforeItNotedItsNumberIsNotWaitedFor() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Postgres broken =
                new FakeBin(sandbox, postgres).script("pg_ctl", "exit 0\n").postgres();
        ServerSpec spec = sandbox.spec(data, Map.of());
        long began = System.nanoTime();
        assertThatThrownBy(() -> broken.start(spec))
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("ended while it started");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(50));
        assertNothingIsLeft(data);
    }

    @Tag(Effort.FULL)
    @Test
    void aServerWhosePgCtlFailedAfterwardsIsEnded() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Postgres broken = new FakeBin(sandbox, postgres)
                .script("pg_ctl", "REAL \"$@\" || exit 1; if [ $1 = start ]; then exit 7; fi\n")
                .postgres();
        assertThatThrownBy(() -> broken.start(sandbox.spec(data, Map.of())))
                .isInstanceOfSatisfying(
                        ServerException.class, e -> assertThat(e.exitCode()).hasValue(7));
        assertNothingIsLeft(data);
    }

    @Tag(Effort.FULL)
    @Test
    void aServerThatDoesNotLetUsInIsEnded() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        ServerSpec right = sandbox.spec(data, Map.of());
        ServerSpec wrong = new ServerSpec(
                data, right.runDirectory(), right.port(), new Credentials("zvpg", "another"), right.settings());
        assertThatThrownBy(() -> postgres.start(wrong))
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("does not let zvpg connect, and was stopped");
        assertNothingIsLeft(data);
    }

    /** A cluster that has a second or so of WAL to recover from. */
    private Path crashed() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(
                postgres,
                data,
                Map.of("fsync", "off", "checkpoint_timeout", "1d", "max_wal_size", "8GB", "autovacuum", "off"));
        LifecycleTest.update(
                server, "CREATE TABLE t AS SELECT i FROM generate_series(1, 1000000) i; CREATE INDEX ON t (i)");
        server.stopAtOnce();
        return data;
    }

    private static OsProcess recovery(Path data) {
        return await().atMost(LONG)
                .pollInterval(Duration.ofMillis(1))
                .until(
                        () -> OsProcess.serverProcessesIn(data).stream()
                                .filter(process -> process.title()
                                        .filter(title -> title.contains("startup recovering"))
                                        .isPresent())
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static void signal(String name, OsProcess process) throws Exception {
        new ProcessBuilder(List.of("kill", "-" + name, Long.toString(process.pid())))
                .redirectErrorStream(true)
                .start()
                .waitFor();
    }

    private static void assertNothingIsLeft(Path data) throws Exception {
        assertThat(Sandbox.processes(data)).as("processes").isEmpty();
        assertThat(data.resolve("postmaster.pid")).doesNotExist();
    }
}
