package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.server.FakeLauncher;
import dev.zvpg.storage.CountingStorage;
import dev.zvpg.storage.MemoryStorage;
import dev.zvpg.storage.StorageFeature;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often an operation lists the storage, and asks where files are; on ZFS that mounts what is not mounted. */
class ReadingsTest {

    @TempDir
    Path directory;

    private final MemoryStorage disk =
            MemoryStorage.with(StorageFeature.ATOMIC_SNAPSHOT, StorageFeature.MOUNTED_ON_DEMAND);
    private CountingStorage storage = new CountingStorage(disk);

    private interface Operation {
        void run() throws Exception;
    }

    /** Listings of each operation, and how often it asks for files, of which the first time may mount them. */
    private final Map<String, List<Integer>> counted = new LinkedHashMap<>();

    private void count(String what, Operation operation) throws Exception {
        storage.listings();
        storage.directories();
        operation.run();
        counted.put(what, List.of(storage.listings(), storage.directories()));
    }

    @Test
    void onlyWhoReportsOnTheWholeRepositoryLooksForWhatIsNotItsOwn() throws Exception {
        try (Repository repo = zvpg().init()) {
            Branch main = repo.branch("main");
            main.start();
            main.snapshot("v1", "").clone("trial").delete();
            main.log();
            assertThat(storage.foreignAsked()).isZero();
            repo.status();
            assertThat(storage.foreignAsked()).isOne();
            repo.doctor();
            assertThat(storage.foreignAsked()).isOne();
        }
    }

    private Zvpg zvpg() {
        return Zvpg.at(directory.resolve("home")).storage(() -> storage).postgres(new FakeLauncher());
    }

    @Test
    void whatOnlyLooksListsOnceAndMountsNothing() throws Exception {
        try (Repository repo = zvpg().init()) {
            Branch main = repo.branch("main");
            main.start();
            Snapshot v1 = main.snapshot("v1", "");
            Clone trial = v1.clone("trial");
            count("jdbcUrl", main::jdbcUrl);
            count("state", main::state);
            count("info", main::info);
            count("info of a clone", trial::info);
            count("info of a snapshot", v1::info);
            count("snapshot by name", () -> repo.snapshot("main@v1"));
            count("log", main::log);
            count("graph", repo::graph);
            count("status", repo::status);
            count("doctor", repo::doctor);
            count("branches", repo::branches);
            count("clones", repo::clones);
            count("nothing expired", repo::deleteExpired);
        }
        assertThat(counted).allSatisfy((what, times) -> assertThat(times).isEqualTo(List.of(1, 0)));
    }

    @Test
    void whatChangesListsOnceMoreUnderTheLock() throws Exception {
        try (Repository repo = zvpg().init()) {
            Branch main = repo.branch("main");
            count("start", main::start);
            count("start of what runs", main::start);
            count("snapshot", () -> main.snapshot("v1", ""));
            Snapshot v1 = repo.snapshot("main@v1");
            count("isDirty", main::isDirty);
            count("branch", () -> v1.branch("feature"));
            count("clone", () -> v1.clone("trial"));
            Clone trial = repo.clone("trial");
            count("start of a clone", trial::start);
            count("reset of a clone", trial::reset);
            count("protect", trial::protect);
            count("unprotect", trial::unprotect);
            count("scratch", () -> v1.scratch().close());
            count("stop", trial::stop);
            count("reset that saves nothing", () -> main.resetTo(v1, o -> o.save(false)));
            count("rename", () -> repo.branch("feature").rename("other"));
            count("deletion of a clone", trial::delete);
            count("deletion of a branch", () -> repo.branch("other").discard());
            count("deletion of a snapshot", v1::delete);
        }
        assertThat(counted)
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("start", List.of(1, 2)),
                        Map.entry("start of what runs", List.of(1, 1)),
                        Map.entry("snapshot", List.of(1, 1)),
                        Map.entry("isDirty", List.of(1, 1)),
                        Map.entry("branch", List.of(2, 0)),
                        Map.entry("clone", List.of(2, 0)),
                        Map.entry("start of a clone", List.of(1, 2)),
                        Map.entry("reset of a clone", List.of(2, 3)),
                        Map.entry("protect", List.of(1, 0)),
                        Map.entry("unprotect", List.of(1, 0)),
                        Map.entry("scratch", List.of(1, 0)),
                        Map.entry("stop", List.of(1, 1)),
                        // those that may leave a snapshot that nobody can reach look for one afterwards
                        Map.entry("reset that saves nothing", List.of(4, 3)),
                        Map.entry("rename", List.of(2, 0)),
                        Map.entry("deletion of a clone", List.of(3, 1)),
                        Map.entry("deletion of a branch", List.of(4, 1)),
                        Map.entry("deletion of a snapshot", List.of(2, 0))));
    }

    @Test
    void openingListsOnce() throws Exception {
        zvpg().init().close();
        storage = new CountingStorage(disk.reopen());
        count("open", () -> zvpg().open().close());
        assertThat(counted).isEqualTo(Map.of("open", List.of(1, 0)));
    }
}
