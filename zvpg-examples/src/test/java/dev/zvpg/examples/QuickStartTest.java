package dev.zvpg.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs the quick start as a new user would: in a JVM of its own. */
class QuickStartTest {

    private Path directory;

    @BeforeEach
    void createDirectory() throws IOException {
        directory = Files.createTempDirectory(
                Path.of("/var/tmp"),
                "zvpg-test-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }

    @AfterEach
    void deleteDirectory() throws IOException {
        delete(directory);
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private record Result(int exitCode, String output) {}

    private static Result run(Path parent) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-classpath",
                        System.getProperty("java.class.path"),
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        QuickStart.class.getName(),
                        parent.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }

    @Test
    void showsThreeVersionsOfOneShopAndLeavesNoServer() throws Exception {
        Result result = run(directory);

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output())
                .containsPattern("orders +200,000 +200,000 +0\n")
                .containsPattern("column discount +no +yes +no\n")
                .contains("""
                            branch main  (running on port\
                        """)
                .containsPattern("└── snapshot main@v1  \"the shop opens\"")
                .containsPattern("├── branch feature/new-api  \\(running on port \\d+\\)")
                .containsPattern("└── clone try-delete  \\(running on port \\d+\\)")
                .containsPattern("public.orders +\\+0 +~200 +-0\n")
                .containsPattern("orders +200,001 +200,000\n")
                .containsPattern("revenue +10,099,195.00 +10,099,153.00\n")
                .containsPattern("clone try-delete from main@v1 +[\\d,]+ ms")
                .contains("rm -rf " + directory);
        assertThat(processesThatName(directory)).isEmpty();
        try (Stream<Path> files = Files.walk(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .doesNotContain("postmaster.pid")
                    .noneMatch(name -> name.startsWith(".s.PGSQL"));
        }
    }

    /** As in a checkout below /root: PostgreSQL does not run as root, and its user cannot get there. */
    @Test
    void asRootInADirectoryThatNobodyElseMayEnterItGoesElsewhereAndSaysWhere() throws Exception {
        assumeThat(System.getProperty("user.name")).as("needs to be root").isEqualTo("root");
        Path closed = Files.createDirectory(directory.resolve("home"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));

        Result result = run(closed.resolve("checkout/target"));

        assertThat(result.exitCode()).as(result.output()).isZero();
        Matcher elsewhere = Pattern.compile("the data is in (/\\S+)\\)").matcher(result.output());
        assertThat(elsewhere.find()).as(result.output()).isTrue();
        assertThat(result.output()).contains("repository  " + elsewhere.group(1));
        assertThat(closed.resolve("checkout/target")).isEmptyDirectory();
        assertThat(processesThatName(Path.of(elsewhere.group(1)))).isEmpty();
        delete(Path.of(elsewhere.group(1)));
    }

    private static List<String> processesThatName(Path directory) {
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(command -> command.contains(directory.toString()))
                .toList();
    }
}
