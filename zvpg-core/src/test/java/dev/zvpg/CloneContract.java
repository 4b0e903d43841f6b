package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.engine.ClockLeaps;
import dev.zvpg.option.CloneOptions;
import dev.zvpg.server.ServerState;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What the domain promises of the lives of clones. */
public abstract class CloneContract extends BranchContract {

    // --- reset and restart ---

    @Test
    void aCloneIsBroughtBackToItsSnapshotAndStaysWhatItIs() {
        put(main(), "a", "1");
        Clone trial = main().snapshot("v1", "")
                .clone(
                        "trial",
                        o -> o.port(6005)
                                .setting("work_mem", "256MB")
                                .timeToLive(Duration.ofHours(1))
                                .protect());
        CopyRecord before = trial.copy();
        Launched.fake(trial.start()).deleteAll();
        put(trial, "b", "2");

        List<String> events = eventsOf(trial::reset);

        assertThat(rows(trial)).isEqualTo(Map.of("a", "1"));
        assertThat(events).containsExactly("ServerStopped", "CloneReset", "ServerStarted");
        assertThat(trial.server().port()).isEqualTo(6005);
        CopyRecord after = trial.copy();
        assertThat(after.volume().id()).isNotEqualTo(before.volume().id());
        assertThat(after.settings()).isEqualTo(Map.of("work_mem", "256MB"));
        assertThat(after.expires()).isEqualTo(before.expires()).isPresent();
        assertThat(after.isProtected()).isTrue();
        assertThat(after.created()).isEqualTo(before.created());
        assertThat(openStorageVolumes()).hasSize(2);
        trial.stop();
        trial.reset();
        assertThat(trial.state()).isEqualTo(ServerState.STOPPED);
        assertThat(trial.snapshot()).map(Snapshot::ref).contains("main@v1");
    }

