package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.home.CredentialsFile;
import dev.zvpg.internal.home.Home;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.server.FakeServer;
import dev.zvpg.server.ServerSpec;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repository that starts from an existing cluster. */
class AdoptionTest {

    @TempDir
    Path directory;

    private final FakeLauncher launcher = new FakeLauncher();
    private Path original;

    @BeforeEach
    void makeAnOriginal() throws Exception {
        original = directory.resolve("original");
        launcher.initialize(original, new Credentials("admin", "theirs"));
        Files.writeString(original.resolve("superuser"), "admin");
        FakeServer server = startOriginal();
        server.put("a", "1");
        server.put("b", "2");
        server.stop();
    }

    private FakeServer startOriginal() throws Exception {
        return (FakeServer) launcher.start(
                new ServerSpec(original, directory.resolve("run"), 5432, new Credentials("admin", "theirs"), Map.of()));
    }

    private Zvpg zvpg() {
        return Zvpg.at(directory.resolve("home")).postgres(launcher);
    }

    private ClusterSource source() {
        return ClusterSource.directory(original);
    }

    @Test
    void mainHoldsWhatTheOriginalHeld() {
        try (Repository repo = zvpg().init(source())) {
            Branch main = repo.branch("main");
            assertThat(FakeServer.rowsOf(main.dataDirectory())).containsOnly(Map.entry("a", "1"), Map.entry("b", "2"));
            Launched.fake(main.start()).put("c", "3");
            assertThat(FakeServer.rowsOf(original)).doesNotContainKey("c");
        }
    }

    @Test
    void theFirstSuperuserIsTheRepositorysWithAPasswordOfItsOwn() {
        String password;
        try (Repository repo = zvpg().init(source())) {
            Credentials credentials = repo.branch("main").credentials();
            assertThat(credentials.user()).isEqualTo("admin");
            assertThat(credentials.password()).hasSize(32);
            assertThat(repo.branch("main").start().credentials()).isEqualTo(credentials);
            password = credentials.password();
        }
        try (Repository repo = zvpg().open()) {
            assertThat(repo.branch("main").credentials()).isEqualTo(new Credentials("admin", password));
        }
    }

    @Test
    void whoListensFromTheBeginningHearsTheProgressAndWhatWasFound() {
        List<Event> events = new ArrayList<>();
        try (Repository repo = zvpg().listen(events::add).init(source())) {
            assertThat(events.get(1)).isEqualTo(new Event.Progress("copy of " + original, 2, 2));
            assertThat(events).last().isInstanceOfSatisfying(Event.ClusterAdopted.class, adopted -> {
                assertThat(adopted.branch())
                        .isEqualTo(new Event.Ref(repo.branch("main").id(), "main"));
                assertThat(adopted.from()).isEqualTo(original.toString());
                assertThat(adopted.findings())
                        .extracting(Object::toString)
                        .contains("access rules of the original: replaced");
            });
            repo.branch("main").start();
            assertThat(events).last().isInstanceOf(Event.ServerStarted.class);
        }
    }

    @Test
    void aFailedAdoptionLeavesNothing() {
        launcher.failAfterCopy(new ServerException("provoked"));
        assertThatThrownBy(() -> zvpg().init(source())).hasMessage("provoked");
        assertThat(directory.resolve("home")).doesNotExist();
    }

    @Test
    void aRunningOriginalIsRefused() throws Exception {
        FakeServer server = startOriginal();
        assertThatThrownBy(() -> zvpg().init(source())).isInstanceOf(InUseException.class);
        assertThat(directory.resolve("home")).doesNotExist();
        server.stop();
    }

    @Test
    void anAdoptionThatWasCutOffAtTheEndIsDoneAnewByTheNext() throws Exception {
        zvpg().init().close();
        Path marker = directory.resolve("home/zvpg.json");
        Files.writeString(marker, Files.readString(marker).replace("ready", "initializing"));

        assertThatThrownBy(() -> zvpg().open()).isInstanceOf(NotFoundException.class);
        try (Repository repo = zvpg().init(source())) {
            assertThat(repo.branches()).hasSize(1);
            assertThat(FakeServer.rowsOf(repo.branch("main").dataDirectory())).containsEntry("a", "1");
        }
        assertThat(volumes()).hasSize(1);
    }

    @Test
    void anAdoptionThatWasCutOffInTheMiddleIsDoneAnewByTheNext() throws IOException {
        cutOff();
        try (Repository repo = zvpg().init(source())) {
            assertThat(FakeServer.rowsOf(repo.branch("main").dataDirectory())).hasSize(2);
        }
        assertThat(volumes()).hasSize(1);
    }

    /** Leaves what a crash leaves: a marker, credentials, and a volume that is being made. */
    private void cutOff() throws IOException {
        Home home = new Home(directory.resolve("home"));
        home.createLocks();
        home.writeMarker(null, Home.State.INITIALIZING);
        new CredentialsFile(home).write(new Credentials("admin", "x".repeat(32)));
        DirectoryStorage.at(home.storage()).open().close();
        VolumeId half = VolumeId.generate("main");
        Files.createDirectory(home.storage().resolve("volumes").resolve(half.value()));
        Files.createFile(home.storage().resolve("drafts").resolve("volumes." + half.value()));
    }

    private List<?> volumes() {
        try (var storage =
                DirectoryStorage.at(directory.resolve("home/storage")).open()) {
            assertThat(storage.drafts()).isEmpty();
            assertThat(storage.foreign()).isEmpty();
            return storage.list().volumes();
        }
    }

    @Test
    void aSourceSaysWhatItIsAndKeepsItsPassword() {
        assertThat(ClusterSource.directory(Path.of("/data/../main"))).hasToString("/main");
        ClusterSource server = ClusterSource.server("db.example.org", 5432, "admin", "hidden");
        assertThat(server.toString()).contains("db.example.org", "5432").doesNotContain("hidden");
        assertThat(server.configuration(Path.of("/a.conf")).configuration()).contains(Path.of("/a.conf"));
        assertThatThrownBy(() -> ClusterSource.server("", 5432, "a", "b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ClusterSource.server("h", 0, "a", "b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ClusterSource.server("h", 70_000, "a", "b"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
