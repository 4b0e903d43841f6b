package dev.zvpg.postgres.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.zvpg.Effort;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/**
 * The extension is compiled against one version of JUnit; here its tests run on the oldest and the newest that it works
 * with.
 */
@Tag(Effort.FULL)
class JUnitVersionsTest {

    private static final Pattern JUNIT = Pattern.compile("junit-(jupiter|platform)(-\\w+)*-\\d[^/]*\\.jar");

    /** Those that use something of JUnit that others do not. */
    private static final List<String> TESTS = List.of(
            "testsThatRunInParallelDoNotSeeEachOther",
            "parametersOfTheClassBelongToACloneOfTheClass",
            "sharedIsOneCloneForAllTestsOfAClass",
            "dynamicTestsShareTheCloneOfTheirFactory",
            "whatCannotBeSaysWhatToDo",
            "exceptionOfAPreparationReachesTheTestsAndNothingLooksPrepared",
            "connectionsAreClosedAfterTheTest",
            "failureShowsWhatTheServerLogged");

    static Stream<String> versions() {
        return Stream.of(System.getProperty("zvpg.junit.versions").split(",", -1))
                .limit(Effort.of(1, 2));
    }

    @ParameterizedTest
    @MethodSource("versions")
    void testsOfTheExtensionPassOn(String version) throws Exception {
        try (OtherJvm jvm = new OtherJvm(classPath(version), JUnitVersionsTest.class)) {
            String output = jvm.output();
            assertThat(jvm.exitCode()).as(output).isZero();
            assertThat(output)
                    .contains("/" + version + "/junit-platform-console-standalone-")
                    .contains("SUCCEEDED " + TESTS.size());
        }
    }

    /** This one's, with the JUnit of another version. */
    private static String classPath(String version) throws IOException {
        List<String> entries = new ArrayList<>();
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("zvpg.junit.directory"), version))) {
            jars.map(Path::toString).forEach(entries::add);
        }
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (!JUNIT.matcher(entry).find()) {
                entries.add(entry);
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    /** In the other JVM. */
    public static void main(String[] args) {
        EngineTestKit.Builder engine = EngineTestKit.engine("junit-jupiter");
        for (String test : TESTS) {
            engine.selectors(selectMethod(ZvpgExtensionTest.class, test));
        }
        EngineExecutionResults results = engine.execute();
        System.out.println(
                ExtensionContext.class.getProtectionDomain().getCodeSource().getLocation());
        System.out.print(SampleRun.failures(results));
        System.out.println("SUCCEEDED " + results.testEvents().succeeded().count());
        System.exit((int) results.allEvents().failed().count());
    }
}
