package dev.zvpg.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OperationInterruptedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every storage promises to many threads, and to one that is interrupted. */
public abstract class SideBySideContract extends AttributeContract {

    @Test
    void twoInstancesOnOnePlaceSeeEachOther() {
        Storage other = open();
        Trees.create(storage, MAIN, Map.of("a", "1"));
        TreeText.write(other.directory(MAIN), "file", "other's");
        other.snapshot(MAIN, V1, Map.of(), CopyProgress.NONE);
        clone(V1, CLONE);
        other.update(List.of(AttributeChange.set(CLONE, Map.of("b", "2"))));
        storage.destroy(MAIN);

        assertThat(other.list()).isEqualTo(storage.list());
        assertThat(attributes(CLONE)).isEqualTo(Map.of("b", "2"));
        assertThat(TreeText.read(other.directory(CLONE))).isEqualTo(Map.of("file", "other's"));
        assertThatThrownBy(() -> Trees.create(other, CLONE, Map.of())).isInstanceOf(AlreadyExistsException.class);
    }

    @Test
    void manyThreadsWorkSideBySide() throws Exception {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        Storage other = open();
        List<Callable<Void>> workers = new ArrayList<>();
        for (int worker = 0; worker < 6; worker++) {
            Storage mine = worker % 2 == 0 ? storage : other;
            StorageWalk walk = new StorageWalk(ThreadLocalRandom.current().nextLong(), "w" + worker + "-");
            String prefix = "t" + worker + "-";
            workers.add(() -> {
                for (int i = 0; i < 5; i++) {
                    VolumeId scratch = new VolumeId(prefix + i);
                    Trees.clone(mine, V1, scratch, Map.of("a", prefix));
                    assertThat(TreeText.read(mine.directory(scratch))).isEqualTo(Map.of("file", "x"));
                    walk.take(mine, 3);
                    mine.list();
                    mine.destroy(scratch);
                }
                walk.check(mine);
                return null;
            });
        }
        together(workers);
        assertThat(listed()).filteredOn(id -> id.value().startsWith("t")).isEmpty();
        assertThat(TreeText.read(storage.directory(V1))).isEqualTo(Map.of("file", "x"));
    }

    @Test
    void noUpdateIsLostAmongThreads() throws Exception {
        Trees.create(storage, MAIN, Map.of());
        Storage other = open();
        List<Callable<Void>> workers = new ArrayList<>();
        for (int worker = 0; worker < 4; worker++) {
            Storage mine = worker % 2 == 0 ? storage : other;
            String name = "w" + worker + "-";
            workers.add(() -> {
                for (int i = 0; i < 6; i++) {
                    mine.update(List.of(AttributeChange.set(MAIN, Map.of(name + i, "x"))));
                }
                return null;
            });
        }
        together(workers);
        assertThat(attributes(MAIN)).hasSize(24);
    }

    @Test
    void anIdentityIsGivenToOneOfManyWhoWantIt() throws Exception {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        AtomicInteger won = new AtomicInteger();
        List<Callable<Void>> workers = new ArrayList<>();
        for (int worker = 0; worker < 6; worker++) {
            String name = String.valueOf(worker);
            workers.add(() -> {
                try {
                    Trees.clone(storage, V1, CLONE, Map.of("winner", name));
                    won.incrementAndGet();
                } catch (AlreadyExistsException e) {
                    assertThat(e).hasMessageContaining(CLONE.value());
                }
                return null;
            });
        }
        together(workers);
        assertThat(won).hasValue(1);
        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(Map.of("file", "x"));
    }

