package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.option.ScratchOptions;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.server.Lifetime;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.MemoryStorage;
import dev.zvpg.storage.StorageFeature;
import dev.zvpg.storage.StoredDraft;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scratch clones as the domain sees them; the servers are fakes. */
class ScratchTest {

    @TempDir
    Path directory;

    private final FakeLauncher launcher = new FakeLauncher();
    private final MemoryStorage storage = MemoryStorage.with(StorageFeature.ATOMIC_SNAPSHOT);
    private Repository repo;
    private Snapshot v1;

    @BeforeEach
    void initialize() {
        repo = zvpg().init();
        Launched.fake(repo.branch("main").start()).put("a", "1");
        v1 = repo.branch("main").snapshot("v1", "");
    }

    @AfterEach
    void close() {
        repo.close();
    }

    private Zvpg zvpg() {
        return Zvpg.at(directory.resolve("home"))
                .storage(storage::reopen)
                .postgres(launcher)
                .ports(6000, 6004);
    }

    private int volumes() {
        return storage.list().volumes().size() + storage.drafts().size();
    }

    private static Map<String, String> rows(ScratchClone clone) {
        return Launched.fake(clone.server()).rows();
    }

    @Test
    void aScratchCloneRunsFromTheBeginningAndIsGoneAfterItsScope() throws IOException {
        RunningServer server;
        try (ScratchClone pg = v1.scratch()) {
            server = pg.server();
            assertThat(rows(pg)).containsEntry("a", "1");
            assertThat(volumes()).isEqualTo(2);
        }
        assertThat(server.isRunning()).isFalse();
        assertThat(volumes()).isEqualTo(1);
        assertThat(runDirectories()).hasSize(1);
    }

    @Test
    void nobodyIsLedToTheServerThatHasThePortOfOneThatHasEnded() {
        ScratchClone pg = v1.scratch();
        RunningServer server = pg.server();
        pg.close();
        try (ScratchClone next = v1.scratch()) {
            assertThat(next.server().isRunning()).isTrue();
            assertThatThrownBy(server::jdbcUrl)
                    .isInstanceOf(ServerException.class)
                    .hasMessageContaining("has ended");
            assertThatThrownBy(server::dataSource).isInstanceOf(ServerException.class);
        }
    }

    @Test
    void theServerCanBeStoppedAndItsPortIsNobodyElsesUntilItIsClosed() {
        try (ScratchClone pg = v1.scratch()) {
            pg.stop();
            pg.stop();
            assertThat(pg.server().isRunning()).isFalse();
            assertThat(pg.dataDirectory()).exists();
            try (ScratchClone other = v1.scratch()) {
                assertThat(other.server().port()).isNotEqualTo(pg.server().port());
            }
        }
        assertThat(volumes()).isEqualTo(1);
    }

    @Test
    void aResetMakesItWhatItsSnapshotIsOnTheSamePortAndLeavesNothingOfTheOldOne() throws IOException {
        try (ScratchClone pg = v1.scratch(o -> o.setting("work_mem", "5MB"))) {
            RunningServer before = pg.server();
            Launched.fake(before).put("a", "2");

            assertThat(pg.reset()).isTrue();

            assertThat(before.isRunning()).isFalse();
            assertThat(pg.server().port()).isEqualTo(before.port());
            assertThat(rows(pg)).containsEntry("a", "1");
            assertThat(Launched.fake(pg.server()).spec().settings()).containsEntry("work_mem", "5MB");
            assertThat(volumes()).isEqualTo(2);
            assertThat(runDirectories()).hasSize(2);
        }
        assertThat(volumes()).isEqualTo(1);
    }

    @Test
    void aResetOfWhatHasNotChangedIsNoneAndOneOfWhatHasStoppedStartsItAgain() {
        try (ScratchClone pg = v1.scratch()) {
            RunningServer before = pg.server();
            assertThat(pg.reset()).isFalse();
            assertThat(before.isRunning()).isTrue();

            pg.stop();
            assertThat(pg.reset()).isTrue();
            assertThat(pg.server().isRunning()).isTrue();
            assertThat(pg.server().port()).isEqualTo(before.port());
        }
    }

