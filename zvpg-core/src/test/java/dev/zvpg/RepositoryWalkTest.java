package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.server.FakeServer;
import dev.zvpg.storage.ChildJvm;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Long random walks on directory storage, with servers that are fakes; alone, and with another process. */
class RepositoryWalkTest {

    /** Rows that are files. */
    static final RepositoryWalk.Data FILES = new RepositoryWalk.Data() {
        @Override
        public void put(WorkingCopy copy, String key, String value) {
            Launched.fake(copy.start()).put(key, value);
        }

        @Override
        public Map<String, String> rows(WorkingCopy copy) {
            return FakeServer.rowsOf(copy.dataDirectory());
        }
    };

    private static final int STEPS = Effort.of(400, 1000);
    private static final int STEPS_OF_A_PROCESS = Effort.of(100, 200);

    @TempDir
    Path directory;

    static Zvpg zvpg(Path home) {
        return Zvpg.at(home).postgres(new FakeLauncher());
    }

    private Path home() {
        return directory.resolve("home");
    }

    @Test
    void aWalkLosesNothingAndLeavesNothingOver() throws IOException {
        long seed = new Random().nextLong();
        Repository repo = zvpg(home()).init();
        RepositoryWalk walk = new RepositoryWalk(seed, repo, repo.branch("main"), "", FILES);
        Mirror mirror = Mirror.of(repo.status());
        repo.listen(mirror);
        try {
            for (int done = 0; done < STEPS; done += 40) {
                walk.take(40);
                walk.check();
                assertThat(mirror.objects()).isEqualTo(Mirror.of(repo.status()).objects());
            }
            walk.checkSnapshots();
            if (Effort.isFull()) { // a short one may miss the rare ones
                assertThat(walk.taken())
                        .containsKeys(
                                "put",
                                "snapshot",
                                "branch",
                                "clone",
                                "reset",
                                "merge",
                                "fastForward",
                                "threeWay",
                                "conflict",
                                "rename")
                        .containsKeys("cloneReset", "deleteClone", "deleteBranch", "deleteSnapshot", "startOrStop");
            }
            requireNothingLeftOver(repo);
            List<String> before = RepositoryWalk.found(repo, "", FILES);
            repo.close();
            repo = zvpg(home()).open();
            assertThat(RepositoryWalk.found(repo, "", FILES)).isEqualTo(before).isEqualTo(walk.expected());
            requireNothingLeftOver(repo);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed + ", " + walk, e);
        } finally {
            repo.close();
        }
    }

    @Test
    void twoProcessesWalkOverOneRepositoryAtOnce() throws Exception {
        long seed = new Random().nextLong();
        try (Repository repo = zvpg(home()).init()) {
            // each gets a branch of its own, from one snapshot that both see; and that one goes while they walk
            Branch main = repo.branch("main");
            main.branch("a/first");
            main.branch("b/first");
            repo.snapshot("main@latest").discard();
            List<String> expected = new ArrayList<>();
            try (ChildJvm a = worker(seed, "a/");
                    ChildJvm b = worker(seed + 1, "b/")) {
                for (ChildJvm child : List.of(a, b)) {
                    List<String> output = child.rest();
                    assertThat(child.exitCode())
                            .as("seed %d: %s", seed, String.join("\n", output))
                            .isZero();
                    output.stream()
                            .filter(line -> line.startsWith(RepositoryWalker.EXPECTED))
                            .map(line -> line.substring(RepositoryWalker.EXPECTED.length()))
                            .forEach(expected::add);
                }
            }
            List<String> found = new ArrayList<>(RepositoryWalk.found(repo, "a/", FILES));
            found.addAll(RepositoryWalk.found(repo, "b/", FILES));
            assertThat(found).as("seed " + seed).isEqualTo(expected);
            assertThat(main.isDirty()).isTrue();
            assertThat(repo.branches().stream().filter(branch -> !branch.name().contains("/")))
                    .containsExactly(main);
            requireNothingLeftOver(repo);
        }
    }

    private ChildJvm worker(long seed, String prefix) throws IOException {
        return new ChildJvm(
                List.of(),
                RepositoryWalker.class,
                home().toString(),
                Long.toString(seed),
                prefix,
                Integer.toString(STEPS_OF_A_PROCESS));
    }

    /** Looks past the library at what lies on the disk. */
    private void requireNothingLeftOver(Repository repo) throws IOException {
        int copies = repo.branches().size() + repo.clones().size();
        int snapshots = repo.snapshots().size();
        Path place = home().resolve("storage");
        try (Storage storage = DirectoryStorage.at(place).open()) {
            Listing listing = storage.list();
            assertThat(listing.volumes()).hasSize(copies);
            assertThat(listing.snapshots()).hasSize(snapshots);
            assertThat(storage.foreign()).isEmpty();
        }
        assertThat(entries(place.resolve("volumes"))).isEqualTo(copies);
        assertThat(entries(place.resolve("snapshots"))).isEqualTo(snapshots);
        assertThat(entries(home().resolve("servers"))).isLessThanOrEqualTo(copies);
    }

    private static int entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return (int) entries.count();
        }
    }
}