    @Test
    void aCrashedCloneIsBroughtBackToo() {
        put(main(), "a", "1");
        Clone trial = main().snapshot("v1", "").clone("trial");
        put(trial, "a", "2");
        launcher.crash(trial.dataDirectory());
        trial.reset();
        assertThat(trial.state()).isEqualTo(ServerState.STOPPED);
        assertThat(rows(trial)).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void aCloneWhoseSnapshotIsGoneIsNotReset() {
        Snapshot v1 = main().snapshot("v1", "");
        Clone trial = v1.clone("trial");
        put(trial, "a", "1");
        v1.delete();
        Map<String, Map<String, String>> before = everything();
        assertThatThrownBy(trial::reset)
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("cannot reset clone trial: the snapshot that it is a copy of was deleted");
        assertThat(everything()).isEqualTo(before);
        assertThat(trial.state()).isEqualTo(ServerState.RUNNING);
        trial.delete();
        assertThatThrownBy(trial::reset)
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("clone trial was deleted");
    }

    @Test
    void aResetOfACloneThatFailsChangesNothing() {
        Clone trial = main().snapshot("v1", "").clone("trial");
        put(trial, "a", "1");
        Map<String, Map<String, String>> before = everything();
        launcher.failNext(new ServerException("provoked"));
        assertThatThrownBy(trial::reset).hasMessage("provoked");
        assertThat(everything()).isEqualTo(before);
        assertThat(trial.state()).isEqualTo(ServerState.RUNNING);
        assertThat(rows(trial)).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void aRestartStopsWhatRunsAndStarts() {
        Clone trial = main().snapshot("v1", "").clone("trial");
        assertThat(eventsOf(trial::restart)).containsExactly("ServerStarted");
        assertThat(eventsOf(trial::restart)).containsExactly("ServerStopped", "ServerStarted");
        assertThat(eventsOf(() -> assertThat(main().restart().isRunning()).isTrue()))
                .containsExactly("ServerStarted");
    }

    // --- protection ---

    @Test
    void aProtectedCloneIsNotDeletedUntilItIsNoLonger() {
        Snapshot v1 = main().snapshot("v1", "");
        Clone trial = v1.clone("trial", CloneOptions::protect);
        trial.start();
        assertThat(trial.info().isProtected()).isTrue();
        assertThatThrownBy(() -> reopen().clone("trial").delete())
                .isInstanceOf(InUseException.class)
                .hasMessage("cannot delete clone trial: it is protected; call unprotect() on it first");
        Clone again = repo.clone("trial");
        assertThat(again.state()).isEqualTo(ServerState.RUNNING);
        again.unprotect();
        again.unprotect();
        assertThat(again.info().isProtected()).isFalse();
        again.protect();
        again.protect();
        assertThatThrownBy(again::delete).isInstanceOf(InUseException.class);
        again.unprotect();
        again.delete();
        assertThat(repo.clones()).isEmpty();
        assertThatThrownBy(again::protect).isInstanceOf(NotFoundException.class);
    }

    @Test
    void destroyingTheRepositoryTakesProtectedClonesToo() {
        main().snapshot("v1", "").clone("trial", CloneOptions::protect);
        repo.destroy();
        assertThat(openStorageVolumes()).isEmpty();
        repo = zvpg().init();
    }

    // --- time to live ---

    @Test
    void aCloneWhoseTimeIsOverIsDeleted() {
        Snapshot v1 = main().snapshot("v1", "");
        Clone brief = v1.clone("brief", o -> o.timeToLive(Duration.ofMinutes(10)));
        Clone longer = v1.clone("longer", o -> o.timeToLive(Duration.ofMinutes(11)));
        Clone forever = v1.clone("forever");
        brief.start();
        assertThat(brief.info().expires()).contains(brief.info().created().plus(Duration.ofMinutes(10)));
        assertThat(forever.info().expires()).isEmpty();
        clock.advance(Duration.ofMinutes(10).minusNanos(1));
        assertThat(repo.deleteExpired()).isEmpty();
        clock.advance(Duration.ofNanos(1));

        assertThat(eventsOf(() -> assertThat(repo.deleteExpired()).containsExactly("brief")))
                .containsExactly("ServerStopped", "CloneExpired");

        assertThat(repo.clones()).containsExactly(forever, longer);
        assertThat(openStorageVolumes()).hasSize(3);
        clock.advance(Duration.ofMinutes(1));
        assertThat(reopen().clones()).as("opening deletes nothing").containsExactly(forever, longer);
        assertThat(repo.deleteExpired()).containsExactly("longer");
        assertThat(repo.deleteExpired()).isEmpty();
    }

    @Test
    void aClockThatLeapsAheadForAMomentDeletesNothing() {
        Clone trial = main().snapshot("v1", "").clone("trial", o -> o.timeToLive(Duration.ofDays(7)));
        clock.advance(Duration.ofDays(3650));
        assertThat(reopen().clones()).containsExactly(trial);
        clock.advance(Duration.ofMinutes(9));
        assertThat(repo.deleteExpired()).isEmpty();
        clock.advance(Duration.ofDays(-3650));
        assertThat(repo.deleteExpired()).isEmpty();
        assertThat(repo.clones()).containsExactly(trial);
        for (int day = 1; day < 7; day++) {
            clock.advance(Duration.ofDays(1));
            assertThat(repo.deleteExpired()).isEmpty();
        }
        clock.advance(Duration.ofDays(1));
        assertThat(repo.deleteExpired()).containsExactly("trial");
    }

    @Test
    void whatHasExpiredWhileNobodyLookedIsDeletedByTheSecondLook() {
        main().snapshot("v1", "").clone("trial", o -> o.timeToLive(Duration.ofHours(1)));
        clock.advance(Duration.ofDays(2));
        assertThat(repo.deleteExpired()).isEmpty();
        clock.advance(ClockLeaps.PATIENCE.minusNanos(1));
        assertThat(repo.deleteExpired()).isEmpty();
        clock.advance(Duration.ofNanos(1));
        assertThat(repo.deleteExpired()).containsExactly("trial");

        // whoever looks once a week deletes each week what the week before saw first
        repo.snapshot("v1").clone("weekly", o -> o.timeToLive(Duration.ofHours(1)));
        clock.advance(Duration.ofDays(7));
        assertThat(repo.deleteExpired()).isEmpty();
        clock.advance(Duration.ofDays(7));
        assertThat(repo.deleteExpired()).containsExactly("weekly");
    }

    @Test
    void aProtectedCloneOutlivesItsTime() {
        Clone trial = main().snapshot("v1", "")
                .clone("trial", o -> o.timeToLive(Duration.ofNanos(1)).protect());
        clock.advance(Duration.ofDays(1));
        assertThat(repo.deleteExpired()).isEmpty();
        assertThat(reopen().clones()).containsExactly(trial);
        repo.clone("trial").unprotect();
        assertThat(repo.deleteExpired()).containsExactly("trial");
    }

    @Test
    void aTimeToLiveIsGreaterThanZeroAndHasABound() {
        Snapshot v1 = main().snapshot("v1", "");
        for (Duration time : List.of(
                Duration.ZERO,
                Duration.ofSeconds(-1),
                CloneOptions.LONGEST_LIFE.plusNanos(1),
                Duration.ofSeconds(Long.MAX_VALUE))) {
            assertThatThrownBy(() -> v1.clone("trial", o -> o.timeToLive(time)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("time to live");
        }
        assertThat(openStorageVolumes()).hasSize(1);
        assertThat(v1.clone("trial", o -> o.timeToLive(CloneOptions.LONGEST_LIFE))
                        .info()
                        .expires())
                .isPresent();
    }

    @Test
    void aCloneMadeByAnEarlierVersionReadsWell() {
        Clone trial = main().snapshot("v1", "")
                .clone("trial", o -> o.timeToLive(Duration.ofNanos(1)).protect());
        try (Storage storage = openStorage()) { // that version knew no such attributes
            storage.update(
                    List.of(new AttributeChange(trial.copy().volume().id(), Map.of(), Set.of("expires", "protected"))));
        }
        clock.advance(Duration.ofDays(1));
        assertThat(repo.deleteExpired()).isEmpty();
        assertThat(trial.info().expires()).isEmpty();
        assertThat(trial.info().isProtected()).isFalse();
        trial.delete();
    }

    // --- how many, and where ---

    @Test
    void oneCloneMoreThanTheLimitIsRefused() {
        main().snapshot("v1", "");
        reopen(zvpg().maxClones(2));
        repo.snapshot("v1").clone("one");
        Clone two = repo.snapshot("v1").clone("two");
        assertThatThrownBy(() -> repo.snapshot("v1").clone("three"))
                .isInstanceOf(InUseException.class)
                .hasMessage("cannot create clone three: the repository has 2 clones, its limit; "
                        + "delete one or raise maxClones");
        assertThat(openStorageVolumes()).hasSize(3);
        repo.snapshot("v1").branch("branches-do-not-count");
        two.delete();
        repo.snapshot("v1").clone("three");
        assertThat(reopen().clones()).hasSize(2);
        repo.snapshot("v1").clone("another-program-has-no-limit");
    }

    @Test
    void theLimitHoldsWhateverIsDoneAtOnce() throws Exception {
        main().snapshot("v1", "");
        reopen(zvpg().maxClones(3));
        Snapshot v1 = repo.snapshot("v1");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Clone>> attempts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String name = "clone-" + i;
                attempts.add(threads.submit(() -> v1.clone(name)));
            }
            for (Future<Clone> attempt : attempts) {
                try {
                    attempt.get();
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(InUseException.class);
                }
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(repo.clones()).hasSize(3);
        assertThat(openStorageVolumes()).hasSize(4);
    }

    @Test
    void aCloneIsFoundByItsPort() {
        assertThatThrownBy(() -> repo.cloneOnPort(6005))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("no clone is on port 6005; there are no clones");
        Snapshot v1 = main().snapshot("v1", "");
        Clone trial = v1.clone("trial", o -> o.port(6005));
        Clone other = v1.clone("other", o -> o.port(6006));
        assertThat(repo.cloneOnPort(6005)).isEqualTo(trial);
        assertThat(repo.findCloneOnPort(6006)).contains(other);
        int mainsPort = main().info().port();
        assertThat(repo.findCloneOnPort(mainsPort)).isEmpty();
        assertThatThrownBy(() -> repo.cloneOnPort(mainsPort))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("no clone is on port " + mainsPort + "; the clones are other (6006), trial (6005)");
    }
}