    @Test
    void aResetWithoutItsSnapshotSaysSoAndLeavesTheCloneAsItIs() {
        try (ScratchClone pg = v1.scratch()) {
            Launched.fake(pg.server()).put("a", "2");
            v1.discard();
            assertThatThrownBy(pg::reset).isInstanceOf(NotFoundException.class).hasMessageContaining("main@v1");
            assertThat(rows(pg)).containsEntry("a", "2");
        }
        assertThat(volumes()).isEqualTo(1);
    }

    @Test
    void aClosedOneCannotBeReset() {
        ScratchClone pg = v1.scratch();
        pg.close();
        assertThatThrownBy(pg::reset).isInstanceOf(IllegalStateException.class).hasMessageContaining("is closed");
        assertThat(volumes()).isEqualTo(1);
    }

    @Test
    void aLeaseThatWasResetIsReplacedWhenItGoesBack() {
        try (ScratchPool pool = v1.pool(o -> o.size(1))) {
            int port;
            try (ScratchClone pg = pool.lease()) {
                Launched.fake(pg.server()).put("a", "2");
                assertThat(pg.reset()).isTrue();
                port = pg.server().port();
            }
            try (ScratchClone pg = pool.lease()) {
                assertThat(pg.server().port()).isNotEqualTo(port);
                assertThat(rows(pg)).containsEntry("a", "1");
            }
        }
        assertThat(volumes()).isEqualTo(1);
    }

    private List<Path> runDirectories() throws IOException {
        try (Stream<Path> directories = Files.list(directory.resolve("home/servers"))) {
            return directories.toList();
        }
    }

    @Test
    void workOnAScratchCloneYieldsItsValueAndLetsItsOwnExceptionThrough() {
        assertThat(v1.<Integer, RuntimeException>withScratch(pg -> rows(pg).size()))
                .isEqualTo(1);
        assertThatThrownBy(() -> v1.useScratch(pg -> {
                    throw new IOException("mine");
                }))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("mine");
        assertThat(volumes()).isEqualTo(1);
    }

