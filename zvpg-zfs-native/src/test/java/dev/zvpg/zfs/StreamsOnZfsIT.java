package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Branch;
import dev.zvpg.Snapshot;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.StorageException;
import dev.zvpg.info.Event;
import dev.zvpg.info.Subscription;
import dev.zvpg.remote.FetchResult;
import dev.zvpg.remote.PushResult;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Streams;
import java.io.ByteArrayInputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Between two repositories on ZFS, snapshots go as streams of the kernel's, and go on where they were cut off. */
@NeedsPool
class StreamsOnZfsIT extends StreamsContract {

    /** What is lost at each cut: what had not come whole. */
    private static final int FRAME = 1 << 18;

    StreamsOnZfsIT() {
        super(new TestPool(), new TestPool());
    }

    @Test
    void anImageKeepsItsIdentityAndSoDoIncrementsOnTopOfIt() throws Exception {
        Snapshot v1 = commitMuch(1);
        fetch(o -> o.verify(true));
        assertThat(identity("ours", v1.id())).isEqualTo(identity("theirs", v1.id()));
        Snapshot v2 = commit(theirs.branch("main"), "v2", "b", "2");
        FetchResult second = fetch(o -> o.verify(true));
        assertThat(second.snapshots()).containsExactly(v2.id());
        String raw = PoolTools.run(
                "sh",
                "-c",
                "zfs send -Lec -i " + fullName("theirs", v1.id()) + " " + fullName("theirs", v2.id()) + " | wc -c");
        assertThat(second.bytes()).isEqualTo(Long.parseLong(raw.strip())).isLessThan(MEGABYTE / 2);
        assertThat(identity("ours", v2.id())).isEqualTo(identity("theirs", v2.id()));
        // what was built on that here goes back on top of it
        Branch work = ours.snapshot("origin/main@v2").branch("work");
        Snapshot w1 = commit(work, "w1", "c", "3");
        PushResult pushed = push(work, o -> o.verify(true));
        assertThat(pushed.isAccepted()).isTrue();
        assertThat(pushed.bytes()).isLessThan(MEGABYTE / 2);
        assertThat(identity("theirs", w1.id())).isEqualTo(identity("ours", w1.id()));
        // and what carries them here is nobody's volume
        ours.snapshot("origin/main@v2").branch("other").discard();
        requireNothing("theirs");
    }

    @Test
    void whatIsCutFiveTimesComesOnce() throws Exception {
        Snapshot v1 = commitMuch(1);
        int whole = stream(v1).length;
        List<Event> events = new ArrayList<>();
        long bytes = 0;
        try (Subscription listener = ours.listen(events::add)) {
            for (int cuts = 0; cuts < 5; cuts++) {
                fetchCutAfter(whole / 6);
                bytes += whole / 6;
                assertThat(ours.findSnapshot("origin/main@v1")).isEmpty();
            }
            bytes += fetch().bytes();
        }
        assertThat(events).filteredOn(Event.TransferResumed.class::isInstance).hasSizeGreaterThanOrEqualTo(5);
        assertThat(bytes).isLessThan(whole + 5L * FRAME);
        assertThat(identity("ours", v1.id())).isEqualTo(identity("theirs", v1.id()));
        requireTheSame(v1);
        requireNothing("ours");
    }

    @Test
    void whatWasCutStaysForAWeekAndIsToldOf() throws Exception {
        Snapshot v1 = commitMuch(1);
        byte[] stream = stream(v1);
        SnapshotId id = new SnapshotId(v1.id());
        Streams streams = streams("ours");
        try (Streams.Incoming incoming = streams.incoming(id, Optional.empty())) {
            assertThatThrownBy(() -> incoming.receive(cut(stream, stream.length / 2), false))
                    .hasMessage("cut");
        }
        reopen(Clock.systemUTC());
        assertThat(streams.partials())
                .singleElement()
                .satisfies(partial -> assertThat(partial.snapshot()).isEqualTo(id));
        assertThat(openStorage("ours").drafts()).isEmpty();
        assertThat(ours.doctor().toString()).contains(id.value());
        reopen(Clock.offset(Clock.systemUTC(), Duration.ofDays(8)));
        assertThat(streams.partials()).isEmpty();
        requireNothing("ours");
    }

    @Test
    void aRepositoryIsDestroyedWithWhatHasComeOfSnapshots() throws Exception {
        commitMuch(1);
        fetchCutAfter(MEGABYTE);
        assertThat(streams("ours").partials()).hasSize(1);
        ours.destroy();
        assertThat(ourPool.isEmpty()).isTrue();
    }

