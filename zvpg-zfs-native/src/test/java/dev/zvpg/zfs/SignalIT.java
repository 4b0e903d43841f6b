package dev.zvpg.zfs;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.binding.Native;
import java.io.IOException;
import java.nio.channels.Pipe;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the kernel makes of a verb whose thread gets a signal while it waits, on a real kernel module: it cancels the channel
 * program in the middle, as it does where the process is killed.
 */
@NeedsPool
class SignalIT extends WithStorage {

    private static final int ROUNDS = 15;

    /** What the JDK wakes threads up with that read or write (SIGRTMAX - 2 of glibc); its handler does nothing. */
    private static final int WAKE_UP = 62;

    private final LibC libc = Native.load(LibC.class, "c");
    private final long seed = ThreadLocalRandom.current().nextLong();
    private final Random random = new Random(seed);
    private final int thread = libc.gettid();
    private long usualNanos = 20_000_000;
    private int sent;

    /** The JDK has its handler from when the first thread could need it. */
    @BeforeEach
    void haveAHandler() throws IOException {
        Pipe pipe = Pipe.open();
        pipe.source().close();
        pipe.sink().close();
    }

    @Test
    void aVerbIsDoneAsAWholeAlthoughASignalComes() throws Exception {
        Trees.create(storage, MAIN, Map.of());
        List<VolumeId> others = Stream.of("a", "b", "c", "d").map(VolumeId::new).toList();
        others.forEach(volume -> Trees.create(storage, volume, Map.of()));
        for (int round = 0; round < ROUNDS; round++) {
            SnapshotId snapshot = new SnapshotId("s" + round);
            VolumeId clone = new VolumeId("clone-" + round);
            Map<String, String> first = attributes("first " + round);
            Map<String, String> second = attributes("second " + round);

            signalled(() -> storage.snapshot(MAIN, snapshot, first, CopyProgress.NONE));
            Trees.clone(storage, snapshot, clone, Map.of());
            signalled(() -> storage.update(changes(others, first)));
            assertThat(attributes()).as("seed %d", seed).containsAllEntriesOf(expected(first, others, snapshot));

            signalled(() -> storage.destroy(clone, changes(List.of(snapshot), second)));
            signalled(() -> storage.destroy(snapshot, changes(others, second)));
            Map<StoredId, Map<String, String>> left = expected(second, others);
            left.put(MAIN, Map.of());
            assertThat(attributes()).as("seed %d", seed).isEqualTo(left);
            assertThat(storage.drafts()).isEmpty();
            assertThat(storage.foreign()).isEmpty();
        }
        assertThat(sent).as("verbs that were not done before their signal").isGreaterThan(ROUNDS);
    }

    /** Runs a verb; a signal comes in its middle, or perhaps it was faster this time. */
    private void signalled(Runnable verb) throws InterruptedException {
        long nanos = (long) (usualNanos * random.nextDouble());
        AtomicBoolean done = new AtomicBoolean();
        Thread sender = new Thread(() -> {
            LockSupport.parkNanos(nanos);
            if (!done.get()) {
                sent += libc.tgkill(libc.getpid(), thread, WAKE_UP) == 0 ? 1 : 0;
            }
        });
        sender.start();
        long start = System.nanoTime();
        verb.run();
        done.set(true);
        usualNanos = (3 * usualNanos + System.nanoTime() - start) / 4;
        sender.join();
    }

    private static Map<String, String> attributes(String value) {
        return IntStream.range(0, 20).boxed().collect(toMap(i -> "attribute-" + i, i -> value));
    }

    private static List<AttributeChange> changes(List<? extends StoredId> targets, Map<String, String> attributes) {
        return targets.stream()
                .map(target -> AttributeChange.set(target, attributes))
                .toList();
    }

    private static Map<StoredId, Map<String, String>> expected(
            Map<String, String> attributes, List<VolumeId> volumes, SnapshotId... snapshots) {
        return Stream.concat(volumes.stream(), Stream.of(snapshots)).collect(toMap(id -> id, id -> attributes));
    }

    private Map<StoredId, Map<String, String>> attributes() {
        Map<StoredId, Map<String, String>> found = new HashMap<>();
        Listing listing = storage.list();
        listing.volumes().forEach(volume -> found.put(volume.id(), volume.attributes()));
        listing.snapshots().forEach(snapshot -> found.put(snapshot.id(), snapshot.attributes()));
        return found;
    }

    /** What the C library has for threads. */
    public interface LibC {

        int getpid();

        int gettid();

        int tgkill(int process, int thread, int signal);
    }
}
