package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.LocalPeer;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.info.Event;
import dev.zvpg.info.Subscription;
import dev.zvpg.remote.FetchResult;
import dev.zvpg.remote.PushResult;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Streams;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** From a plain dataset to an encrypted one and back, snapshots go as streams too, and each side keeps its own key. */
@NeedsPool
class EncryptedStreamsIT extends StreamsContract {

    EncryptedStreamsIT() {
        super(new TestPool(), TestPool.encrypted("passphrase", "correct horse battery staple"));
    }

    /** Everything below a pool's dataset is encrypted with that one's key, or nothing is. */
    private static void requireEncryption(TestPool pool, String algorithm) throws Exception {
        String roots = PoolTools.run(
                "zfs", "get", "-H", "-r", "-t", "filesystem", "-o", "value", "encryption", pool.dataset());
        assertThat(roots.lines()).isNotEmpty().allMatch(algorithm::equals);
        String owner = algorithm.equals("off") ? "-" : pool.dataset();
        String owners = PoolTools.run(
                "zfs", "get", "-H", "-r", "-t", "filesystem", "-o", "value", "encryptionroot", pool.dataset());
        assertThat(owners.lines()).allMatch(owner::equals);
    }

    private void requireSameIdentity(Snapshot snapshot) throws Exception {
        requireTheSame(snapshot);
        assertThat(identity("ours", snapshot.id())).isEqualTo(identity("theirs", snapshot.id()));
    }

    /** Refused with what to do, on which dataset. */
    private void requireRefusedWithoutKey(ThrowingCallable work) {
        assertThatThrownBy(work).isInstanceOfSatisfying(PermissionException.class, e -> {
            assertThat(e.problem())
                    .contains("cannot ")
                    .contains("the key of the encrypted dataset " + ourPool.dataset() + " is not loaded");
            assertThat(e.advice())
                    .hasValueSatisfying(advice -> assertThat(advice).contains("zfs load-key " + ourPool.dataset()));
        });
    }

    @Test
    void imagesAndIncrementsGoThereAndBackAndAreEncryptedThereAlone() throws Exception {
        Snapshot v1 = commitMuch(1);
        assertThat(fetch(o -> o.verify(true)).snapshots()).containsExactly(v1.id());
        Snapshot v2 = commit(theirs.branch("main"), "v2", "b", "2");
        FetchResult increment = fetch(o -> o.verify(true));
        assertThat(increment.bytes()).isLessThan(MEGABYTE / 2);
        requireSameIdentity(v1);
        requireSameIdentity(v2);

        Clone clone = ours.snapshot("origin/main@v2").clone("try");
        clone.start();
        clone.stop();
        Branch work = ours.snapshot("origin/main@v2").branch("work");
        Snapshot w1 = commit(work, "w1", "c", "3");
        PushResult pushed = push(work, o -> o.verify(true));
        assertThat(pushed.isAccepted()).isTrue();
        assertThat(pushed.bytes()).isLessThan(MEGABYTE / 2);
        requireSameIdentity(w1);

        Snapshot own = commit(ours.branch("main"), "o1", "d", "4");
        assertThat(push(ours.branch("main"), o -> o.as("own").verify(true)).isAccepted())
                .isTrue();
        requireSameIdentity(own);

        requireEncryption(ourPool, "aes-256-gcm");
        requireEncryption(theirPool, "off");
        clone.delete();
        requireNothing("ours");
        requireNothing("theirs");
    }

    @Test
    void twoThatAreEncryptedHaveAKeyEach() throws Exception {
        TestPool third = TestPool.encrypted("raw", "0123456789abcdef0123456789abcdef");
        try (Repository other = dev.zvpg.Zvpg.at(third.mounts().resolve("home"))
                .storage(third::open)
                .postgres(new FakeLauncher())
                .ports(6000, 6009)
                .init()) {
            Snapshot o1 = commit(ours.branch("main"), "o1", "a", "1");
            LocalPeer encrypted = new LocalPeer(ours, "encrypted");
            encrypted.fetchedBy(other, o -> o.verify(true));
            Snapshot o2 = commit(ours.branch("main"), "o2", "b", "2");
            assertThat(encrypted.fetchedBy(other, o -> o.verify(true)).snapshots())
                    .containsExactly(o2.id());
            for (Snapshot image : List.of(o1, o2)) {
                assertThat(identity(third, image.id())).isEqualTo(identity(ourPool, image.id()));
            }
            requireEncryption(ourPool, "aes-256-gcm");
            requireEncryption(third, "aes-256-gcm");
        } finally {
            third.close();
        }
    }

