package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.RemoteException;
import dev.zvpg.remote.FetchOptions;
import dev.zvpg.remote.FetchResult;
import dev.zvpg.remote.PushOptions;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.Remote;
import dev.zvpg.remote.RemoteOptions;
import dev.zvpg.server.FakeServer;
import dev.zvpg.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What goes between two repositories arrives as it was, whatever storages the two have. */
public abstract class RemotesContract extends TwoRepositories {

    private static final int TABLE_BYTES = 2_000_000;

    /**
     * Opens one of the two storages.
     *
     * @param name {@code theirs} of the repository that is served, {@code ours} of the other one
     */
    @Override
    protected abstract Storage openStorage(String name);

    protected static void writeTable(Branch branch, long seed) throws IOException {
        byte[] bytes = new byte[TABLE_BYTES];
        new Random(seed).nextBytes(bytes);
        Files.write(branch.dataDirectory().resolve("table"), bytes);
    }

    protected void requireTheSame(Snapshot snapshot) throws IOException {
        assertThat(digest(ours, snapshot.id())).isEqualTo(digest(theirs, snapshot.id()));
    }

    /** Fetches, and is cut off. */
    protected void fetchCutAfter(long bytes) {
        Remote remote = connect();
        answer.cutAfter(bytes);
        assertThatThrownBy(() -> transfers().fetch("origin", remote, FetchOptions.DEFAULT))
                .isInstanceOfSatisfying(
                        RemoteException.class, e -> assertThat(e.reason()).isEqualTo(RemoteException.Reason.CUT));
    }

    /** Opens ours once more, at some time. */
    protected void reopen(Clock clock) {
        ours.close();
        ours = zvpg("ours").clock(clock).open();
    }

    @Test
    void snapshotsGoThereAndBackAsIncrements() throws IOException {
        Branch main = theirs.branch("main");
        writeTable(main, 1);
        Snapshot v1 = commit(main, "v1", "a", "1");
        Snapshot v2 = commit(main, "v2", "b", "2");
        FetchResult fetched = fetch(o -> o.verify(true));
        assertThat(fetched.snapshots()).containsExactly(v1.id(), v2.id());
        assertThat(fetched.bytes()).isBetween((long) TABLE_BYTES, TABLE_BYTES * 11L / 10);
        requireTheSame(v1);
        requireTheSame(v2);

        Branch work = ours.snapshot("origin/main@v2").branch("work");
        Snapshot w1 = commit(work, "w1", "c", "3");
        PushResult pushed = push(work, o -> o.verify(true));
        assertThat(pushed.isAccepted()).isTrue();
        assertThat(pushed.bytes()).isLessThan(TABLE_BYTES / 10L);
        requireTheSame(w1);
        Branch there = theirs.branch("work");
        assertThat(((FakeServer) Launched.by(there.start())).rows()).containsOnlyKeys("a", "b", "c");
        there.stop();
    }

    @Test
    void whatIsCutOnItsWayLeavesNothingAndIsFinishedByTheNext() throws IOException {
        writeTable(theirs.branch("main"), 1);
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        fetch();
        Branch work = ours.snapshot("origin/main@v1").branch("work");
        writeTable(work, 2);
        Snapshot w1 = commit(work, "w1", "b", "2");
        Remote remote = connect();
        request.cutAfter(TABLE_BYTES / 2);
        assertThatThrownBy(() ->
                        transfers().push("origin", remote, RemoteOptions.DEFAULT, work.key(), PushOptions.DEFAULT))
                .isInstanceOfSatisfying(
                        RemoteException.class, e -> assertThat(e.reason()).isEqualTo(RemoteException.Reason.CUT));
        assertThat(theirs.findSnapshot(w1.ref())).isEmpty();
        requireTheSame(v1);
        assertThat(push(work).snapshots()).containsExactly(w1.id());
        requireTheSame(w1);
        requireNothingLeft("theirs");
    }
}
