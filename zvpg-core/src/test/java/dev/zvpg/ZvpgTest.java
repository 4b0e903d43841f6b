package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ServerException;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.server.ServerState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Making and opening repositories, and the home directory, on the storage that one gets without asking. */
class ZvpgTest {

    @TempDir
    Path directory;

    private final FakeLauncher launcher = new FakeLauncher();

    private Zvpg zvpg() {
        return Zvpg.at(directory.resolve("home")).postgres(launcher);
    }

    @Test
    void initMakesARepositoryWithOneBranch() {
        try (Repository repo = zvpg().init()) {
            assertThat(repo.branches()).extracting(Branch::name).containsExactly("main");
            assertThat(repo.branch("main").state()).isEqualTo(ServerState.STOPPED);
            assertThat(repo.branch("main").head()).isEmpty();
            assertThat(repo.home()).isEqualTo(directory.resolve("home"));
        }
    }

    @Test
    void initAcceptsAnEmptyDirectory() throws IOException {
        Files.createDirectory(directory.resolve("home"));
        zvpg().init().close();
        zvpg().open().close();
    }

    @Test
    void initRefusesARepositoryAndLeavesItAlone() {
        try (Repository repo = zvpg().init()) {
            repo.branch("main").snapshot("v1", "");
        }
        assertThatThrownBy(() -> zvpg().init())
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("open()");
        try (Repository repo = zvpg().open()) {
            assertThat(repo.snapshots()).hasSize(1);
        }
    }

    @Test
    void initRefusesADirectoryThatIsNotEmptyAndLeavesItAlone() throws IOException {
        Path file = Files.createDirectory(directory.resolve("home")).resolve("precious");
        Files.writeString(file, "data");
        assertThatThrownBy(() -> zvpg().init())
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("precious");
        assertThat(file).hasContent("data");
        assertThat(directory.resolve("home")).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void initRefusesAFile() throws IOException {
        Files.writeString(directory.resolve("home"), "data");
        assertThatThrownBy(() -> zvpg().init())
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("it is a file");
    }

    @Test
    void aFailedInitLeavesNothing() throws IOException {
        launcher.failNext(new ServerException("provoked"));
        assertThatThrownBy(() -> zvpg().init()).hasMessage("provoked");
        assertThat(directory.resolve("home")).doesNotExist();

        Files.createDirectory(directory.resolve("home"));
        launcher.failNext(new ServerException("provoked"));
        assertThatThrownBy(() -> zvpg().init()).hasMessage("provoked");
        assertThat(directory.resolve("home")).isEmptyDirectory();
    }

    @Test
    void anInitThatWasCutOffIsFinishedByTheNext() throws IOException {
        zvpg().init().close();
        Path marker = directory.resolve("home/zvpg.json");
        Files.writeString(marker, Files.readString(marker).replace("ready", "initializing"));
        String credentials = Files.readString(directory.resolve("home/credentials.json"));

        assertThatThrownBy(() -> zvpg().open())
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("call init() again");
        try (Repository repo = zvpg().init()) {
            assertThat(repo.branches()).hasSize(1);
        }
        assertThat(directory.resolve("home/credentials.json")).hasContent(credentials);
    }

    @Test
    void openRefusesADirectoryThatIsNoRepository() {
        assertThatThrownBy(() -> Zvpg.at(directory).postgres(launcher).open())
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("no repository at " + directory)
                .hasMessageContaining("init()");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void openRefusesANewerFormat() throws IOException {
        zvpg().init().close();
        Path marker = directory.resolve("home/zvpg.json");
        Files.writeString(marker, Files.readString(marker).replace("\"format\" : 1", "\"format\" : 2"));
        assertThatThrownBy(() -> zvpg().open())
                .isInstanceOfSatisfying(ConfigurationException.class, e -> {
                    assertThat(e.file()).contains(marker);
                    assertThat(e.key()).contains("format");
                })
                .hasMessageContaining("use a newer version");
    }

    @Test
    void openRefusesAMarkerThatIsNoJson() throws IOException {
        zvpg().init().close();
        Files.writeString(directory.resolve("home/zvpg.json"), "{ half");
        assertThatThrownBy(() -> zvpg().open())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("zvpg.json");
    }

    @Test
    void aRepositoryWithoutPostgresSaysHowToNameOne() {
        assertThatThrownBy(() -> Zvpg.at(directory).init())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Postgres.onPath()");
        assertThatThrownBy(() -> Zvpg.at(directory).open()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void thePasswordIsRandomAndReadByTheOwnerOnly() throws IOException {
        String first = passwordOfANewRepository("one");
        String second = passwordOfANewRepository("two");
        assertThat(first).hasSize(32).isNotEqualTo(second);
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory.resolve("one/credentials.json"))))
                .isEqualTo("rw-------");
    }

    private String passwordOfANewRepository(String name) {
        try (Repository repo =
                Zvpg.at(directory.resolve(name)).postgres(launcher).init()) {
            Credentials credentials = repo.branch("main").credentials();
            assertThat(credentials.toString()).doesNotContain(credentials.password());
            assertThat(credentials.asProperties()).containsEntry("user", "postgres");
            return credentials.password();
        }
    }

    @Test
    void aPortRangeHasAFirstAndALastPort() {
        assertThatThrownBy(() -> zvpg().ports(7000, 6000)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> zvpg().ports(80, 90)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> zvpg().ports(6000, 70_000)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLimitOfClonesIsAtLeastOne() {
        assertThatThrownBy(() -> zvpg().maxClones(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1");
    }
}