    @Test
    void itsServerIsAttachedAndLeanUnlessToldOtherwise() {
        try (ScratchClone lean = v1.scratch(o -> o.setting("memory", "1GB"));
                ScratchClone faithful = v1.scratch(o -> ScratchOptions.FAITHFUL)) {
            assertThat(Launched.fake(lean.server()).spec().lifetime()).isEqualTo(Lifetime.ATTACHED);
            assertThat(Launched.fake(lean.server()).spec().settings()).isEqualTo(Map.of("lean", "on", "memory", "1GB"));
            assertThat(Launched.fake(faithful.server()).spec().settings()).isEmpty();
        }
        assertThatThrownBy(() -> v1.scratch(o -> o.setting("port", "1"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itIsNoneOfTheNamedClonesAndItsPortIsNobodyElses() {
        Clone named = v1.clone("trial");
        try (ScratchClone one = v1.scratch();
                ScratchClone other = v1.scratch()) {
            assertThat(repo.clones()).containsExactly(named);
            assertThat(repo.status().clones()).hasSize(1);
            assertThat(List.of(
                            one.server().port(),
                            other.server().port(),
                            named.info().port(),
                            repo.branch("main").info().port()))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void cannotUseAClosedOneAndClosingTwiceIsClosingOnce() {
        ScratchClone pg = v1.scratch();
        pg.close();
        pg.close();
        assertThatThrownBy(pg::server).isInstanceOf(IllegalStateException.class).hasMessageContaining("is closed");
        assertThatThrownBy(pg::jdbcUrl).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(pg::dataSource).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(pg::dataDirectory).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingTheRepositoryEndsThemAndNoNewOneCanBeMade() {
        ScratchClone pg = v1.scratch();
        RunningServer server = pg.server();
        repo.close();
        assertThat(server.isRunning()).isFalse();
        assertThat(volumes()).isEqualTo(1);
        assertThatThrownBy(pg::server).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(v1::scratch).isInstanceOf(IllegalStateException.class);
        pg.close();
    }

    @Test
    void openRemovesThoseOfTheDeadAndLeavesThoseOfTheLiving() {
        ScratchClone living = v1.scratch();
        oneOfTheDead();
        assertThat(volumes()).isEqualTo(3);
        try (Repository again = zvpg().open()) {
            assertThat(again.clones()).isEmpty();
            assertThat(storage.drafts()).extracting(StoredDraft::abandoned).containsExactly(false);
            assertThat(rows(living)).containsEntry("a", "1");
            assertThat(volumes()).isEqualTo(2);
        }
        assertThat(rows(living)).containsEntry("a", "1");
        living.close();
    }

    @SuppressWarnings("MustBeClosedChecker")
    private void oneOfTheDead() {
        MemoryStorage theirs = storage.reopen();
        theirs.clone(v1.key().id(), new VolumeId("scratch-dead"), CopyProgress.NONE);
        theirs.kill();
    }

    @Test
    void destroyingTheRepositoryDestroysThoseOfOtherProcessesToo() {
        oneOfTheDead();
        Draft theirs = storage.reopen().clone(v1.key().id(), new VolumeId("scratch-theirs"), CopyProgress.NONE);
        repo.destroy();
        assertThat(volumes()).isZero();
        theirs.close();
    }

    @Test
    void aRepositoryWhoseScratchCloneRunsInAnotherContainerIsNotDestroyed() throws IOException {
        VolumeId theirs = new VolumeId("scratch-theirs");
        Draft draft = storage.reopen().clone(v1.key().id(), theirs, CopyProgress.NONE);
        Path data = Files.createDirectories(Context.dataDirectory(draft.directory()));
        launcher.runsElsewhere(data);

        assertThatThrownBy(repo::destroy).isInstanceOf(InUseException.class).hasMessageContaining("another container");

        assertThat(data).isDirectory();
        assertThat(storage.list().volumes()).hasSize(1);
        launcher.nothingRunsElsewhere();
        try (Repository again = zvpg().open()) { // it can be used and destroyed as before
            again.destroy();
        }
        assertThat(volumes()).isZero();
        draft.close();
    }

    @Test
    void aPortThatIsTakenIsPassedOverAndWithoutAnyLeftTheErrorSaysSo() {
        for (int port = 6000; port <= 6004; port++) {
            if (port != 6003) {
                launcher.portTaken(port);
            }
        }
        List<ScratchClone> made = new ArrayList<>();
        made.add(v1.scratch());
        assertThat(made.get(0).server().port()).isEqualTo(6003);
        launcher.portTaken(6003);
        assertThatThrownBy(v1::scratch)
                .isInstanceOf(InUseException.class)
                .hasMessageContaining("no port of the repository's range 6000-6004 is free");
        assertThat(volumes()).isEqualTo(2);
        made.forEach(ScratchClone::close);
    }

    @Test
    void aStartThatFailsLeavesNothing() throws IOException {
        launcher.failNext(new ServerException("it did not want to"));
        assertThatThrownBy(v1::scratch).hasMessage("it did not want to");
        assertThat(volumes()).isEqualTo(1);
        assertThat(runDirectories()).hasSize(1);
    }

    @Test
    void cannotMakeOneOfADeletedSnapshot() {
        v1.delete();
        assertThatThrownBy(v1::scratch)
                .isInstanceOf(NotFoundException.class)
                .hasMessage("snapshot main@v1 was deleted");
        assertThatThrownBy(v1::pool).isInstanceOf(NotFoundException.class);
    }

    @Test
    void theSnapshotMayBeDeletedWhileItLives() {
        try (ScratchClone pg = v1.scratch()) {
            v1.delete();
            assertThat(rows(pg)).containsEntry("a", "1");
        }
        assertThat(volumes()).isEqualTo(1);
    }
}
