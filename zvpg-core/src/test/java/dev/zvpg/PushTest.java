package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.RemoteException;
import dev.zvpg.internal.remote.Transfers;
import dev.zvpg.remote.FetchOptions;
import dev.zvpg.remote.PushOptions;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.RefUpdate;
import dev.zvpg.remote.RefUpdate.Status;
import dev.zvpg.remote.Remote;
import dev.zvpg.remote.RemoteOptions;
import dev.zvpg.remote.ServeOptions;
import dev.zvpg.server.FakeServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes to another repository, and what becomes of its branches. */
@Tag(Effort.ANYBODY)
class PushTest extends TwoRepositories {

    private Branch work;

    @BeforeEach
    void fetchAndBranch() {
        commit(theirs.branch("main"), "v1", "a", "1");
        fetch();
        work = ours.snapshot("origin/main@v1").branch("work");
    }

    private static Status status(PushResult result) {
        assertThat(result.refs()).hasSize(1);
        RefUpdate update = result.refs().get(0);
        assertThat(update.status().isRejected()).isEqualTo(!update.reason().isEmpty());
        return update.status();
    }

    private PushResult pushToMain() {
        return push(work, o -> o.as("main"));
    }

    @Test
    void aBranchThatIsNotThereIsMadeAndOneThatIsMovesForward() throws IOException {
        Snapshot w1 = commit(work, "w1", "b", "2");
        PushResult first = push(work);
        assertThat(status(first)).isEqualTo(Status.UPDATED);
        assertThat(first.snapshots()).containsExactly(w1.id());
        assertThat(theirs.branch("work").head()).map(Snapshot::id).contains(w1.id());
        assertThat(theirs.branch("work").head()).map(Snapshot::ref).contains("work@w1");
        assertThat(digest(theirs, w1.id())).isEqualTo(digest(ours, w1.id()));
        assertThat(ours.remoteBranch("origin/work").head()).isEqualTo(w1);

        Snapshot w2 = commit(work, "w2", "c", "3");
        assertThat(status(push(work))).isEqualTo(Status.UPDATED);
        assertThat(status(push(work))).isEqualTo(Status.UP_TO_DATE);
        Branch there = theirs.branch("work");
        assertThat(there.head()).map(Snapshot::id).contains(w2.id());
        assertThat(there.log()).extracting(info -> info.ref()).containsExactly("work@w2", "work@w1", "main@v1");
        assertThat(Launched.fake(there.start()).rows()).containsOnlyKeys("a", "b", "c");
        assertThat(theirs.operations().context().catalog().incoming()).isEmpty();
        requireNothingLeft("theirs");
    }

    @Test
    void aBranchThatWasPushedToCanBePushedToAgainAndCommittedTo() {
        commit(work, "w1", "b", "2");
        assertThat(status(pushToMain())).isEqualTo(Status.UPDATED);
        commit(work, "w2", "c", "3");
        assertThat(status(pushToMain())).isEqualTo(Status.UPDATED);
        commit(theirs.branch("main"), "v2", "d", "4");
        assertThat(theirs.branch("main").log())
                .extracting(info -> info.ref())
                .containsExactly("main@v2", "main@w2", "main@w1", "main@v1");
        fetch();
        assertThat(work.merge(ours.remoteBranch("origin/main")).kind()).isEqualTo(MergeResult.Kind.FAST_FORWARD);
    }

    @Test
    void aNameThatTheBranchHasAlreadyIsMadeAnother() {
        commit(work, "v1", "b", "2");
        assertThat(status(pushToMain())).isEqualTo(Status.UPDATED);
        assertThat(theirs.snapshots())
                .extracting(Snapshot::ref)
                .doesNotHaveDuplicates()
                .contains("main@v1");
        assertThat(theirs.branch("main").head().orElseThrow().ref()).startsWith("main@v1-");
    }

