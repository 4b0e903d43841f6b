package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Branch;
import dev.zvpg.LocalPeer;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.info.Event;
import dev.zvpg.info.Subscription;
import dev.zvpg.internal.tree.TreeDigest;
import dev.zvpg.remote.PushResult;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.Streams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Two repositories with storages of their own, of which one gets what the other one has until the power goes, now by a
 * fetch, now by a push. Their servers are fakes, because no transfer needs one. Confined to one thread.
 */
final class PowerCutReceiver implements AutoCloseable {

    private static final String BRANCH = "main";
    private static final String PUSHED = "pushed";
    private static final int MOST_BYTES = 4_000_000;

    private final PowerCutJournal journal;
    private final Repository sender;
    private final Repository receiver;
    private final Storage sent;
    private final Storage received;

    private PowerCutReceiver(PowerCutJournal journal, Path home) {
        this.journal = journal;
        this.sender = repository(home, "sender");
        this.receiver = repository(home, "receiver");
        this.sent = storage("sender");
        this.received = storage("receiver");
    }

    /** Opens both, or makes them. */
    static PowerCutReceiver open(PowerCutJournal journal, Path home) {
        return new PowerCutReceiver(journal, home);
    }

    private static Repository repository(Path home, String name) {
        return Zvpg.at(home.resolve(name))
                .storage(() -> storage(name))
                .postgres(new FakeLauncher())
                .ports(6000, 6009)
                .author(name)
                .openOrInit();
    }

    private static Storage storage(String name) {
        return ZfsStorage.dataset(PoolTools.NAME + "/" + name).open();
    }

    /** Checks what the last cut has left, lets the next transfer go on, and tells what there was. */
    String check() throws Exception {
        int before = listed().size();
        everythingAcknowledgedIsThereAndNothingElse();
        everythingThereIsAsItWasSent();
        int partials = nothingElseIsLeft();
        int resumed = theNextTransferGoesOn();
        return "received=" + before + " partials=" + partials + " resumed=" + resumed;
    }

    private Set<String> listed() {
        return ids(receiver.snapshots());
    }

    private static Set<String> ids(List<Snapshot> snapshots) {
        return snapshots.stream().map(Snapshot::id).collect(Collectors.toCollection(TreeSet::new));
    }

    private void everythingAcknowledgedIsThereAndNothingElse() {
        assertThat(listed())
                .as("snapshots received and acknowledged")
                .containsAll(journal.model().required(PowerCutModel.RECEIVED));
        assertThat(journal.model().allowed(PowerCutModel.RECEIVED))
                .as("snapshots that were on their way")
                .containsAll(listed());
    }

    /** An image never changes, so once is enough for each that was there before this start of the machine. */
    private void everythingThereIsAsItWasSent() throws IOException {
        for (String id : requireSame()) {
            journal.say("= " + PowerCutModel.SAME + " " + id);
        }
    }

    private Set<String> requireSame() throws IOException {
        Set<String> compared = new TreeSet<>();
        for (String id : listed()) {
            if (!journal.model().isTheSame(id)) {
                assertThat(digest(received, id)).as("snapshot %s", id).isEqualTo(digest(sent, id));
                compared.add(id);
            }
        }
        return compared;
    }

    private static String digest(Storage storage, String id) throws IOException {
        return TreeDigest.of(storage.directory(new SnapshotId(id)));
    }

    /** What a transfer can go on with is of one that was on its way. */
    private int nothingElseIsLeft() {
        assertThat(received.drafts()).as("drafts").isEmpty();
        assertThat(received.foreign()).as("foreign objects").isEmpty();
        assertThat(received.list().volumes())
                .as("volumes")
                .hasSameSizeAs(receiver.branches())
                .allSatisfy(volume -> assertThat(volume.attributes()).containsEntry("kind", "branch"));
        List<Streams.Partial> partials = partials();
        assertThat(journal.model().allowed(PowerCutModel.RECEIVED))
                .as("what partials are of")
                .containsAll(partials.stream().map(p -> p.snapshot().value()).toList());
        return partials.size();
    }

    private List<Streams.Partial> partials() {
        return received.streams().orElseThrow().partials();
    }

    private int theNextTransferGoesOn() throws Exception {
        AtomicInteger resumed = new AtomicInteger();
        try (Subscription listener = receiver.listen(event -> {
            if (event instanceof Event.TransferResumed) {
                resumed.incrementAndGet();
            }
        })) {
            if (sender.branch(BRANCH).head().isPresent()) {
                transfer(true);
            }
        }
        assertThat(partials()).as("partials of what has come").isEmpty();
        assertThat(listed()).as("all that was sent").containsAll(ids(sender.snapshots()));
        requireSame(); // and once more after the next cut, which what has come just now has yet to survive
        return resumed.get();
    }

    /** Takes snapshots and lets them go over, until the power goes. */
    void work(Random random, String boot) throws Exception {
        Branch branch = sender.branch(BRANCH);
        for (int i = 0; ; i++) {
            byte[] bytes = new byte[random.nextInt(MOST_BYTES)];
            random.nextBytes(bytes);
            Files.write(branch.dataDirectory().resolve("table" + random.nextInt(2)), bytes);
            branch.snapshot("r" + boot + "." + i, "random " + bytes.length);
            transfer(random.nextBoolean());
        }
    }

    /** All that the receiver does not have is on its way from here on. */
    private void transfer(boolean fetch) throws Exception {
        Set<String> missing = ids(sender.snapshots());
        missing.removeAll(journal.model().required(PowerCutModel.RECEIVED));
        for (String id : missing) {
            journal.say("> " + PowerCutModel.RECEIVED + " " + id);
        }
        if (fetch) {
            new LocalPeer(sender, "sender").fetchedBy(receiver, UnaryOperator.identity());
        } else {
            PushResult pushed =
                    new LocalPeer(receiver, "receiver").pushedTo(sender, sender.branch(BRANCH), o -> o.as(PUSHED));
            assertThat(pushed.isAccepted()).as(pushed.toString()).isTrue();
        }
        assertThat(listed()).as("what has come").containsAll(missing);
        for (String id : missing) {
            journal.say("< " + PowerCutModel.RECEIVED + " " + id);
        }
    }

    @Override
    public void close() {
        sent.close();
        received.close();
        sender.close();
        receiver.close();
    }
}
