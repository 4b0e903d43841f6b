package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Repository;
import dev.zvpg.WorkingCopy;
import dev.zvpg.Zvpg;
import dev.zvpg.config.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A directory for one test that PostgreSQL's user can enter, with a configuration in it; afterwards the repository that
 * the configuration names is gone, and no server is left. Confined to one test.
 */
final class Place implements BeforeEachCallback, AfterEachCallback {

    private final int firstPort = ThreadLocalRandom.current().nextInt(20_000, 30_000);
    private Path root = Path.of("/nowhere");
    private CleanUp afterwards = () -> {};

    /** What a test undoes. */
    interface CleanUp {
        void run() throws Exception;
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        root = Files.createTempDirectory(
                Path.of("/var/tmp"),
                "zvpg-test-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }

    Path path(String name) {
        return root.resolve(name);
    }

    Path configuration() {
        return root.resolve("config.json");
    }

    int firstPort() {
        return firstPort;
    }

    /** Runs a command on the configuration of this place. */
    Ran zvpg(String... arguments) {
        return Ran.zvpg(here(arguments));
    }

    /** The same with answers to its questions. */
    Ran answering(String answers, String... arguments) {
        return Ran.answering(answers, here(arguments));
    }

    private String[] here(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--config", configuration().toString()));
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }

    /** Makes a repository here, on ports that other tests do not use. */
    Ran init(String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "init",
                "--clone-port-start",
                Integer.toString(firstPort),
                "--clone-port-end",
                Integer.toString(firstPort + 500)));
        all.addAll(List.of(arguments));
        return zvpg(all.toArray(String[]::new));
    }

    /** Undoes something when the repository is gone. */
    void afterwards(CleanUp cleanUp) {
        afterwards = cleanUp;
    }

    /** The repository, as a program sees it. */
    Repository open() {
        return Zvpg.from(Configuration.read(configuration())).open();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        if (Files.exists(configuration()) && Files.exists(home().resolve("zvpg.json"))) {
            try (Repository repo = open()) {
                repo.clones().forEach(WorkingCopy::stop);
                repo.destroy();
            }
        }
        afterwards.run();
        List<String> left = ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(command -> command.contains(root + "/"))
                .toList();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        assertThat(left).as("processes left").isEmpty();
    }

    private Path home() {
        return Configuration.read(configuration()).home();
    }
}