    @Test
    void aBranchThatHasMovedElsewhereIsLeftAsItIs() {
        commit(work, "w1", "b", "2");
        Snapshot v2 = commit(theirs.branch("main"), "v2", "c", "3");
        PushResult result = pushToMain();
        assertThat(status(result)).isEqualTo(Status.REJECTED_DIVERGED);
        assertThat(result.isAccepted()).isFalse();
        assertThat(result.snapshots()).isEmpty(); // it is known before anything is sent
        assertThat(theirs.branch("main").head()).contains(v2);
        fetch();
        work.merge(ours.remoteBranch("origin/main"));
        work.stop();
        assertThat(status(pushToMain())).isEqualTo(Status.UPDATED);
        assertThat(FakeServer.rowsOf(theirs.branch("main").dataDirectory())).containsOnlyKeys("a", "b", "c");
    }

    @Test
    void forceMovesItOnlyWhereItWasSeen() {
        Snapshot w1 = commit(work, "w1", "b", "2");
        Snapshot v2 = commit(theirs.branch("main"), "v2", "c", "3");
        assertThat(status(push(work, o -> o.as("main").forceWithLease()))).isEqualTo(Status.REJECTED_STALE);
        fetch();
        assertThat(status(push(work, o -> o.as("main").forceWithLease()))).isEqualTo(Status.UPDATED);
        assertThat(theirs.branch("main").head()).map(Snapshot::id).contains(w1.id());
        assertThat(theirs.findSnapshot("main@v2")).contains(v2); // nothing is deleted
    }

    @Test
    void aBranchThatRunsOrHoldsUnsavedWorkIsLeftAsItIs() {
        commit(work, "w1", "b", "2");
        theirs.branch("main").start();
        assertThat(status(pushToMain())).isEqualTo(Status.REJECTED_RUNNING);
        Launched.fake(theirs.branch("main").server()).put("c", "3");
        theirs.branch("main").stop();
        assertThat(status(pushToMain())).isEqualTo(Status.REJECTED_DIRTY);
        assertThat(FakeServer.rowsOf(theirs.branch("main").dataDirectory())).containsOnlyKeys("a", "c");
        theirs.branch("main").snapshot("v2", "");
        assertThat(status(pushToMain())).isEqualTo(Status.REJECTED_DIVERGED);
    }

    @Test
    void ofTwoPushersOneIsStale() {
        commit(work, "w1", "b", "2");
        try (Repository third = zvpg("third").init()) {
            Transfers others = new Transfers(third.operations());
            others.fetch("origin", connect(), FetchOptions.DEFAULT);
            Branch other = third.snapshot("origin/main@v1").branch("other");
            commit(other, "o1", "c", "3");
            assertThat(status(others.push(
                            "origin", connect(), RemoteOptions.DEFAULT, other.key(), PushOptions.DEFAULT.as("main"))))
                    .isEqualTo(Status.UPDATED);
            assertThat(status(pushToMain())).isEqualTo(Status.REJECTED_DIVERGED);
            fetch();
            assertThat(ours.remoteBranch("origin/main").head().name()).isEqualTo("o1");
        }
    }

    @Test
    void whoMayOnlyReadOrAppendOrSeeSomeBranchesIsHeldToThat() {
        commit(work, "w1", "b", "2");
        serving = ServeOptions.DEFAULT.access(ServeOptions.Access.READ_ONLY);
        assertThatThrownBy(() -> push(work)).isInstanceOf(PermissionException.class);
        serving = ServeOptions.DEFAULT.branches("dev/*");
        assertThatThrownBy(() -> push(work)).isInstanceOf(PermissionException.class);
        assertThat(status(push(work, o -> o.as("dev/work")))).isEqualTo(Status.UPDATED);
        serving = ServeOptions.DEFAULT.access(ServeOptions.Access.APPEND_ONLY);
        commit(work, "w2", "c", "3");
        assertThat(status(push(work, o -> o.as("dev/work")))).isEqualTo(Status.UPDATED);
        work.resetTo(ours.snapshot("work@w1"));
        assertThatThrownBy(() -> push(work, o -> o.as("dev/work").forceWithLease()))
                .isInstanceOf(PermissionException.class);
        assertThat(theirs.branches()).extracting(Branch::name).containsExactly("dev/work", "main");
    }