    @Test
    void aSourceDestroyedWhileItIsCopiedMakesAWholeCopyOrNone() throws Exception {
        for (int round = 0; round < 8; round++) {
            VolumeId source = new VolumeId("source" + round);
            SnapshotId image = new SnapshotId("image" + round);
            Trees.create(storage, source, Map.of());
            for (int i = 0; i < 60; i++) {
                TreeText.write(storage.directory(source), "d" + i % 7 + "/f" + i, "x" + i);
            }
            Map<String, String> whole = TreeText.read(storage.directory(source));
            CountDownLatch begun = new CountDownLatch(1);
            Callable<Void> copier = () -> {
                begun.countDown();
                try {
                    snapshot(source, image);
                } catch (NotFoundException | InUseException e) {
                    assertThat(e).hasMessageContaining(source.value());
                }
                return null;
            };
            Callable<Void> destroyer = () -> {
                begun.await();
                spin(ThreadLocalRandom.current().nextInt(6_000_000));
                try {
                    storage.destroy(source);
                } catch (InUseException e) {
                    assertThat(e).hasMessageContaining(source.value());
                }
                return null;
            };
            together(List.of(copier, destroyer));
            if (listed().contains(image)) {
                assertThat(TreeText.read(storage.directory(image))).isEqualTo(whole);
            }
        }
    }

    private static void spin(long nanos) {
        for (long end = System.nanoTime() + nanos; System.nanoTime() < end; ) {
            Thread.onSpinWait();
        }
    }

    // ---- interruption

    @Test
    void aVerbOfAnInterruptedThreadHappensOrNotAndTheFlagStays() {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        List<Runnable> verbs = List.of(
                () -> Trees.create(storage, new VolumeId("created"), Map.of()),
                () -> snapshot(MAIN, new SnapshotId("v2")),
                () -> clone(V1, CLONE),
                () -> storage.update(List.of(AttributeChange.set(MAIN, Map.of("a", "1")))),
                () -> storage.list(),
                () -> storage.directory(V1),
                () -> storage.destroy(V1));
        for (Runnable verb : verbs) {
            Listing before = storage.list();
            Thread.currentThread().interrupt();
            Throwable thrown = catchThrowable(verb::run);
            assertThat(Thread.interrupted()).isTrue();
            if (thrown != null) {
                assertThat(thrown)
                        .isInstanceOf(OperationInterruptedException.class)
                        .hasMessageContaining("interrupt");
                assertThat(storage.list()).isEqualTo(before);
            }
        }
        // and the storage is none the worse for it
        snapshot(MAIN, new SnapshotId("v3"));
        clone(new SnapshotId("v3"), new VolumeId("after"));
        assertThat(TreeText.read(storage.directory(new VolumeId("after")))).isEqualTo(Map.of("file", "x"));
        Listing last = storage.list();
        storage.recover(volume -> true);
        assertThat(open().list()).isEqualTo(last);
    }

    @Test
    void anInterruptAtAnyTimeLeavesNothingHalfMade() throws Exception {
        Trees.create(storage, MAIN, Map.of());
        for (int i = 0; i < 40; i++) {
            TreeText.write(storage.directory(MAIN), "d" + i % 7 + "/f" + i, "x" + i);
        }
        Map<String, String> whole = TreeText.read(storage.directory(MAIN));
        for (int round = 0; round < 10; round++) {
            SnapshotId snapshot = new SnapshotId("s" + round);
            VolumeId volume = new VolumeId("v" + round);
            Thread worker = new Thread(() -> {
                try {
                    snapshot(MAIN, snapshot);
                    clone(snapshot, volume);
                } catch (OperationInterruptedException e) {
                    assertThat(e).hasMessageContaining("interrupt");
                }
            });
            List<Throwable> failures = new ArrayList<>();
            worker.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
            worker.start();
            spin(ThreadLocalRandom.current().nextInt(30_000_000));
            worker.interrupt();
            worker.join();
            assertThat(failures).isEmpty();
        }
        Listing before = storage.list();
        for (StoredId id : listed()) {
            assertThat(TreeText.read(directory(id))).isEqualTo(whole);
        }
        assertThat(storage.foreign()).isEmpty();
        storage.recover(volume -> true);
        assertThat(storage.list()).isEqualTo(before);
    }
}