    @Test
    void whatCameWholeAndWasNeverPublishedIsRemoved() throws Exception {
        Snapshot v1 = commitMuch(1);
        SnapshotId id = new SnapshotId(v1.id());
        try (Streams.Incoming incoming = streams("ours").incoming(id, Optional.empty())) {
            incoming.receive(new ByteArrayInputStream(stream(v1)), false).close();
        }
        requireNothing("ours");
        // as a process leaves it that was killed, with its claim gone at the next start of the machine
        String from = fullName("theirs", v1.id());
        String to = ourPool.dataset() + "/receiving-x.zvpg";
        PoolTools.run(
                "sh", "-c", "zfs send -Lec " + from + " | zfs receive -u -o zvpg.storage:receiving=" + id + " " + to);
        assertThat(openStorage("ours").foreign()).isEmpty();
        assertThat(openStorage("ours").drafts()).hasSize(1);
        requireNothing("ours");
    }

    @Test
    void twoWhoReceiveTheSameAtOnceAreNotInEachOthersWay() throws Exception {
        Snapshot v1 = commitMuch(1);
        byte[] stream = stream(v1);
        SnapshotId id = new SnapshotId(v1.id());
        Streams streams = streams("ours");
        try (Streams.Incoming one = streams.incoming(id, Optional.empty());
                Streams.Incoming two = streams.incoming(id, Optional.empty());
                Draft first = one.receive(new ByteArrayInputStream(stream), false);
                Draft second = two.receive(new ByteArrayInputStream(stream), false)) {
            first.publish(Map.of("kind", "test"));
            assertThatThrownBy(() -> second.publish(Map.of("kind", "test"))).hasMessageContaining("it exists, or did");
        }
        assertThat(openStorage("ours").list().snapshots())
                .filteredOn(snapshot -> snapshot.id().equals(id))
                .hasSize(1);
    }

    @Test
    void whatIsNoStreamOrADamagedOneIsRefusedAndLeavesNothing() throws Exception {
        Snapshot v1 = commitMuch(1);
        byte[] stream = stream(v1);
        SnapshotId id = new SnapshotId(v1.id());
        Random random = new Random(7);
        byte[] noise = new byte[MEGABYTE];
        random.nextBytes(noise);
        List<byte[]> hostile = new ArrayList<>(List.of(noise, new byte[0], new byte[MEGABYTE]));
        for (int i = 0; i < 4; i++) {
            byte[] damaged = stream.clone();
            damaged[random.nextInt(damaged.length)] ^= 0x41;
            hostile.add(damaged);
        }
        for (byte[] bytes : hostile) {
            try (Streams.Incoming incoming = streams("ours").incoming(id, Optional.empty())) {
                assertThatThrownBy(() -> incoming.receive(new ByteArrayInputStream(bytes), false))
                        .isInstanceOf(StorageException.class)
                        .hasMessageContaining("receive");
            }
            requireNothing("ours");
        }
        // one that claims to go on with what is not here
        try (Streams.Incoming incoming = streams("ours").incoming(id, Optional.empty())) {
            assertThatThrownBy(() -> incoming.receive(new ByteArrayInputStream(stream), true))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("goes on");
        }
        requireNothing("ours");
    }

    @Test
    void anotherBaseThanTheReceiversIsNoBase() throws Exception {
        commitMuch(1);
        Snapshot v1 = theirs.snapshot("main@v1");
        Snapshot v2 = commit(theirs.branch("main"), "v2", "b", "2");
        Streams streams = streams("theirs");
        SnapshotId base = new SnapshotId(v1.id());
        Streams.Have other = new Streams.Have(Optional.of("123"), Optional.empty());
        assertThat(streams.outgoing(new SnapshotId(v2.id()), Optional.of(base), other))
                .isEmpty();
        Streams.Have same =
                new Streams.Have(Optional.of(identity("theirs", v1.id()).strip()), Optional.of("1 2 3 4"));
        assertThat(streams.outgoing(new SnapshotId(v2.id()), Optional.of(base), same))
                .hasValueSatisfying(outgoing -> assertThat(outgoing.resumes()).isFalse());
        // and not one that it does not follow
        Streams.Have later =
                new Streams.Have(Optional.of(identity("theirs", v2.id()).strip()), Optional.empty());
        assertThat(streams.outgoing(base, Optional.of(new SnapshotId(v2.id())), later))
                .isEmpty();
    }

    @Test
    void aReceiverWithoutSpaceSaysSoAndKeepsNothing() throws Exception {
        commitMuch(1);
        PoolTools.run("zfs", "set", "quota=1M", ourPool.dataset());
        assertThatThrownBy(this::fetch).isInstanceOf(OutOfSpaceException.class);
        requireNothing("ours");
        PoolTools.run("zfs", "set", "quota=none", ourPool.dataset());
        assertThat(fetch().snapshots()).hasSize(1);
    }
}