    @Test
    void whatWasDerivedIsPushedWithoutWhatItWasDerivedFrom() {
        commit(work, "w1", "secret", "2").derive("masked", pg -> ((FakeServer) Launched.by(pg.server())).deleteAll());
        assertThat(push(ours.branch("masked")).snapshots()).hasSize(1);
        assertThat(theirs.findSnapshot("work@w1")).isEmpty();
        assertThat(theirs.branch("masked").log()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aPushThatIsCutAnywhereLosesNothingAndIsFinishedByTheNext(long seed) throws Exception {
        Random random = new Random(seed);
        for (int i = 1; i <= 3; i++) {
            byte[] bytes = new byte[random.nextInt(300_000)];
            random.nextBytes(bytes);
            Files.write(work.dataDirectory().resolve("table" + i), bytes);
            commit(work, "w" + i, "k" + i, "1");
        }
        int cuts = 0;
        boolean acknowledged = false;
        for (int i = 0; i < 12; i++) {
            Remote remote = connect();
            boolean there = random.nextBoolean();
            (there ? request : answer).cutAfter(there ? random.nextInt(400_000) : random.nextInt(900));
            try {
                transfers().push("origin", remote, RemoteOptions.DEFAULT, work.key(), PushOptions.DEFAULT.as("main"));
                acknowledged = true;
            } catch (RemoteException e) {
                assertThat(e.reason()).as("seed " + seed).isEqualTo(RemoteException.Reason.CUT);
                cuts++;
            }
        }
        assertThat(cuts).as("seed " + seed).isPositive();
        close(); // the servers have ended
        theirs = zvpg("theirs").open();
        ours = zvpg("ours").open();
        requireNothingLeft("theirs");
        if (acknowledged) {
            assertThat(theirs.branch("main").head()).map(Snapshot::name).contains("w3");
        }
        for (Snapshot snapshot : theirs.snapshots()) {
            assertThat(digest(theirs, snapshot.id())).isEqualTo(digest(ours, snapshot.id()));
        }
        assertThat(status(push(ours.branch("work"), o -> o.as("main").verify(true)))
                        .isRejected())
                .isFalse();
        assertThat(theirs.branch("main").log()).extracting(info -> info.name()).containsExactly("w3", "w2", "w1", "v1");
        assertThat(theirs.operations().context().catalog().incoming()).isEmpty();
    }

    @Test
    void aDirectoryKeepsWhatRepositoriesGiveIt() throws IOException {
        Remote place = Remote.directory(directory.resolve("share/shop"));
        ours.remotes().add("hub", place);
        Snapshot w1 = commit(work, "w1", "b", "2");
        PushResult result = ours.push("hub", work);
        assertThat(status(result)).isEqualTo(Status.UPDATED);
        assertThat(result.snapshots()).hasSize(2);
        Snapshot w2 = commit(work, "w2", "c", "3");
        assertThat(ours.push("hub", work).snapshots()).containsExactly(w2.id());
        assertThat(directory.resolve("share/shop/bundles/" + w2.id() + "." + w1.id()))
                .isRegularFile();
        assertThat(status(ours.push("hub", work))).isEqualTo(Status.UP_TO_DATE);
        Files.delete(directory.resolve("share/shop/bundles/" + w2.id() + "." + w1.id()));
        assertThat(ours.push("hub", work).snapshots()).as("what was lost there").containsExactly(w2.id());

        theirs.remotes().add("hub", place);
        assertThat(theirs.fetch("hub").snapshots()).containsExactly(w1.id(), w2.id());
        assertThat(digest(theirs, w2.id())).isEqualTo(digest(ours, w2.id()));
        theirs.remotes().verify("hub", theirs.snapshot("hub/work@w2"));
        Branch back = theirs.remoteBranch("hub/work").head().branch("back");
        commit(back, "b1", "d", "4");
        commit(work, "w3", "e", "5");
        assertThat(status(theirs.push("hub", back, o -> o.as("work")))).isEqualTo(Status.UPDATED);
        assertThat(status(ours.push("hub", work))).isEqualTo(Status.REJECTED_DIVERGED);
        assertThat(ours.remotes().list()).containsKey("hub");
        ours.remotes().remove("hub");
        assertThat(ours.remoteBranches()).extracting(RemoteBranch::name).containsExactly("origin/main");
    }

    @Test
    void aBundleIsNotWrittenToWhatSomebodyHasPutInItsWay() throws IOException {
        Snapshot w1 = commit(work, "w1", "b", "2");
        Path victim = Files.writeString(directory.resolve("victim"), "precious");
        Files.createSymbolicLink(directory.resolve("w1.bundle.new"), victim);
        Files.createSymbolicLink(directory.resolve("w1.bundle"), victim);
        ours.remotes().bundle(w1, Optional.empty(), directory.resolve("w1.bundle"));
        assertThat(victim).hasContent("precious");
        assertThat(Files.isSymbolicLink(directory.resolve("w1.bundle"))).isFalse();
        assertThat(theirs.remotes().unbundle(directory.resolve("w1.bundle")).id())
                .isEqualTo(w1.id());
    }

    @Test
    void aBundleThatIsDamagedOrCutIsRefused() throws IOException {
        Snapshot w1 = commit(work, "w1", "b", "2");
        Path file = directory.resolve("w1.bundle");
        ours.remotes().bundle(w1, Optional.of(ours.snapshot("origin/main@v1")), file);
        byte[] whole = Files.readAllBytes(file);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20; i++) {
            byte[] bytes = whole.clone();
            bytes[random.nextInt(bytes.length)] ^= 4;
            Files.write(file, i % 2 == 0 ? bytes : Arrays.copyOf(whole, random.nextInt(whole.length)));
            assertThatThrownBy(() -> theirs.remotes().unbundle(file))
                    .as("seed " + seed)
                    .isInstanceOf(RemoteException.class);
        }
        Files.write(file, whole);
        Snapshot arrived = theirs.remotes().unbundle(file);
        assertThat(arrived.id()).isEqualTo(w1.id());
        assertThat(theirs.remotes().unbundle(file)).isEqualTo(arrived);
        assertThat(theirs.remoteBranch("bundle/work").head()).isEqualTo(arrived);
        assertThat(rows(arrived)).containsOnlyKeys("a", "b");
        requireNothingLeft("theirs");
        try (Repository third = zvpg("third").init()) {
            assertThatThrownBy(() -> third.remotes().unbundle(file))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContaining("on top of");
        }
        try (RandomAccessFile huge = new RandomAccessFile(file.toFile(), "rw")) {
            huge.setLength(1L << 40);
        }
        assertThat(theirs.remotes().unbundle(file)).isEqualTo(arrived); // what it holds is here, whatever follows
    }

    @Test
    void remotesHaveNamesOfTheirOwn() {
        Remote place = Remote.directory(directory.resolve("share"));
        ours.remotes().add("hub", place);
        assertThatThrownBy(() -> ours.remotes().add("hub", place)).isInstanceOf(AlreadyExistsException.class);
        assertThatThrownBy(() -> ours.remotes().add("a/b", place)).isInstanceOf(IllegalArgumentException.class);
        ours.close();
        ours = zvpg("ours").open();
        assertThat(ours.remotes().get("hub")).isEqualTo(place);
        assertThatThrownBy(() -> ours.remotes().get("hbu"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("there are hub");
        assertThat(Remote.parse("ssh://ada@db1:2222/srv/shop")).hasToString("ssh://ada@db1:2222/srv/shop");
        Remote odd = Remote.ssh("ada@db1", "/srv/a b?").command("/opt/zvpg/bin/zvpg");
        assertThat(Remote.parse(odd.url().orElseThrow())).isEqualTo(odd);
        for (String host : new String[] {"db_1", "ada@db_1", "::1", "[::1]", "ada@fe80::1%eth0", "db%1"}) {
            Remote at = Remote.ssh(host, "/r");
            assertThat(Remote.parse(at.url().orElseThrow())).isEqualTo(at);
            Remote port = Remote.parse(at.url().orElseThrow().replace("/r", ":22/r"));
            assertThat(Remote.parse(port.url().orElseThrow())).isEqualTo(port);
            assertThat(port).isNotEqualTo(at);
        }
        assertThatThrownBy(() -> Remote.ssh("ada@-oProxyCommand=x", "/r")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ours.remotes().add("root", Remote.ssh("db1", "/")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ours.remotes().add("bundle", place)).isInstanceOf(IllegalArgumentException.class);
        assertThat(ours.remotes().list()).containsOnlyKeys("hub");
        assertThatThrownBy(() -> Remote.parse("http://x/y")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Remote.ssh("-oProxyCommand=x", "/r")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whoFetchesFromOneRemoteAndPushesBackComparesNothing() {
        commit(work, "w1", "b", "2");
        push(work);
        commit(work, "w2", "c", "3");
        assertThat(status(push(work))).isEqualTo(Status.UPDATED);
        commit(theirs.branch("main"), "v2", "d", "4");
        fetch();
        work.merge(ours.remoteBranch("origin/main"));
        work.stop();
        assertThat(status(push(work))).isEqualTo(Status.UPDATED);
        assertThat(status(pushToMain())).isEqualTo(Status.UPDATED);
        for (Repository repo : List.of(ours, theirs)) {
            assertThat(repo.snapshots())
                    .hasSize(5)
                    .allSatisfy(snapshot ->
                            assertThat(attributes(repo, snapshot.id())).doesNotContainKey("sha256"));
        }
    }

    @Test
    void whatSomebodyElseHasPushedUnderAnIdentityOfOursIsNotBuiltOn() {
        Snapshot w1 = commit(work, "w1", "b", "2");
        try (Repository evil = zvpg("evil").init()) {
            commit(evil.branch("main"), "e1", "planted", "1");
            takeAs(evil, w1.id());
            Transfers others = new Transfers(evil.operations());
            assertThat(status(others.push(
                            "origin",
                            connect(),
                            RemoteOptions.DEFAULT,
                            evil.branch("main").key(),
                            PushOptions.DEFAULT.as("evil"))))
                    .isEqualTo(Status.UPDATED);
        }
        requireRefused(() -> push(work), w1);
        commit(work, "w2", "c", "3");
        requireRefused(() -> push(work), w1);
        assertThat(theirs.findBranch("work")).isEmpty();
        theirs.branch("evil").discard();
        assertThat(status(push(work))).isEqualTo(Status.UPDATED);
        assertThat(rows(theirs.snapshot("work@w1"))).containsOnlyKeys("a", "b");
    }

    private static void requireRefused(ThrowingCallable transfer, Snapshot planted) {
        assertThatThrownBy(transfer)
                .isInstanceOfSatisfying(
                        RemoteException.class, e -> assertThat(e.reason()).isEqualTo(RemoteException.Reason.REFUSED))
                .hasMessageContaining(planted.id());
    }

    @Test
    void aBundleOfWhatIsHereIsComparedWithIt() {
        Snapshot w1 = commit(work, "w1", "b", "2");
        Path file = directory.resolve("w1.bundle");
        ours.remotes().bundle(w1, Optional.empty(), file);
        takeAs(theirs, w1.id());
        requireRefused(() -> theirs.remotes().unbundle(file), w1);
        assertThat(theirs.remoteBranches()).isEmpty();
    }
}
