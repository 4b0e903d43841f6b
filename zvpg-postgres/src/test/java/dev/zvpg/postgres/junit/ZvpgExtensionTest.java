package dev.zvpg.postgres.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Clone;
import dev.zvpg.Effort;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.postgres.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineExecutionResults;

/** Runs sample classes and looks at what came of them. */
@Tag(Effort.ANYBODY)
class ZvpgExtensionTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private Path cache = Path.of("/nowhere");

    @BeforeEach
    void countPreparations() throws IOException {
        cache = sandbox.path("cache");
        Preparations.in(sandbox.path("."));
    }

    private long preparations() throws IOException {
        return Preparations.count(sandbox.path("."));
    }

    private static void assertSucceeded(EngineExecutionResults results, long tests) {
        assertThat(results.allEvents().failed().count())
                .as(SampleRun.failures(results))
                .isZero();
        assertThat(results.testEvents().succeeded().count()).isEqualTo(tests);
    }

    @Test
    void eachTestHasItsOwnCloneAndAKeyIsPreparedOnceForAllClassesAndRuns() throws IOException {
        assertSucceeded(SampleRun.in(cache).of(Samples.Isolated.class, Samples.AlsoIsolated.class), 7);
        assertSucceeded(SampleRun.in(cache).of(Samples.AlsoIsolated.class), 2);
        assertThat(preparations()).isEqualTo(1);
    }

    @Test
    void testsThatRunInParallelDoNotSeeEachOther() throws IOException {
        assertSucceeded(SampleRun.in(cache).inParallel(4).of(Samples.Isolated.class, Samples.AlsoIsolated.class), 7);
        assertThat(preparations()).isEqualTo(1);
    }

    @Test
    void ofTwoJvmsThatWantAKeyOnePreparesItAndTheOtherWaits() throws Exception {
        String[] arguments = {cache.toString(), Samples.Isolated.class.getName()};
        String classPath = System.getProperty("java.class.path");
        try (OtherJvm one = new OtherJvm(classPath, SampleRun.class, arguments);
                OtherJvm another = new OtherJvm(classPath, SampleRun.class, arguments)) {
            assertThat(one.output()).contains("SUCCEEDED 5");
            assertThat(another.output()).contains("SUCCEEDED 5");
            assertThat(one.exitCode()).isZero();
            assertThat(another.exitCode()).isZero();
        }
        assertThat(preparations()).isEqualTo(1);
    }

    @Test
    void preparationThatIsKilledHalfWayLeavesNothingThatLooksPrepared() throws Exception {
        try (OtherJvm jvm = new OtherJvm(
                System.getProperty("java.class.path"),
                SampleRun.class,
                cache.toString(),
                Samples.NeverPrepared.class.getName())) {
            jvm.awaitLine("PREPARING");
            jvm.kill();
        }
        assertThat(preparations()).isEqualTo(1);

        assertSucceeded(SampleRun.in(cache).of(Samples.Isolated.class), 5);
        assertThat(preparations()).isEqualTo(2);
    }

    @Test
    void exceptionOfAPreparationReachesTheTestsAndNothingLooksPrepared() throws IOException {
        EngineExecutionResults results =
                SampleRun.in(cache).of(Samples.FailingToPrepare.class, Samples.FailingToPrepareAgain.class);

        results.testEvents().assertStatistics(stats -> stats.started(0));
        List<Throwable> failures = results.containerEvents().failed().stream()
                .flatMap(event -> event.getPayload(org.junit.platform.engine.TestExecutionResult.class).stream())
                .flatMap(result -> result.getThrowable().stream())
                .toList();
        assertThat(failures).hasSize(2);
        assertThat(failures.get(0)).hasMessageContaining("column \"no_such_column\" does not exist");
        assertThat(failures.get(0).getSuppressed())
                .singleElement()
                .extracting(Throwable::getMessage)
                .asString()
                .contains("server of the preparation")
                .contains("STATEMENT:  CREATE TABLE orders AS SELECT 1 AS id, no_such_column");
        assertThat(failures.get(1))
                .hasMessageContaining("failed before in this run")
                .hasCause(failures.get(0));
        assertThat(preparations()).isEqualTo(1);

        assertSucceeded(SampleRun.in(cache).of(Samples.AlsoIsolated.class), 2);
        assertThat(preparations()).isEqualTo(2);
    }

    @Test
    void testWithoutParametersCostsNoClone() throws IOException {
        assertSucceeded(SampleRun.in(cache).of(Samples.WithoutParameters.class), 1);
        assertThat(preparations()).isEqualTo(1);
    }

    @Test
    void parametersOfTheClassBelongToACloneOfTheClass() {
        Samples.ClassParameters.portsOfTests.clear();
        assertSucceeded(SampleRun.in(cache).of(Samples.ClassParameters.class), 3);
        assertThat(Samples.ClassParameters.portsOfTests).isNotEmpty();
        assertSucceeded(SampleRun.in(cache).of(Samples.OneInstance.class), 2);
    }

    @Test
    void sharedIsOneCloneForAllTestsOfAClass() {
        Samples.Shared.ports.clear();
        assertSucceeded(SampleRun.in(cache).inParallel(3).of(Samples.Shared.class), 3);
        assertThat(Samples.Shared.ports).hasSize(1);
    }

    @Test
    void dynamicTestsShareTheCloneOfTheirFactory() {
        assertSucceeded(SampleRun.in(cache).of(Samples.Factory.class), 1);
    }

    @Test
    void whatCannotBeSaysWhatToDo() {
        assertThat(SampleRun.failure(SampleRun.in(cache).of(Samples.SharedInAnInstanceField.class)))
                .hasValueSatisfying(failure -> assertThat(failure)
                        .isInstanceOf(ParameterResolutionException.class)
                        .hasMessageContaining("has to be static"));
        assertThat(SampleRun.failure(SampleRun.in(cache).of(Samples.ForTheClassInAnInstanceField.class)))
                .hasValueSatisfying(failure -> assertThat(failure)
                        .isInstanceOf(ParameterResolutionException.class)
                        .hasMessageContaining("No ParameterResolver registered"));
        assertThat(SampleRun.failure(SampleRun.in(cache).of(Samples.WithoutAKey.class)))
                .isPresent();
        assertThatThrownBy(() -> ZvpgExtension.prepared(" ", Samples::prepare))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void connectionsAreClosedAfterTheTest() {
        Samples.LeavesConnections.connections.clear();
        assertSucceeded(SampleRun.in(cache).of(Samples.LeavesConnections.class), 1);
        assertThat(Samples.LeavesConnections.connections).hasSize(2).allMatch(ZvpgExtensionTest::isClosed);
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (java.sql.SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void failureShowsWhatTheServerLogged() {
        EngineExecutionResults results = SampleRun.in(cache).of(Samples.Failing.class);

        results.testEvents()
                .assertStatistics(stats -> stats.failed(1).succeeded(1).aborted(1));
        Throwable failure = SampleRun.failure(results).orElseThrow();
        assertThat(failure).hasMessageContaining("no_such_column");
        assertThat(failure.getSuppressed())
                .singleElement()
                .extracting(Throwable::getMessage)
                .asString()
                .contains("server of Failing.fails")
                .contains("ERROR:  column \"no_such_column\" does not exist")
                .contains("STATEMENT:  SELECT no_such_column FROM orders");
        assertThat(results.allEvents().reportingEntryPublished().count()).isEqualTo(1);
    }

    @Test
    void cloneOfAFailedTestIsKeptAndTheReportSaysHowToConnect() throws Exception {
        EngineExecutionResults results =
                SampleRun.in(cache).with(Options.KEEP, "true").of(Samples.Failing.class);

        results.testEvents()
                .assertStatistics(stats -> stats.failed(1).succeeded(1).aborted(1));
        assertRowsOfTheKeptClone(SampleRun.failure(results).orElseThrow(), 2);

        try (Repository repository = openOnlyRepository()) {
            assertThat(repository.clones())
                    .singleElement()
                    .satisfies(clone -> assertThat(clone.info().expires()).isPresent());
            repository.clones().forEach(Clone::delete);
        }
    }

    private static void assertRowsOfTheKeptClone(Throwable failure, int rows) throws Exception {
        String report = failure.getSuppressed()[0].getMessage();
        Matcher connect = Pattern.compile("(?s)PGPASSFILE=(\\S+) psql.*?(jdbc:\\S+) \\(user (\\w+),")
                .matcher(report);
        assertThat(connect.find()).as(report).isTrue();
        Properties properties = new Properties();
        properties.setProperty("user", connect.group(3));
        properties.setProperty("password", password(Path.of(connect.group(1))));
        assertThat(report).doesNotContain(properties.getProperty("password"));
        try (Connection connection = DriverManager.getConnection(connect.group(2), properties)) {
            assertThat(Samples.count(connection)).isEqualTo(rows);
        }
    }

    @Test
    void cloneOfAClassIsKeptAtItsEndWhenOneOfItsTestsHasFailed() throws Exception {
        EngineExecutionResults results =
                SampleRun.in(cache).with(Options.KEEP, "true").of(Samples.SharedAndFailing.class);

        results.testEvents().assertStatistics(stats -> stats.failed(1).succeeded(1));
        assertRowsOfTheKeptClone(SampleRun.failure(results).orElseThrow(), 3);
        try (Repository repository = openOnlyRepository()) {
            assertThat(repository.clones()).hasSize(1);
            repository.clones().forEach(Clone::delete);
        }
    }

    @Test
    void testThatFailsWithoutItsCloneFailsWithWhatItThrew() throws Exception {
        EngineExecutionResults results =
                SampleRun.in(cache).with(Options.KEEP, "true").of(Samples.FailingWithoutItsClone.class);

        Throwable failure = SampleRun.failure(results).orElseThrow();
        assertThat(failure).hasMessage("the test failed");
        assertThat(failure.getSuppressed())
                .singleElement()
                .extracting(Throwable::getMessage)
                .asString()
                .doesNotContain("is kept");
        try (Repository repository = openOnlyRepository()) {
            assertThat(repository.clones()).isEmpty();
        }
    }

    private static String password(Path pgpass) throws IOException {
        assertThat(Files.getPosixFilePermissions(pgpass)).hasSize(2);
        return Files.readString(pgpass).strip().split(":", 5)[4];
    }

    private Repository openOnlyRepository() throws IOException {
        try (Stream<Path> places = Files.list(cache)) {
            Path home = places.toList().get(0).resolve("repository");
            return Zvpg.at(home).postgres(Postgres.embedded()).open();
        }
    }

    @Test
    void failureToConnectToTheDatabaseOfAClassThatIsOverSaysWhatStays() {
        EngineExecutionResults results =
                SampleRun.in(cache).of(StayingSamples.GivesItsUrlAway.class, StayingSamples.OutlivesIt.class);

        results.testEvents().assertStatistics(stats -> stats.failed(1).succeeded(1));
        assertThat(SampleRun.failure(results).orElseThrow().getSuppressed())
                .extracting(Throwable::getMessage)
                .singleElement()
                .asString()
                .contains("of the database of GivesItsUrlAway, which ended with it")
                .contains("jdbcUrl(), which stays");
    }

    @Test
    void oneUrlIsForAllClassesAndEachTestHasItsDataAfterAReset() throws Exception {
        try (OtherJvm jvm = new OtherJvm(
                System.getProperty("java.class.path"),
                SampleRun.class,
                cache.toString(),
                StayingSamples.One.class.getName(),
                StayingSamples.BeforeAnything.class.getName(),
                StayingSamples.Killed.class.getName())) {
            assertThat(jvm.output()).contains("SUCCEEDED 5");
            assertThat(jvm.exitCode()).isZero();
        }
        assertThat(preparations()).isEqualTo(1);
    }

    @Test
    void failureOfATestOnTheUrlThatStaysShowsWhatItsServerLogged() throws Exception {
        try (OtherJvm jvm = new OtherJvm(
                System.getProperty("java.class.path"),
                SampleRun.class,
                cache.toString(),
                StayingSamples.Failing.class.getName())) {
            assertThat(jvm.output())
                    .contains("SUCCEEDED 0")
                    .contains("server of the jdbcUrl() of orders-v1")
                    .contains("STATEMENT:  SELECT no_such_column FROM orders");
        }
    }

    @Test
    void connectsToTheDatabaseThatIsNamedWithTheSettingsThatAreSaid() {
        assertSucceeded(SampleRun.in(cache).of(Samples.OtherDatabase.class), 1);
    }

    @Test
    void whoStartsTheTestsChoosesThePostgres() throws IOException {
        Path bin = Postgres.embedded(16).binDirectory();
        assertSucceeded(
                SampleRun.in(cache).with(Options.POSTGRES, bin.toString()).of(Samples.AlsoIsolated.class), 2);
        assertSucceeded(SampleRun.in(cache).with(Options.POSTGRES, "embedded").of(Samples.AlsoIsolated.class), 2);
        assertThat(preparations()).as("one for each installation").isEqualTo(2);
        try (Stream<Path> places = Files.list(cache)) {
            assertThat(places.map(place -> place.getFileName().toString().replaceFirst("[.-].*", "")))
                    .containsExactlyInAnyOrder("16", "18");
        }
    }
}
