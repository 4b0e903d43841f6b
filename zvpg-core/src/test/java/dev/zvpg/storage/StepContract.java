package dev.zvpg.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Effort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every storage promises of steps: each is seen and survives wholly or not at all, in this process, among several,
 * and when one of them is killed.
 */
public abstract class StepContract extends RecoveryContract {

    private static final String SEAT = "seat-";
    private static final String BRIEF = "brief-";

    /**
     * How many steps the random walk takes.
     *
     * @return 500; less for a storage that is slow
     */
    protected int walkSteps() {
        return Effort.of(200, 300);
    }

    /**
     * How many processes are killed in the middle of a verb.
     *
     * @return 12; less for a storage that is slow
     */
    protected int kills() {
        return Effort.of(5, 8);
    }

    @Test
    void aRandomWalkMatchesTheModel() {
        long seed = ThreadLocalRandom.current().nextLong();
        StorageWalk walk = new StorageWalk(seed, "");
        try {
            for (int taken = 0; taken < walkSteps(); taken += 20) {
                walk.take(storage, 20);
                walk.check(taken % 100 == 0 ? open() : storage);
            }
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "the walk with seed " + seed + " went wrong: " + e.getMessage() + "\n" + walk.lastSteps(), e);
        }
    }

    @Test
    void everyAcknowledgedVerbSurvivesAKillAndNothingHalfMadeIsLeft() throws Exception {
        for (int round = 0; round < kills(); round++) {
            long seed = ThreadLocalRandom.current().nextLong();
            String prefix = "r" + round + "-";
            List<String> told = new ArrayList<>();
            try (OtherProcess other = ground.start(StorageWork.walk(seed, prefix, 100_000))) {
                told.addAll(linesUntil(other, StorageWork.BEGUN));
                told.addAll(other.lines(9 + ThreadLocalRandom.current().nextInt(walkSteps())));
                LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(20_000_000));
                other.kill();
                told.addAll(other.rest());
            }
            Storage again = open();
            again.recover(volume -> true);
            checkKilled(again, seed, prefix, told);
            assertThat(again.drafts()).isEmpty();
            assertThat(again.foreign()).isEmpty();
            destroyEverything();
        }
    }

    /** What was done is there; the one step that was begun and not done is there wholly or not at all. */
    private static void checkKilled(Storage storage, long seed, String prefix, List<String> told) {
        StorageWalk walk = new StorageWalk(seed, prefix);
        long done = count(told, StorageWork.DONE);
        long begun = count(told, StorageWork.BEGUN);
        assertThat(begun).as("what the process wrote: %s", told).isBetween(done, done + 1);
        walk.takeOnModel(done);
        Map<String, String> found = walk.found(storage);
        if (begun > done && !found.equals(walk.expected())) {
            StorageWalk.Step step = walk.next();
            step.onModel().run();
            assertThat(found)
                    .as("after %s was cut off, seed %s, %s", step.text(), seed, walk.lastSteps())
                    .isEqualTo(walk.expected());
        }
    }

    private static long count(List<String> told, String kind) {
        return told.stream().filter(line -> line.startsWith(kind)).count();
    }

    @Test
    void twoProcessesWorkAtOnce() throws Exception {
        long seed = ThreadLocalRandom.current().nextLong();
        int steps = Math.min(80, walkSteps());
        StorageWalk mine = new StorageWalk(seed + 1, "mine-");
        try (OtherProcess other = ground.start(StorageWork.walk(seed, "theirs-", steps))) {
            linesUntil(other, StorageWork.BEGUN);
            mine.take(storage, steps);
            requireDone(other);
        }
        StorageWalk theirs = new StorageWalk(seed, "theirs-");
        theirs.takeOnModel(steps);
        mine.check(storage);
        theirs.check(storage);
        assertThat(storage.drafts()).isEmpty();
        assertThat(storage.foreign()).isEmpty();
        destroyEverything();
    }

    private static List<String> requireDone(OtherProcess other) throws IOException, InterruptedException {
        List<String> rest = other.rest();
        assertThat(other.exitCode()).as("%s", rest).isZero();
        return rest;
    }

    @Test
    void noUpdateIsLostAndNoIdentityGivenTwiceAmongProcesses() throws Exception {
        Trees.create(storage, MAIN, Map.of());
        int rounds = Math.min(20, walkSteps() / 10);
        List<String> theirs = new ArrayList<>();
        List<String> mine = new ArrayList<>();
        try (OtherProcess other = ground.start(StorageWork.compete(MAIN, "theirs-", rounds))) {
            theirs.addAll(linesUntil(other, StorageWork.WON));
            StorageWork.compete(storage, MAIN, "mine-", rounds, mine::add);
            theirs.addAll(requireDone(other));
        }
        assertThat(attributes(MAIN)).hasSize(2 * rounds);
        for (int i = 0; i < rounds; i++) {
            VolumeId wanted = new VolumeId("wanted-" + i);
            boolean isMine = mine.contains(StorageWork.WON + wanted);
            assertThat(theirs.contains(StorageWork.WON + wanted))
                    .as("somebody else has %s", wanted)
                    .isEqualTo(!isMine);
            assertThat(attributes(wanted)).isEqualTo(Map.of("winner", isMine ? "mine-" : "theirs-"));
        }
    }

    @Test
    void whatChangesInOneStepIsSeenInOneStep() throws Exception {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        storage.update(List.of(
                AttributeChange.set(MAIN, Map.of("n", "0", "gone", "0")), AttributeChange.set(V1, Map.of("n", "0"))));
        Trees.clone(storage, V1, new VolumeId(SEAT + 0), Map.of("n", "0"));
        int rounds = Math.min(20, walkSteps() / 10);
        try (OtherProcess other = ground.start(StorageWork.steps(MAIN, V1, rounds))) {
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            Thread waiting = new Thread(() -> {
                try {
                    requireDone(other);
                } catch (Exception | AssertionError e) {
                    failure.set(e);
                }
            });
            waiting.start();
            while (waiting.isAlive()) {
                requireWholeSteps(storage.list());
            }
            assertThat(failure.get()).isNull();
        }
        requireWholeSteps(storage.list());
        assertThat(attributes(MAIN)).isEqualTo(Map.of("n", "" + rounds, "gone", "" + rounds));
    }

    private static void requireWholeSteps(Listing listing) {
        Map<String, String> main = Map.of();
        List<String> seats = new ArrayList<>();
        for (StoredVolume volume : listing.volumes()) {
            if (volume.id().equals(MAIN)) {
                main = volume.attributes();
            } else {
                seats.add(volume.id().value());
                assertThat(volume.id()).hasToString(SEAT + volume.attributes().get("n"));
            }
        }
        assertThat(seats).as("one takes the other's place").hasSize(1);
        for (StoredSnapshot snapshot : listing.snapshots()) {
            if (snapshot.id().equals(V1)) {
                assertThat(snapshot.attributes()).isEqualTo(Map.of("n", main.getOrDefault("n", "none")));
            } else {
                assertThat(snapshot.id())
                        .hasToString(BRIEF + snapshot.attributes().get("n"));
                assertThat(main.get("gone")).isNotEqualTo(snapshot.attributes().get("n"));
            }
        }
    }
}
