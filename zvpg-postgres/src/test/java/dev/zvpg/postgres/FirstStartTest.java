package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.info.Event;
import dev.zvpg.postgres.cluster.CopyMark;
import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.run.DetachedLaunch;
import dev.zvpg.postgres.run.FirstStart;
import dev.zvpg.postgres.run.RunDirectory;
import dev.zvpg.postgres.run.ServerLog;
import dev.zvpg.postgres.run.Settings;
import dev.zvpg.server.Finding;
import dev.zvpg.server.ServerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The first start of a copy, also when it is cut off. */
class FirstStartTest {

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final int KILLS = Integer.getInteger("zvpg.test.kills", 8);

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    static java.util.stream.Stream<Postgres> versions() {
        return Versions14To18.all();
    }

    private static final String SUBSCRIPTION = "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p "
            + "WITH (connect = false, slot_name = 'precious')";

    /** As a JVM leaves it that is killed as soon as the server is up: nothing is done yet. */
    private ServerSpec cutOff(Postgres postgres, Path copy) throws Exception {
        ServerSpec spec = sandbox.spec(copy, Map.of());
        ServerUser user = ServerUser.of(null);
        Installation installation = new Installation(
                postgres.binDirectory(),
                postgres.version(),
                Integer.parseInt(postgres.version().split("\\.", -1)[0]));
        RunDirectory run = RunDirectory.prepare(
                user, spec.runDirectory(), copy, spec.credentials().user());
        ServerLog log = ServerLog.begin(user, run.logFile());
        new DetachedLaunch(installation, user, copy, run)
                .begin(Settings.of(installation.major(), spec.port(), run, 0, Map.of()), log);
        await().atMost(LONG)
                .until(() ->
                        PostmasterPid.read(copy).filter(PostmasterPid::isReady).isPresent());
        return spec;
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aCopyWhoseFirstStartWasCutOffServesNobodyUntilItIsFinished(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer original = sandbox.start(postgres, data);
        LifecycleTest.update(original, SUBSCRIPTION);
        original.stop();
        Path copy = sandbox.copy(data, "copy");
        postgres.disarm(copy);
        ServerSpec spec = cutOff(postgres, copy);

        PostgresServer found = (PostgresServer) postgres.find(spec).orElseThrow();
        assertThatThrownBy(() -> LifecycleTest.query(found, "SELECT 1"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("no pg_hba.conf entry");
        assertThat(found.position().nextTransactionId()).isPositive(); // we are let in, to look

        found.finishStart();

        assertThat(found.findings().toString()).contains("subscription s in database postgres: disabled");
        assertThat(LifecycleTest.query(found, "SELECT coalesce(subslotname, '-') FROM pg_subscription"))
                .isEqualTo("-");
        assertThat(copy.resolve(CopyMark.MARK)).doesNotExist();
        found.finishStart(); // has nothing left to do
        found.stop();
        sandbox.start(postgres, copy).stop();
    }

    @Test
    void whatComesOutWhenTheFirstStartOfSomebodyElseIsFinishedIsTold() throws Exception {
        List<Event> events = new ArrayList<>();
        try (Repository repository =
                zvpg(sandbox.path("home")).listen(events::add).init()) {
            Branch main = repository.branch("main");
            LifecycleTest.update(main.start(), SUBSCRIPTION);
            Clone trial = main.snapshot("v1", "").clone("trial");
            LifecycleTest.update(trial.start(), "ALTER SUBSCRIPTION s SET (slot_name = 'precious')");
            Files.move(
                    trial.dataDirectory().resolve(CopyMark.FINISHED),
                    trial.dataDirectory().resolve(CopyMark.MARK));

            trial.start();

            assertThat(events).last().isInstanceOfSatisfying(Event.FirstStartFinished.class, finished -> {
                assertThat(finished.workingCopy().name()).isEqualTo("trial");
                assertThat(finished.findings().toString()).contains("subscription s in database postgres: disabled");
            });
            repository.destroy();
        }
    }

    @Test
    void aFoundServerIsWaitedForUntilItIsReady() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        Path lock = data.resolve(PostmasterPid.FILE);
        String ready = Files.readString(lock);
        Files.writeString(lock, ready.replace("ready   ", "starting"));
        Thread recovery = new Thread(() -> {
            try {
                assertThat(server.isRunning()).isTrue();
                Files.writeString(lock, ready);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        PostgresServer found =
                (PostgresServer) postgres.find(sandbox.spec(data, Map.of())).orElseThrow();
        recovery.start();
        found.finishStart();
        assertThat(PostmasterPid.read(data).orElseThrow().isReady()).isTrue();
        recovery.join();
        found.stop();
    }

    @Test
    void whoKillsTheJvmAtAnyMomentOfAFirstStartFindsAHarmlessCopyOrNone() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path home = sandbox.path("home");
        try (Repository repository = zvpg(home).init()) {
            repository.branch("main").start();
            LifecycleTest.update(repository.branch("main").server(), SUBSCRIPTION);
            repository.branch("main").snapshot("v1", "");
            repository.branch("main").stop();
        }
        for (int kill = 0; kill < KILLS; kill++) {
            String name = "clone-" + kill;
            Path began = sandbox.path("began-" + kill);
            Process victim = ChildJvm.start(
                    sandbox.path("victim.log"),
                    Map.of(),
                    FirstStartVictim.class,
                    home.toString(),
                    name,
                    began.toString());
            await().atMost(LONG).pollInterval(Duration.ofMillis(1)).until(() -> Files.exists(began));
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(random.nextInt(120)).toNanos());
            victim.destroyForcibly().waitFor();
            try (Repository repository = zvpg(home).open()) {
                var clone = repository.clone(name);
                clone.start();
                try (Connection connection = DriverManager.getConnection(
                                clone.jdbcUrl(), clone.credentials().asProperties());
                        Statement statement = connection.createStatement();
                        var row = statement.executeQuery(
                                "SELECT count(*) FROM pg_subscription WHERE subenabled OR subslotname IS NOT NULL")) {
                    row.next();
                    assertThat(row.getInt(1)).as("kill %d, seed %d", kill, seed).isZero();
                }
                clone.stop();
                clone.delete();
            }
        }
        try (Repository repository = zvpg(home).open()) {
            repository.destroy();
        }
    }

    private static Zvpg zvpg(Path home) {
        return Zvpg.at(home).postgres(Postgres.embedded()).ports(22_000, 22_999);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "  include 'cron.conf'",
                "\tINCLUDE_IF_EXISTS = 'cron.conf'",
                "Include_Dir 'more'",
                "include='cron.conf'",
                "  Shared_Preload_Libraries 'bg_mon, pg_stat_statements'",
                "shared_preload_libraries='\\142g_mon'",
                "shared_preload_libraries = '\"bg_mon\"'",
                "session_preload_libraries = '$libdir/bg_mon'",
                "local_preload_libraries = 'bg_mon.so'"
            })
    void aCopyLoadsNoLibraryThatIsNotKnownToBeQuietHoweverItIsSpelt(String line) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Files.writeString(data.resolve("postgresql.conf"), line + "\n", StandardOpenOption.APPEND);
        Files.writeString(data.resolve("cron.conf"), "shared_preload_libraries = 'pg_cron,bg_mon'\n");
        Files.writeString(Files.createDirectory(data.resolve("more")).resolve("x.conf"), "include '../cron.conf'\n");
        for (String file : new String[] {"cron.conf", "more", "more/x.conf"}) {
            ServerUser.of(null).own(data.resolve(file));
        }
        assertThat(postgres.disarm(data))
                .extracting(Finding::toString)
                .anyMatch(finding -> finding.contains("bg_mon") && finding.contains("not loaded"));
        PostgresServer copy = sandbox.start(postgres, data); // would fail if it loaded what is not there
        assertThat(LifecycleTest.query(
                        copy, "SELECT string_agg(setting, '') FROM pg_settings WHERE name LIKE '%_preload_libraries'"))
                .doesNotContain("mon")
                .doesNotContain("cron");
        copy.stop();
    }

    @Test
    void whatIsNoCopyLoadsWhatItsUserSets() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Files.writeString(
                data.resolve("postgresql.auto.conf"),
                "shared_preload_libraries = 'some_job'\n",
                StandardOpenOption.APPEND);
        ServerSpec main = sandbox.spec(data, Map.of());
        assertThatThrownBy(() -> postgres.start(main)).hasMessageContaining("some_job");
        postgres.disarm(data);
        sandbox.start(postgres, data).stop();
        sandbox.start(postgres, data).stop(); // a copy it stays
    }

