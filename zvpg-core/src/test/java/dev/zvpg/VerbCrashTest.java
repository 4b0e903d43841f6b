package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.CopyRequest;
import dev.zvpg.option.BranchOptions;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.server.FakeServer;
import dev.zvpg.storage.MemoryStorage;
import dev.zvpg.storage.StorageFeature;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Cuts the power at every single point of one verb where the storage is at work. After the next start the repository is
 * what it was before the verb, or what it is after it; or, where the verb takes a snapshot first, what it was and that
 * snapshot.
 */
class VerbCrashTest {

    /** Not an exception that anybody handles. */
    private static final class PowerCut extends Error {
        private static final long serialVersionUID = 1L;
    }

    private interface Verb {
        void run(Repository repo);
    }

    /**
     * What is tried.
     *
     * @param takesASnapshotFirst whether a snapshot more than before may be there although the verb has not happened
     * @param preparation what is done before, with the power on
     */
    private record Scenario(String name, boolean takesASnapshotFirst, Verb preparation, Verb verb) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Scenario> scenarios() {
        Verb nothing = repo -> {};
        Verb merge = repo -> repo.branch("main").merge(repo.branch("feature"));
        return Stream.of(
                new Scenario("merge", false, repo -> repo.branch("feature").commit(""), merge),
                new Scenario("merge of unsaved work", true, nothing, merge),
                new Scenario(
                        "merge into a stopped branch",
                        true,
                        repo -> repo.branch("main").stop(),
                        merge),
                new Scenario("merge into a branch that has moved", true, VerbCrashTest::move, merge),
                new Scenario(
                        "merge into a stopped branch that has moved",
                        true,
                        repo -> {
                            move(repo);
                            repo.branch("main").stop();
                        },
                        merge),
                new Scenario(
                        "merge of what is saved into what is saved",
                        false,
                        repo -> {
                            move(repo);
                            repo.branch("main").commit("");
                            repo.branch("feature").commit("");
                        },
                        merge),
                new Scenario(
                        "rehearsal of a merge",
                        true,
                        VerbCrashTest::move,
                        repo -> repo.branch("main").rehearseMerge(repo.branch("feature"))),
                new Scenario(
                        "reset", true, nothing, repo -> repo.branch("feature").resetTo(repo.snapshot("main@v1"))),
                new Scenario(
                        "rename", false, nothing, repo -> repo.branch("feature").rename("release")),
                new Scenario(
                        "delete of a renamed branch",
                        false,
                        nothing,
                        repo -> repo.branch("renamed").discard()),
                new Scenario(
                        "branch of a branch",
                        true,
                        repo -> repo.snapshot("main@v1").discard(),
                        repo -> repo.branch("main").branch("new")),
                new Scenario(
                        "reset of a clone",
                        false,
                        nothing,
                        repo -> repo.clone("trial").reset()),
                new Scenario(
                        "protect", false, nothing, repo -> repo.clone("trial").protect()),
                new Scenario("expire", false, nothing, Repository::deleteExpired),
                new Scenario(
                        "keep",
                        false,
                        nothing,
                        repo -> repo.snapshot("main@v1").scratch().keep("kept")),
                new Scenario(
                        "keep as a branch",
                        false,
                        nothing,
                        repo -> repo.snapshot("main@v1")
                                .scratch()
                                .keep(CopyRequest.branch("kept", BranchOptions.DEFAULT))),
                new Scenario(
                        "first start",
                        false,
                        nothing,
                        repo -> repo.branch("renamed").start()));
    }

    private static void move(Repository repo) {
        Launched.fake(repo.branch("main").start()).put("b", "4");
    }

    @TempDir
    Path directory;

    private final FakeLauncher launcher = new FakeLauncher();

    /** Everything that is the same in each try: a storage, and a clock that decides the names of snapshots. */
    private final class Try {

        private final MemoryStorage storage = MemoryStorage.with(StorageFeature.ATOMIC_SNAPSHOT);
        private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T20:31:38Z"));
        private final Path home;

        Try(String name) {
            home = directory.resolve(name);
        }

        Repository open(MemoryStorage opened) {
            return zvpg(opened).open();
        }

