package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.server.ServerState;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.MemoryStorage;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageFeature;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Objects that a later version of the library made, and objects that somebody edited by hand. */
class ForeignObjectsTest {

    @TempDir
    Path directory;

    private final MemoryStorage storage = MemoryStorage.with(StorageFeature.ATOMIC_SNAPSHOT);
    private final FakeLauncher launcher = new FakeLauncher();
    private Repository repo;

    @BeforeEach
    void initialize() {
        repo = zvpg().init();
    }

    @AfterEach
    void close() {
        repo.close();
    }

    private Zvpg zvpg() {
        return Zvpg.at(directory.resolve("home")).storage(storage::reopen).postgres(launcher);
    }

    private void reopen() {
        repo.close();
        repo = zvpg().open();
    }

    private void set(StoredId object, String attribute, String value) {
        try (Storage opened = storage.reopen()) {
            opened.update(List.of(AttributeChange.set(object, Map.of(attribute, value))));
        }
    }

    private List<String> volumes() {
        try (Storage opened = storage.reopen()) {
            return opened.list().volumes().stream()
                    .map(volume -> volume.id().value())
                    .toList();
        }
    }

    private static VolumeId volume(WorkingCopy copy) {
        return copy.copy().volume().id();
    }

    @Test
    void whatThisVersionMakesCarriesItsFormat() {
        Snapshot v1 = repo.branch("main").snapshot("v1", "");
        v1.clone("trial");
        try (Storage opened = storage.reopen()) {
            assertThat(opened.list().volumes())
                    .hasSize(2)
                    .allSatisfy(volume -> assertThat(volume.attributes()).containsEntry("format", "1"));
            assertThat(opened.list().snapshots())
                    .singleElement()
                    .satisfies(snapshot -> assertThat(snapshot.attributes()).containsEntry("format", "1"));
        }
    }

    @ParameterizedTest
    @CsvSource({"kind,standby", "format,2"})
    void whatALaterVersionMadeIsForeignAndNeverTouched(String attribute, String value) {
        Snapshot v1 = repo.branch("main").snapshot("v1", "");
        Branch later = v1.branch("later");
        later.snapshot("l1", "");
        VolumeId volume = volume(later);
        set(volume, attribute, value);

        assertThat(repo.findBranch("later")).isEmpty();
        assertThat(repo.findClone("later")).isEmpty();
        assertThat(repo.status().foreign()).anyMatch(name -> name.contains(volume.value()));
        assertThat(repo.doctor()).anyMatch(problem -> problem.what().contains(volume.value()));
        repo.branch("main").resetTo(v1); // collects garbage
        repo.deleteExpired();
        reopen(); // sweeps

        assertThat(volumes()).contains(volume.value());
        assertThat(repo.findSnapshot("later@l1"))
                .as("what it may be reached from is kept")
                .isPresent();
        assertThatThrownBy(() -> repo.destroy())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(volume.value())
                .hasMessageContaining("later version");
        assertThat(volumes()).contains(volume.value());
        assertThat(repo.branch("main").state()).isEqualTo(ServerState.STOPPED);
    }

    @ParameterizedTest
    @CsvSource({
        "port,many",
        "port,70000",
        "port-fixed,perhaps",
        "created,yesterday",
        "expires,soon",
        "settings,work_mem",
        "base,../../etc",
        "format,one",
    })
    void anAttributeThatCannotBeReadIsAProblemThatNamesItsObject(String attribute, String value) {
        Snapshot v1 = repo.branch("main").snapshot("v1", "");
        Branch broken = v1.branch("broken");
        Snapshot b1 = broken.snapshot("b1", "");
        v1.clone("trial");
        VolumeId volume = volume(broken);
        set(volume, attribute, value);

        assertThat(repo.doctor()).anySatisfy(problem -> {
            assertThat(problem.what()).contains("volume " + volume, "(broken)", attribute, "'" + value + "'");
            assertThat(problem.advice()).isNotEmpty();
        });
        assertThat(repo.status().problems()).isNotEmpty();
        assertThat(repo.branches()).extracting(Branch::name).containsExactly("main");
        assertThatThrownBy(() -> repo.branch("broken"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("cannot be read")
                .hasMessageContaining(attribute);
        assertThatThrownBy(broken::start).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> v1.branch("broken")).isInstanceOf(AlreadyExistsException.class);
        v1.clone("another"); // the rest works
        repo.branch("main").resetTo(v1);
        reopen();
        assertThat(repo.findSnapshot("broken@b1"))
                .as("what it may be reached from is kept")
                .isPresent();
        assertThat(volumes()).contains(volume.value());
        assertThat(b1.toString()).isEqualTo("snapshot broken@b1");
    }

    @Test
    void aSnapshotThatCannotBeReadIsAProblemToo() {
        Snapshot v1 = repo.branch("main").snapshot("v1", "");
        repo.branch("main").snapshot("v2", "");
        set(v1.key().id(), "sequence", "first");
        assertThat(repo.doctor())
                .anyMatch(problem ->
                        problem.what().startsWith("snapshot " + v1.key().id() + " (v1) cannot be read"));
        assertThat(repo.snapshots()).extracting(Snapshot::name).containsExactly("v2");
        reopen();
        set(v1.key().id(), "sequence", "1");
        assertThat(repo.snapshots()).extracting(Snapshot::name).containsExactly("v1", "v2");
        assertThat(repo.doctor()).isEmpty();
    }

    @Test
    void whatCannotBeReadGoesWithTheWholeRepository() {
        Branch broken = repo.branch("main").snapshot("v1", "").branch("broken");
        set(volume(broken), "port", "many");
        repo.destroy();
        assertThat(volumes()).isEmpty();
    }
}