    @Test
    void aReceiverWithoutItsKeySaysSoAndGoesOnWhenItHasIt() throws Exception {
        Snapshot v1 = commitMuch(1);
        ourPool.unloadKey();
        requireRefusedWithoutKey(this::fetch);
        LocalPeer receiver = new LocalPeer(ours, "encrypted");
        requireRefusedWithoutKey(() -> receiver.pushedTo(theirs, theirs.branch("main"), o -> o.as("pushed")));
        assertThat(streams("ours").partials()).isEmpty();
        requireNothing("ours");

        ourPool.loadKey();
        fetchCutAfter(MEGABYTE);
        ourPool.unloadKey();
        requireRefusedWithoutKey(this::fetch);
        reopen(Clock.systemUTC());
        assertThat(streams("ours").partials()).hasSize(1);
        ourPool.loadKey();
        List<Event> events = new ArrayList<>();
        try (Subscription listener = ours.listen(events::add)) {
            assertThat(fetch().snapshots()).containsExactly(v1.id());
        }
        assertThat(events).hasAtLeastOneElementOfType(Event.TransferResumed.class);
        requireSameIdentity(v1);
        requireEncryption(ourPool, "aes-256-gcm");
        requireNothing("ours");
    }

    @Test
    void aSenderWithoutItsKeySaysSoAndNothingIsHalfMade() throws Exception {
        Snapshot own = commit(ours.branch("main"), "o1", "a", "1");
        ourPool.unloadKey();
        requireRefusedWithoutKey(() -> push(ours.branch("main"), o -> o.as("own")));
        LocalPeer sender = new LocalPeer(ours, "encrypted");
        requireRefusedWithoutKey(() -> sender.fetchedBy(theirs, UnaryOperator.identity()));
        requireNothing("theirs");
        ourPool.loadKey();
        assertThat(push(ours.branch("main"), o -> o.as("own").verify(true)).isAccepted())
                .isTrue();
        requireSameIdentity(own);
    }

    @Test
    void withoutItsKeyARepositoryIsListedAndNothingIsHalfMadeInIt() throws Exception {
        Snapshot v1 = commit(ours.branch("main"), "v1", "a", "1");
        ourPool.unloadKey();
        reopen(Clock.systemUTC());
        assertThat(ours.snapshots()).containsExactly(v1);
        assertThat(ours.doctor().toString()).isNotEmpty();
        List<String> before = ourPool.everything();
        requireRefusedWithoutKey(() -> ours.snapshot("main@v1").clone("try"));
        requireRefusedWithoutKey(() -> ours.snapshot("main@v1").branch("work"));
        requireRefusedWithoutKey(() -> ours.branch("main").start());
        assertThatThrownBy(() -> ours.branch("main").snapshot("v2", "no key")).isInstanceOf(ZvpgException.class);
        assertThat(ourPool.everything()).isEqualTo(before);
        assertThatThrownBy(
                        () -> ZfsStorage.dataset(ourPool.dataset() + "/below").open())
                .isInstanceOf(PermissionException.class)
                .hasMessageContaining("the key of the encrypted dataset " + ourPool.dataset() + " is not loaded");
        assertThat(ourPool.everything()).isEqualTo(before);
        ourPool.loadKey();
        ours.snapshot("main@v1").clone("try").delete();
    }

    @Test
    void aStreamThatAnEncryptedDatasetCannotTakeIsRefusedWithTheReasonAndLeavesNothing() throws Exception {
        Snapshot v1 = commitMuch(1);
        fetch();
        byte[] embedded = send("-Lec", fullName("theirs", v1.id()));
        byte[] raw = send("-w", fullName("ours", v1.id()));
        requireNotReceived("ours", embedded, "embedded data", "--embed");
        requireNotReceived("ours", raw, "encrypted", "--raw");
        requireNotReceived("theirs", raw, "encrypted", "--raw");
        requireTheSame(v1);
    }

    private static byte[] send(String flags, String snapshot) throws IOException, InterruptedException {
        Process send = new ProcessBuilder("zfs", "send", flags, snapshot).start();
        byte[] stream = send.getInputStream().readAllBytes();
        assertThat(send.waitFor()).isZero();
        return stream;
    }

    private void requireNotReceived(String name, byte[] stream, String reason, String advice) throws Exception {
        SnapshotId id = new SnapshotId("another");
        try (Streams.Incoming incoming = streams(name).incoming(id, Optional.empty())) {
            assertThatThrownBy(() -> incoming.receive(new ByteArrayInputStream(stream), false))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining(reason)
                    .cause()
                    .isInstanceOfSatisfying(
                            ZvpgException.class,
                            e -> assertThat(e.advice())
                                    .hasValueSatisfying(next -> assertThat(next).contains(advice)));
        }
        requireNothing(name);
    }
}