    @Test
    void aCloneTellsWhatCouldReachOutOnceSomebodyCallsIt() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        assertThat(FirstStart.mayReachOut(data)).as("of a new cluster").isEmpty();
        PostgresServer original = sandbox.start(postgres, data);
        LifecycleTest.update(
                original,
                "CREATE LANGUAGE \"over the wire\" HANDLER plpgsql_call_handler; CREATE FUNCTION f() RETURNS event_trigger "
                        + "LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER tell ON ddl_command_end EXECUTE FUNCTION f(); "
                        + "UPDATE pg_language SET lanpltrusted = false WHERE lanname = 'over the wire'; "
                        + "INSERT INTO pg_extension SELECT 99999, 'http', extowner, extnamespace, false, '1', NULL, NULL "
                        + "FROM pg_extension");
        original.stop();
        Path copy = sandbox.copy(data, "copy");
        postgres.disarm(copy);
        PostgresServer clone = sandbox.start(postgres, copy);
        assertThat(clone.findings())
                .extracting(Finding::toString)
                .anyMatch(line ->
                        line.startsWith("event trigger tell (ddl_command_end) in database postgres: left as it is"))
                .anyMatch(line -> line.startsWith("extension http in database postgres: left as it is"))
                .anyMatch(line ->
                        line.startsWith("untrusted language over the wire in database postgres: left as it is"));
        clone.stop();
    }

    @Test
    void noCommandOfARecoveryRunsInACopy() throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Path fired = sandbox.path("fired");
        Files.writeString(
                data.resolve("postgresql.conf"),
                "archive_cleanup_command = 'touch " + fired + "'\nrecovery_end_command = 'touch " + fired + "'\n",
                StandardOpenOption.APPEND);
        assertThat(postgres.disarm(data).toString())
                .contains("archive_cleanup_command")
                .contains("recovery_end_command");
        PostgresServer copy = sandbox.start(postgres, data);
        assertThat(LifecycleTest.query(copy, "SHOW archive_cleanup_command")).isEmpty();
        assertThat(LifecycleTest.query(copy, "SHOW recovery_end_command")).isEmpty();
        copy.stop();
        assertThat(fired).doesNotExist();
    }
}
