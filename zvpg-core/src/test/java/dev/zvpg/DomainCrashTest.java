package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.server.FakeServer;
import dev.zvpg.server.ServerState;
import dev.zvpg.storage.MemoryStorage;
import dev.zvpg.storage.StorageFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cuts the power at every single point of a small history where the storage is at work, and looks at what is left after
 * the next start: all that was acknowledged, nothing half-made, nothing that nobody refers to.
 */
class DomainCrashTest {

    /** Not an exception that anybody handles. */
    private static final class PowerCut extends Error {
        private static final long serialVersionUID = 1L;
    }

    @TempDir
    Path directory;

    private final FakeLauncher launcher = new FakeLauncher();
    private final MemoryStorage storage = MemoryStorage.with(StorageFeature.ATOMIC_SNAPSHOT);

    /** The names that were acknowledged, and whether they must (true) or must not (false) be there. */
    private final Map<String, Boolean> acknowledged = new LinkedHashMap<>();

    private Zvpg zvpg(MemoryStorage opened) {
        return Zvpg.at(directory.resolve("home")).storage(() -> opened).postgres(launcher);
    }

    private MemoryStorage crashingAt(int point, AtomicInteger points) {
        MemoryStorage opened = storage.reopen();
        opened.hook((verb, target, moment) -> {
            if (points.getAndIncrement() >= point) { // and from then on: a dead process tidies nothing up
                throw new PowerCut();
            }
        });
        return opened;
    }

    private void history(MemoryStorage opened) {
        Repository repo = zvpg(opened).init();
        acknowledged.put("branch main", true);
        Branch main = repo.branch("main");
        Launched.fake(main.start()).put("a", "1");
        Snapshot v1 = main.snapshot("v1", "");
        acknowledged.put("main@v1", true);
        Branch feature = v1.branch("feature");
        acknowledged.put("branch feature", true);
        Snapshot f1 = feature.snapshot("f1", "");
        acknowledged.put("feature@f1", true);
        Clone trial = f1.clone("trial");
        acknowledged.put("clone trial", true);
        Snapshot v2 = main.snapshot("v2", "");
        acknowledged.put("main@v2", true);
        main.resetTo(v1, o -> o.save(false));
        acknowledged.put("reset", false);
        v1.discard();
        acknowledged.put("main@v1", false);
        trial.delete();
        acknowledged.put("clone trial", false);
        feature.discard();
        acknowledged.put("branch feature", false);
        acknowledged.put("feature@f1", false);
        main.stop();
        v2.branch("last");
        acknowledged.put("branch last", true);
    }

    private static int pointsOfTheHistory() throws Exception {
        DomainCrashTest dry = new DomainCrashTest();
        dry.directory = Files.createTempDirectory("zvpg-dry-");
        try {
            AtomicInteger points = new AtomicInteger();
            dry.history(dry.crashingAt(Integer.MAX_VALUE, points));
            return points.get();
        } finally {
            OpenDirectory.deleteTree(dry.directory);
        }
    }

    static IntStream points() throws Exception {
        return IntStream.range(0, pointsOfTheHistory());
    }

    @Test
    void theHistoryHasManyPoints() throws Exception {
        assertThat(pointsOfTheHistory()).isGreaterThan(40);
    }

    @ParameterizedTest(name = "point {0}")
    @MethodSource("points")
    void afterAPowerCutAllThatWasAcknowledgedIsThereAndNothingHalfMade(int point) {
        assertThatThrownBy(() -> history(crashingAt(point, new AtomicInteger())))
                .isInstanceOf(PowerCut.class);

        Repository repo = acknowledged.containsKey("branch main")
                ? zvpg(storage.reopen()).open()
                : zvpg(storage.reopen()).init();

        try (repo) {
            assertThat(repo.findBranch("main")).isPresent();
            List<String> names = new ArrayList<>();
            repo.branches().forEach(branch -> names.add(branch.toString()));
            repo.clones().forEach(clone -> names.add(clone.toString()));
            repo.snapshots().forEach(snapshot -> names.add(snapshot.ref()));
            acknowledged.forEach((name, there) -> {
                if (there) {
                    // the one thing that may be missing is what was just being deleted
                    if (!beingDeleted().contains(name)) {
                        assertThat(names).contains(name);
                    }
                } else {
                    assertThat(names).doesNotContain(name);
                }
            });
            int volumes = storage.list().volumes().size() + storage.drafts().size();
            assertThat(volumes).isEqualTo(repo.branches().size() + repo.clones().size());
            for (WorkingCopy copy : repo.branches()) {
                if (!copy.name().equals("main")) {
                    assertThat(FakeServer.rowsOf(copy.dataDirectory())).containsEntry("a", "1");
                }
                copy.start();
                assertThat(copy.state()).isEqualTo(ServerState.RUNNING);
            }
            // and it goes on working
            repo.branch("main").snapshot("after", "").clone("after").delete();
        }
    }

    @ParameterizedTest(name = "point {0}")
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void aDestroyThatIsCutOffHasNotBegunOrIsFinishedByTheNextInit(int point) {
        try (Repository repo = zvpg(storage.reopen()).init()) {
            Snapshot v1 = repo.branch("main").snapshot("v1", "");
            v1.branch("feature").snapshot("f1", "");
            v1.clone("trial").start();
        }
        AtomicInteger points = new AtomicInteger();
        MemoryStorage crashing = crashingAt(Integer.MAX_VALUE, points);
        Repository doomed = zvpg(crashing).open();
        int now = points.get();
        crashing.hook((verb, target, moment) -> {
            if (points.getAndIncrement() >= now + point) {
                throw new PowerCut();
            }
        });
        try {
            doomed.destroy();
        } catch (PowerCut cut) {
            assertThatThrownBy(() -> zvpg(storage.reopen()).open())
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContaining("destroy() was cut off; call init() again");
        }

        try (Repository anew = zvpg(storage.reopen()).init()) {
            assertThat(anew.branches()).extracting(Branch::name).containsExactly("main");
            assertThat(anew.snapshots()).isEmpty();
            assertThat(anew.clones()).isEmpty();
            assertThat(storage.list().volumes()).hasSize(1);
            assertThat(storage.drafts()).isEmpty();
            assertThat(storage.list().snapshots()).isEmpty();
        }
    }

    /** What the history was deleting when the power went, from what it had acknowledged. */
    private List<String> beingDeleted() {
        if (!acknowledged.containsKey("main@v2")) {
            return List.of();
        }
        return Stream.of(List.of("main@v1"), List.of("clone trial"), List.of("branch feature", "feature@f1"))
                .filter(names -> acknowledged.get(names.get(0)))
                .findFirst()
                .orElse(List.of());
    }
}
