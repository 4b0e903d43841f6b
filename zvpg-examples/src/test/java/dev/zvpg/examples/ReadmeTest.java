package dev.zvpg.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.postgres.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;

/** The README's lines work, and are these. */
class ReadmeTest {

    @Test
    void theTenLinesWork() throws Exception {
        Path directory = Files.createTempDirectory(
                Path.of("/var/tmp"),
                "zvpg-test-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));

        Repository repo =
                Zvpg.at(directory.resolve("zvpg")).postgres(Postgres.embedded()).init();

        Branch main = repo.branch("main");
        main.start();
        Snapshot v1 = main.snapshot("v1", "Initial database schema");
        Branch feature = v1.branch("feature/new-api");
        Clone trial = v1.clone("try-index", o -> o.setting("work_mem", "256MB"));
        trial.start();
        try (Connection connection =
                DriverManager.getConnection(trial.jdbcUrl(), trial.credentials().asProperties())) {
            assertThat(connection.isValid(1)).isTrue();
        }
        trial.delete();

        assertThat(feature.head()).contains(v1);
        assertThat(repo.clones()).isEmpty();
        repo.destroy();
        Files.delete(directory);
    }

    @Test
    void theReadmeShowsThem() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        String source = squeezed(
                Files.readString(Path.of("src/test/java", getClass().getName().replace('.', '/') + ".java")));
        String shown = readme.substring(readme.indexOf("Branch   main"), readme.indexOf("trial.delete();"));
        assertThat(shown.lines()
                        .map(line -> line.replaceFirst(" // .*", ""))
                        .map(ReadmeTest::squeezed)
                        .filter(line -> !line.isBlank()))
                .hasSizeGreaterThan(5)
                .allSatisfy(line -> assertThat(source).contains(line.replaceFirst(";$", "")));
    }

    private static String squeezed(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
