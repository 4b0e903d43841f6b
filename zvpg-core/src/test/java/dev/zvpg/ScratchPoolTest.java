package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.option.PoolOptions;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.server.FakeServer;
import dev.zvpg.storage.MemoryStorage;
import dev.zvpg.storage.StorageFeature;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a pool promises, with servers that are fakes. */
class ScratchPoolTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private final FakeLauncher launcher = new FakeLauncher();
    private final MemoryStorage storage = MemoryStorage.with(StorageFeature.ATOMIC_SNAPSHOT);
    private Repository repo;
    private Snapshot v1;

    @BeforeEach
    void initialize() {
        repo = Zvpg.at(directory.resolve("home"))
                .storage(storage::reopen)
                .postgres(launcher)
                .init();
        Launched.fake(repo.branch("main").start()).put("a", "1");
        v1 = repo.branch("main").snapshot("v1", "");
    }

    @AfterEach
    void close() {
        repo.close();
    }

    private int volumes() {
        return storage.list().volumes().size() + storage.drafts().size();
    }

    private static FakeServer server(ScratchClone clone) {
        return Launched.fake(clone.server());
    }

    @Test
    void fillsItselfAndHasNeverMoreServersThanItsSize() {
        try (ScratchPool pool = v1.pool(o -> o.size(3))) {
            await().atMost(LONG).until(() -> pool.info().ready() == 3);
            assertThat(volumes()).isEqualTo(4);
            for (int i = 0; i < 20; i++) {
                try (ScratchClone pg = pool.lease(LONG)) {
                    server(pg).put("i", "" + i);
                }
                assertThat(pool.info().ready() + pool.info().leased()).isLessThanOrEqualTo(3);
            }
            await().atMost(LONG).until(() -> pool.info().ready() == 3 && volumes() == 4);
        }
        assertThat(volumes()).isEqualTo(1);
    }

    @Test
    void aCloneThatWasChangedIsReplacedAndOneThatWasNotIsReused() {
        try (ScratchPool pool = v1.pool(o -> o.size(1))) {
            Path first;
            try (ScratchClone pg = pool.lease(LONG)) {
                first = pg.dataDirectory();
            }
            try (ScratchClone pg = pool.lease(LONG)) {
                assertThat(pg.dataDirectory()).isEqualTo(first);
                server(pg).put("b", "2");
            }
            try (ScratchClone pg = pool.lease(LONG)) {
                assertThat(pg.dataDirectory()).isNotEqualTo(first);
                assertThat(server(pg).rows()).containsOnlyKeys("a");
            }
            assertThat(pool.info().made()).isEqualTo(2);
            assertThat(pool.info().reused()).isEqualTo(1);
        }
    }

    @Test
    void withoutReuseEveryLeaseGetsANewOne() {
        try (ScratchPool pool = v1.pool(o -> o.size(1).reuse(false))) {
            Set<Path> seen = new HashSet<>();
            for (int i = 0; i < 3; i++) {
                try (ScratchClone pg = pool.lease(LONG)) {
                    assertThat(seen.add(pg.dataDirectory())).isTrue();
                }
            }
        }
    }

    @Test
    void whenAllAreLeasedOneWaitsAndThenIsToldWhy() {
        try (ScratchPool pool = v1.pool(o -> o.size(1).patience(Duration.ofMillis(5)))) {
            try (ScratchClone pg = pool.lease(LONG)) {
                assertThatThrownBy(pool::lease)
                        .isInstanceOf(InUseException.class)
                        .hasMessageContaining("1 of at most 1 servers, 1 of them leased")
                        .hasMessageContaining("main@v1");
                assertThatThrownBy(() -> pool.lease(Duration.ZERO)).isInstanceOf(InUseException.class);
            }
            pool.lease(LONG).close();
        }
    }

    @Test
    void whoWaitsGetsWhatAnotherGivesBack() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (ScratchPool pool = v1.pool(o -> o.size(1))) {
            ScratchClone pg = pool.lease(LONG);
            Future<ScratchClone> waiting = threads.submit(() -> pool.lease(LONG));
            pg.close();
            waiting.get(LONG.toSeconds(), TimeUnit.SECONDS).close();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void noTwoLeasesShareAClone() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        Set<Path> out = ConcurrentHashMap.newKeySet();
        try (ScratchPool pool = v1.pool(o -> o.size(4))) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 6; t++) {
                int thread = t;
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 20; i++) {
                        try (ScratchClone pg = pool.lease(LONG)) {
                            Path path = pg.dataDirectory();
                            assertThat(out.add(path)).isTrue();
                            assertThat(server(pg).rows()).containsOnlyKeys("a");
                            if ((i + thread) % 3 == 0) {
                                server(pg).put("mine", "" + thread);
                            }
                            out.remove(path);
                        }
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get(LONG.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(pool.info().reused()).isPositive();
        } finally {
            threads.shutdownNow();
        }
        assertThat(volumes()).isEqualTo(1);
    }

    @Test
    void closingItEndsTheLeasedOnesTooAndTheirHoldersAreTold() {
        ScratchPool pool = v1.pool(o -> o.size(2));
        ScratchClone pg = pool.lease(LONG);
        RunningServer server = pg.server();
        pool.close();
        pool.close();
        assertThat(server.isRunning()).isFalse();
        assertThat(volumes()).isEqualTo(1);
        assertThatThrownBy(pg::server).isInstanceOf(IllegalStateException.class).hasMessageContaining("is closed");
        pg.close();
        assertThatThrownBy(pool::lease)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
    }

    @Test
    void closingItEndsTheWaitOfWhoeverWaits() throws Exception {
        ScratchPool pool = v1.pool(o -> o.size(1));
        ScratchClone pg = pool.lease(LONG);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread waiting = new Thread(() -> failure.set(catchThrowable(() -> pool.lease(LONG))));
        waiting.start();
        await().atMost(LONG).until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
        pool.close();
        waiting.join();
        assertThat(failure.get()).isInstanceOf(IllegalStateException.class);
        pg.close();
    }

    @Test
    void closingTheRepositoryClosesIt() {
        ScratchPool pool = v1.pool(o -> o.size(2));
        pool.lease(LONG);
        repo.close();
        assertThat(volumes()).isEqualTo(1);
        assertThatThrownBy(pool::lease).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        try (ScratchPool pool = v1.pool(o -> o.size(1))) {
            ScratchClone pg = pool.lease(LONG);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            CountDownLatch flagged = new CountDownLatch(1);
            Thread waiting = new Thread(() -> {
                failure.set(catchThrowable(() -> pool.lease(LONG)));
                if (Thread.currentThread().isInterrupted()) {
                    flagged.countDown();
                }
            });
            waiting.start();
            waiting.interrupt();
            waiting.join();
            assertThat(failure.get())
                    .isInstanceOf(OperationInterruptedException.class)
                    .hasMessageContaining("interrupted");
            assertThat(flagged.getCount()).isZero();
            pg.close();
        }
    }

    @Test
    void aStartThatFailsReachesWhoeverLeasesAndTheNextLeaseTriesAgain() {
        try (ScratchPool pool = v1.pool(o -> o.size(1))) {
            ScratchClone pg = pool.lease(LONG);
            launcher.failNext(new ServerException("it did not want to"));
            server(pg).put("b", "2");
            pg.close();
            Throwable failure = catchThrowable(() -> pool.lease(LONG).close());
            if (failure != null) { // else it failed before this lease began, which then tried again
                assertThat(failure).isInstanceOf(ServerException.class).hasMessage("it did not want to");
            }
            pool.lease(LONG).close();
        }
        assertThat(volumes()).isEqualTo(1);
    }

    @Test
    void anErrorDoesNotShrinkThePool() {
        try (ScratchPool pool = v1.pool(o -> o.size(1))) {
            for (int i = 0; i < 3; i++) {
                ScratchClone pg = pool.lease(LONG);
                launcher.failNextStart(new OutOfMemoryError("unable to create native thread"));
                server(pg).put("b", "2");
                pg.close();
                Throwable failure = catchThrowable(() -> pool.lease(LONG).close());
                if (failure != null) { // else it failed before this lease began, which then tried again
                    assertThat(failure).isInstanceOf(ServerException.class).hasMessageContaining("native thread");
                }
            }
            pool.lease(LONG).close();
        }
        assertThat(volumes()).isEqualTo(1);
    }

    @Test
    void closingDoesNotWaitForeverForAWorkerThatIsStuck() {
        CountDownLatch stuck = new CountDownLatch(1);
        launcher.afterNextDisarm(() -> {
            try {
                stuck.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        ScratchPool pool = v1.pool(o -> o.size(1));
        pool.close(Duration.ofMillis(50));
        assertThat(volumes()).as("what the worker still makes").isGreaterThanOrEqualTo(1);
        stuck.countDown();
        pool.close();
        assertThat(volumes()).isEqualTo(1);
    }

    @Test
    void aServerThatDiedIsNotHandedOut() {
        try (ScratchPool pool = v1.pool(o -> o.size(1))) {
            await().atMost(LONG).until(() -> pool.info().ready() == 1);
            storage.drafts().forEach(draft -> launcher.crash(Context.dataDirectory(storage.directory(draft.id()))));
            try (ScratchClone pg = pool.lease(LONG)) {
                assertThat(server(pg).isRunning()).isTrue();
            }
        }
    }

    @Test
    void whenTheSnapshotIsDeletedTheReadyOnesAreHandedOutAndThenTheReasonIsTold() {
        try (ScratchPool pool = v1.pool(o -> o.size(2))) {
            await().atMost(LONG).until(() -> pool.info().ready() == 2);
            v1.delete();
            for (int i = 0; i < 2; i++) {
                try (ScratchClone pg = pool.lease(LONG)) {
                    server(pg).put("b", "2");
                }
            }
            await().atMost(LONG).until(() -> volumes() == 1);
            assertThatThrownBy(() -> pool.lease(LONG))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessage("snapshot main@v1 was deleted");
        }
    }

    @Test
    void optionsOutOfBoundsAreRefused() {
        assertThatThrownBy(() -> v1.pool(o -> o.size(0))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> v1.pool(o -> o.size(PoolOptions.MAX_SIZE + 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> v1.pool(o -> o.patience(Duration.ofMillis(-1))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> v1.pool(o -> o.scratch(s -> s.setting("port", "1"))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