        private Zvpg zvpg(MemoryStorage opened) {
            return Zvpg.at(home).storage(() -> opened).postgres(launcher).clock(clock);
        }

        void prepare(Verb more) {
            try (Repository repo = zvpg(storage.reopen()).init()) {
                Branch main = repo.branch("main");
                Launched.fake(main.start()).put("a", "1");
                Snapshot v1 = main.snapshot("v1", "");
                Launched.fake(v1.branch("feature").start()).put("a", "2");
                Clone trial = v1.clone("trial");
                Launched.fake(trial.start()).put("a", "3");
                v1.branch("apart").snapshot("a1", "");
                Branch renamed = repo.snapshot("apart@a1").branch("before");
                renamed.snapshot("r1", "").branch("child");
                renamed.rename("renamed");
                v1.clone("brief", o -> o.timeToLive(Duration.ofNanos(1)));
                more.run(repo);
            }
        }

        /** Runs the verb until the power goes; returns whether it came to its end. */
        boolean run(Verb verb, int point) {
            MemoryStorage opened = storage.reopen();
            try (Repository repo = open(opened)) {
                clock.advance(Duration.ofSeconds(1));
                AtomicInteger points = new AtomicInteger();
                opened.hook((name, target, moment) -> {
                    if (points.getAndIncrement() >= point) { // and from then on: a dead process tidies nothing up
                        throw new PowerCut();
                    }
                });
                verb.run(repo);
                return true;
            } catch (PowerCut e) {
                return false;
            }
        }

        /** What there is after the next start, in which nothing may be left over. */
        List<String> look() {
            try (Repository repo = open(storage.reopen())) {
                List<String> found = new ArrayList<>();
                for (Branch branch : repo.branches()) {
                    List<String> log =
                            branch.log().stream().map(SnapshotInfo::ref).toList();
                    found.add(branch + " holds " + FakeServer.rowsOf(branch.dataDirectory()) + " after " + log);
                }
                for (Clone clone : repo.clones()) {
                    found.add(clone + " holds " + FakeServer.rowsOf(clone.dataDirectory()) + " of "
                            + clone.snapshot().map(Snapshot::ref) + clone.info().isProtected());
                }
                repo.snapshots().forEach(snapshot -> found.add(snapshot.toString()));
                assertThat(storage.drafts()).isEmpty();
                assertThat(storage.list().volumes())
                        .noneMatch(volume -> volume.attributes().containsKey(CopyRecord.MERGING))
                        .hasSize(repo.branches().size() + repo.clones().size());
                for (Branch branch : repo.branches()) { // everything starts, and goes on working
                    branch.start();
                    branch.branch("after-" + branch.name()).discard();
                }
                return found;
            }
        }
    }

    private List<String> after(Scenario scenario, String name, Verb verb) {
        Try one = new Try(name);
        one.prepare(scenario.preparation);
        one.run(verb, Integer.MAX_VALUE);
        return one.look();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void afterAPowerCutAVerbHasHappenedOrItHasNot(Scenario scenario) {
        List<String> before = after(scenario, "before", repo -> {});
        List<String> done = after(scenario, "done", scenario.verb);
        int point = 0;
        boolean finished;
        do {
            Try one = new Try("point-" + point);
            one.prepare(scenario.preparation);
            finished = one.run(scenario.verb, point);
            List<String> found = one.look();
            if (finished) {
                assertThat(found).isEqualTo(done);
            } else if (scenario.takesASnapshotFirst) {
                List<String> withoutNewSnapshots = new ArrayList<>(found);
                withoutNewSnapshots.removeIf(line -> line.contains("snapshot ") && !before.contains(line));
                assertThat(found.equals(done) || dataOf(withoutNewSnapshots).equals(dataOf(before)))
                        .as("point %d: %s", point, found)
                        .isTrue();
            } else {
                assertThat(List.of(before, done)).as("point " + point).contains(found);
            }
            point++;
        } while (!finished);
        assertThat(point).isGreaterThan(1);
    }

    /** What is held, whatever it follows. */
    private static List<String> dataOf(List<String> found) {
        return found.stream().map(line -> line.replaceAll(" after .*", "")).toList();
    }
}
