package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.RemoteException;
import dev.zvpg.error.ServerException;
import dev.zvpg.error.StorageException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.info.Event;
import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.info.Subscription;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.remote.Transfers;
import dev.zvpg.remote.FetchOptions;
import dev.zvpg.remote.FetchResult;
import dev.zvpg.remote.RefUpdate;
import dev.zvpg.remote.Remote;
import dev.zvpg.server.FakeServer;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.VolumeId;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes from another repository, over pipes that may be cut anywhere. */
@Tag(Effort.ANYBODY)
class FetchTest extends TwoRepositories {

    @Test
    void aFetchBringsSnapshotsWithTheirHistoryAndMovesOnlyTheTrackingRefs() throws IOException {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        Snapshot v2 = commit(theirs.branch("main"), "v2", "b", "2");
        FetchResult got = fetch();
        assertThat(got.snapshots()).containsExactly(v1.id(), v2.id());
        assertThat(got.refs())
                .extracting(RefUpdate::ref, RefUpdate::status)
                .containsExactly(tuple("origin/main", RefUpdate.Status.UPDATED));
        assertThat(ours.snapshots()).extracting(Snapshot::ref).containsExactly("origin/main@v1", "origin/main@v2");
        assertThat(ours.remoteBranch("origin/main").head().id()).isEqualTo(v2.id());
        assertThat(ours.branches()).extracting(Branch::name).containsExactly("main");
        assertThat(ours.branch("main").head()).isEmpty();
        SnapshotInfo info = ours.snapshot("origin/main@v2").info();
        assertThat(info.created()).isEqualTo(v2.info().created());
        assertThat(info.author()).isEqualTo("theirs");
        assertThat(info.parents()).containsExactly("origin/main@v1");
        for (Snapshot snapshot : List.of(v1, v2)) {
            assertThat(digest(ours, snapshot.id())).isEqualTo(digest(theirs, snapshot.id()));
        }
        requireNothingLeft("ours");
        assertThat(ours.doctor()).isEmpty();
    }

    @Test
    void aSecondFetchBringsOnlyWhatIsNew() throws IOException {
        Files.write(theirs.branch("main").dataDirectory().resolve("table"), new byte[1 << 20]);
        commit(theirs.branch("main"), "v1", "a", "1");
        fetch();
        Snapshot v2 = commit(theirs.branch("main"), "v2", "b", "2");
        FetchResult got = fetch();
        assertThat(got.snapshots()).containsExactly(v2.id());
        assertThat(got.bytes()).isLessThan(4096);
        FetchResult again = fetch();
        assertThat(again.snapshots()).isEmpty();
        assertThat(again.refs()).extracting(RefUpdate::status).containsExactly(RefUpdate.Status.UP_TO_DATE);
    }

    @Test
    void whatGrowsFromAFetchedSnapshotHasThisRepositorysPassword() {
        commit(theirs.branch("main"), "v1", "a", "1");
        fetch();
        Snapshot v1 = ours.snapshot("origin/main@v1");
        assertThat(rows(v1)).containsEntry("a", "1");
        Branch feature = v1.branch("feature");
        assertThat(feature.isDirty()).isFalse();
        Launched.fake(feature.start()).put("b", "2");
        assertThat(feature.isDirty()).isTrue();
        assertThat(Launched.fake(v1.clone("look").start()).rows()).containsEntry("a", "1");
        feature.stop();
        feature.resetTo(v1);
        assertThat(feature.isDirty()).isFalse();
        feature.start();
    }

    @Test
    void aPullMovesABranchForwardAndMergesOneThatHasMoved() {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        fetch();
        Branch main = ours.snapshot("origin/main@v1").branch("work");
        commit(theirs.branch("main"), "v2", "b", "2");
        fetch();
        assertThat(main.merge(ours.remoteBranch("origin/main")).kind()).isEqualTo(MergeResult.Kind.FAST_FORWARD);
        assertThat(main.merge(ours.remoteBranch("origin/main")).kind()).isEqualTo(MergeResult.Kind.UP_TO_DATE);
        assertThat(main.isDirty()).isFalse();
        commit(main, "w1", "c", "3");
        commit(theirs.branch("main"), "v3", "d", "4");
        fetch();
        MergeResult merged = main.merge(ours.remoteBranch("origin/main"));
        assertThat(merged.kind()).isEqualTo(MergeResult.Kind.MERGED);
        assertThat(merged.snapshot().info().message()).isEqualTo("merge of origin/main into work");
        assertThat(merged.snapshot().parents()).extracting(Snapshot::ref).containsExactly("work@w1", "origin/main@v3");
        assertThat(FakeServer.rowsOf(main.dataDirectory())).containsOnlyKeys("a", "b", "c", "d");
        assertThat(v1.id()).isEqualTo(ours.snapshot("origin/main@v1").id());
    }

    @Test
    void onlyAsMuchOfTheHistoryComesAsIsAskedFor() {
        for (int i = 1; i <= 4; i++) {
            commit(theirs.branch("main"), "v" + i, "k" + i, "1");
        }
        fetch(o -> o.branch("main").depth(2));
        assertThat(ours.snapshots()).extracting(Snapshot::name).containsExactly("v3", "v4");
    }

    @Test
    void aBranchThatIsNotThereIsNamedWithThoseThatAre() {
        commit(theirs.branch("main"), "v1", "a", "1");
        assertThatThrownBy(() -> fetch(o -> o.branch("mian")))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("it has main");
    }

    @Test
    void whatWasDerivedLeavesWithoutWhatItWasDerivedFrom() {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "secret", "1");
        v1.derive("masked", pg -> ((FakeServer) Launched.by(pg.server())).deleteAll());
        serving = serving.branches("masked*");
        FetchResult got = fetch();
        assertThat(got.refs()).extracting(RefUpdate::ref).containsExactly("origin/masked");
        assertThat(ours.snapshots()).extracting(Snapshot::ref).containsExactly("origin/masked@v1");
        assertThat(rows(ours.snapshot("origin/masked@v1"))).isEmpty();
        assertThatThrownBy(() -> fetch(o -> o.branch("main"))).isInstanceOf(NotFoundException.class);
    }

    @Test
    void whatGrewFromADerivedSnapshotThatIsDeletedLeavesWithoutWhatThatWasDerivedFrom() {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "secret", "1");
        v1.derive("masked", pg -> ((FakeServer) Launched.by(pg.server())).deleteAll());
        Snapshot v2 = commit(theirs.branch("masked"), "m2", "a", "1");
        Branch grown = theirs.snapshot("masked@v1").branch("grown");
        theirs.snapshot("masked@v1").discard();
        Snapshot g1 = commit(grown, "g1", "b", "1");
        assertThat(fetch(o -> o.branch("masked").branch("grown")).snapshots())
                .containsExactlyInAnyOrder(v2.id(), g1.id());
        assertThat(ours.findSnapshot("origin/main@v1")).isEmpty();
    }

    @Test
    void aDerivedBranchOnWhichNothingWasTakenIsNotToBeHad() {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "secret", "1");
        v1.derive("masked", pg -> {}).discard();
        assertThat(fetch().refs()).extracting(RefUpdate::ref).containsExactly("origin/main");
    }

    @Test
    void whatWasFetchedElsewhereIsServedByTheBranchThatItWasTakenOn() {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        try (Repository third = zvpg("third").init()) {
            third.remotes().add("dev", connect());
            third.fetch("dev");
            third.snapshot("dev/main@v1").branch("main2");
            third.snapshot("dev/main@v1").branch("dev/x");
            Remote some = connect(third, serving.branches("main*").branches("dev/*"));
            assertThat(transfers().fetch("hub", some, FetchOptions.DEFAULT).refs())
                    .extracting(RefUpdate::ref)
                    .containsExactly("hub/dev/x", "hub/main2");
            Remote none = connect(third, serving.branches("dev/*"));
            assertThat(transfers().fetch("other", none, FetchOptions.DEFAULT).refs())
                    .isEmpty();
        }
        assertThat(ours.snapshot("hub/main@v1").id()).isEqualTo(v1.id());
    }

    @Test
    void workWhoseSnapshotWasDeletedIsStillUnsavedAfterItsFirstStart() {
        commit(theirs.branch("main"), "v1", "a", "1");
        commit(theirs.branch("main"), "v2", "b", "2");
        fetch();
        Branch work = ours.snapshot("origin/main@v2").branch("work");
        commit(theirs.branch("main"), "v3", "c", "3");
        fetch();
        ours.snapshot("origin/main@v2").discard();
        assertThat(work.isDirty()).isTrue();
        work.start();
        work.stop();
        assertThat(work.isDirty()).isTrue();
    }

    @Test
    void aRunningBranchIsNotMovedForwardToWhatCannotRunHere() {
        commit(theirs.branch("main"), "v1", "a", "1");
        fetch();
        Branch work = ours.snapshot("origin/main@v1").branch("work");
        work.start();
        Snapshot v2 = commit(theirs.branch("main"), "v2", "b", "2");
        fetch();
        launcher.failNextTakeOver(new ServerException("no memory"));
        assertThatThrownBy(() -> work.merge(ours.remoteBranch("origin/main")))
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("no memory");
        assertThat(Launched.fake(work.server()).rows()).containsOnlyKeys("a");
        assertThat(work.head()).map(Snapshot::ref).contains("origin/main@v1");

        assertThat(work.merge(ours.remoteBranch("origin/main")).kind()).isEqualTo(MergeResult.Kind.FAST_FORWARD);
        assertThat(Launched.fake(work.server()).rows()).containsOnlyKeys("a", "b");
        assertThat(work.head()).map(Snapshot::id).contains(v2.id());
        assertThat(work.isDirty()).isFalse();
        Launched.fake(work.server()).put("c", "3");
        assertThat(work.isDirty()).isTrue();
        work.stop();
    }

    @Test
    void aSnapshotThatIsDeletedWhileItIsSentDoesNotArrive() {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        commit(theirs.branch("main"), "v2", "b", "2");
        theirs.listen(event -> {
            if (event instanceof Event.Progress) {
                theirs.findSnapshot("main@v1").ifPresent(Snapshot::discard);
            }
        });
        assertThatThrownBy(this::fetch)
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("snapshot " + v1.id() + " was deleted");
        assertThat(ours.snapshots()).extracting(Snapshot::id).doesNotContain(v1.id());
        assertThat(fetch().snapshots()).hasSize(1);
    }

    @Test
    void aSnapshotThatIsDamagedIsFoundByItsDigest() throws IOException {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        fetch(o -> o.verify(true));
        transfers().verify("origin", connect(), ours.snapshot("origin/main@v1").key());
        Path tree = theirs.operations().context().storage().directory(new SnapshotId(v1.id()));
        Path row = tree.resolve("data/rows/a");
        row.toFile().setWritable(true);
        Files.writeString(row, "2");
        assertThatThrownBy(() -> transfers()
                        .verify(
                                "origin",
                                connect(),
                                ours.snapshot("origin/main@v1").key()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("SHA-256");
    }

    @Test
    void aBaseThatIsNotTheSameOnBothSidesIsNoticedWhereTheWholeIsCompared() throws IOException {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        fetch();
        Path row = ours.operations()
                .context()
                .storage()
                .directory(new SnapshotId(v1.id()))
                .resolve("data/rows/a");
        row.toFile().setWritable(true);
        Files.writeString(row, "9");
        commit(theirs.branch("main"), "v2", "b", "2");
        assertThatThrownBy(() -> fetch(o -> o.verify(true)))
                .isInstanceOfSatisfying(
                        RemoteException.class, e -> assertThat(e.reason()).isEqualTo(RemoteException.Reason.MALFORMED));
        assertThat(ours.findSnapshot("origin/main@v2")).isEmpty();
        requireNothingLeft("ours");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aFetchThatIsCutAnywhereLeavesWholeSnapshotsAndIsFinishedByTheNext(long seed) throws Exception {
        Random random = new Random(seed);
        for (int i = 1; i <= 3; i++) {
            Path table = theirs.branch("main").dataDirectory().resolve("table" + i);
            byte[] bytes = new byte[random.nextInt(300_000)];
            random.nextBytes(bytes);
            Files.write(table, bytes);
            commit(theirs.branch("main"), "v" + i, "k" + i, "1");
        }
        int cuts = 0;
        for (int i = 0; i < 12; i++) {
            Remote remote = connect();
            boolean there = random.nextBoolean();
            (there ? answer : request).cutAfter(there ? random.nextInt(400_000) : random.nextInt(900));
            try {
                transfers().fetch("origin", remote, FetchOptions.DEFAULT);
            } catch (RemoteException e) {
                assertThat(e.reason()).as("seed " + seed).isEqualTo(RemoteException.Reason.CUT);
                cuts++;
            }
            for (Snapshot snapshot : ours.snapshots()) {
                assertThat(digest(ours, snapshot.id())).isEqualTo(digest(theirs, snapshot.id()));
            }
            requireNothingLeft("ours");
        }
        assertThat(cuts).as("seed " + seed).isPositive();
        fetch(o -> o.verify(true));
        assertThat(ours.snapshots()).extracting(Snapshot::name).containsExactly("v1", "v2", "v3");
        assertThat(ours.operations().context().catalog().incoming()).isEmpty();
    }

    @Test
    void aVolumeOfWhoeverWasKilledWhileItBecameASnapshotIsRemovedByTheNextOpen() {
        VolumeId volume = VolumeId.generate("incoming");
        try (Storage storage = openStorage("ours");
                Draft draft = storage.create(volume)) {
            String id = ours.operations().context().repositoryId();
            draft.publish(Map.of(CopyRecord.KIND, Catalog.INCOMING, CopyRecord.REPOSITORY, id));
        }
        ours.close();
        ours = zvpg("ours").open();
        requireNothingLeft("ours");
    }

    @Test
    void whatIsForAnotherMajorVersionIsRefused() {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        try (Storage storage = openStorage("theirs")) {
            storage.update(List.of(AttributeChange.set(new SnapshotId(v1.id()), Map.of("version", "98.3"))));
        }
        assertThatThrownBy(this::fetch)
                .isInstanceOfSatisfying(
                        RemoteException.class,
                        e -> assertThat(e.reason()).isEqualTo(RemoteException.Reason.INCOMPATIBLE))
                .hasMessageContaining("PostgreSQL 98.3");
    }

    @Test
    void theServersOwnTroubleIsTold() {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        commit(theirs.branch("main"), "v2", "a", "1");
        Remote remote = connect();
        theirs.snapshot("v1").discard();
        assertThat(transfers().fetch("origin", remote, FetchOptions.DEFAULT).snapshots())
                .doesNotContain(v1.id());
    }

    @Test
    void aRemoteBranchThatWasNeverFetchedIsNotFound() {
        assertThatThrownBy(() -> ours.remoteBranch("origin/main"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("fetch from a remote first");
        assertThatThrownBy(() -> ours.fetch("origin"))
                .isInstanceOf(ZvpgException.class)
                .hasMessageContaining("no remote is named origin");
    }

    /** Fetches from another repository than theirs. */
    private FetchResult fetchFrom(String name, Repository other) {
        Repository origin = theirs;
        theirs = other;
        try {
            return transfers().fetch(name, connect(), FetchOptions.DEFAULT);
        } finally {
            theirs = origin;
        }
    }

    @Test
    void whatAnotherRemoteCallsByTheSameIdentityIsNotTakenForIt() {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        try (Repository evil = zvpg("evil").init()) {
            commit(evil.branch("main"), "e1", "planted", "1");
            takeAs(evil, v1.id());
            assertThat(fetchFrom("evil", evil).snapshots()).containsExactly(v1.id());
        }
        for (int i = 2; i <= 3; i++) { // the head itself, and what the next one is sent on top of
            assertThatThrownBy(this::fetch)
                    .isInstanceOfSatisfying(
                            RemoteException.class,
                            e -> assertThat(e.reason()).isEqualTo(RemoteException.Reason.REFUSED))
                    .hasMessageContaining(v1.id());
            commit(theirs.branch("main"), "v" + i, "b", "" + i);
        }
        assertThat(ours.remoteBranches()).extracting(RemoteBranch::name).containsExactly("evil/main");
        ours.remoteBranch("evil/main").head().discard();
        fetch();
        assertThat(rows(ours.snapshot("origin/main@v1"))).containsOnlyKeys("a");
    }

    @Test
    void whatWasTakenHereIsNotWhatARemoteCallsByItsIdentity() {
        Snapshot mine = commit(ours.branch("main"), "x", "mine", "1");
        commit(theirs.branch("main"), "t1", "planted", "1");
        takeAs(theirs, mine.id());
        commit(theirs.branch("main"), "t2", "on top of it", "1");
        assertThatThrownBy(this::fetch)
                .isInstanceOf(RemoteException.class)
                .hasMessageContaining("snapshot " + mine.id() + " is here and at origin, and is not the same");
        assertThat(ours.remoteBranches()).isEmpty();
        assertThat(rows(mine)).containsOnlyKeys("mine");
    }

    @Test
    void whatCameFromAnotherRemoteIsComparedOnce() {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        try (Repository third = zvpg("third").init()) {
            new Transfers(third.operations()).fetch("origin", connect(), FetchOptions.DEFAULT);
            third.snapshot("origin/main@v1").branch("mirror");
            fetchFrom("third", third);
        }
        assertThat(attributes(ours, v1.id()).get("same")).startsWith("third:");
        assertThat(attributes(ours, v1.id())).doesNotContainKey("sha256");
        FetchResult got = fetch();
        assertThat(got.snapshots()).isEmpty();
        assertThat(got.refs()).extracting(RefUpdate::status).containsExactly(RefUpdate.Status.UPDATED);
        assertThat(attributes(ours, v1.id()).get("same"))
                .matches("origin:" + theirs.operations().context().repositoryId() + ",third:[^,]+");
        assertThat(attributes(ours, v1.id())).containsKey("sha256");
        transfers().forget("origin"); // another one may get that name
        assertThat(attributes(ours, v1.id()).get("same")).matches("third:[^,]+");
    }

    @Test
    void anImageContinuesOnlyWhatItWasMadeFromHere() {
        commit(theirs.branch("main"), "v1", "a", "1");
        Snapshot v2 = commit(theirs.branch("main"), "v2", "b", "2");
        Snapshot v3 = commit(theirs.branch("main"), "v3", "c", "3");
        fetch(o -> o.depth(2));
        assertThat(attributes(ours, v2.id())).doesNotContainKey("grown-from");
        assertThat(attributes(ours, v3.id())).containsEntry("grown-from", v2.id());
    }

    @Test
    void whatACutFetchBuildsOnIsNotCollectedBeforeTheNextOne() throws IOException {
        commit(theirs.branch("main"), "v1", "a", "1");
        fetch();
        transfers().forget("origin");
        byte[] bytes = new byte[300_000];
        new Random(1).nextBytes(bytes);
        Files.write(theirs.branch("main").dataDirectory().resolve("table"), bytes);
        Snapshot v2 = commit(theirs.branch("main"), "v2", "b", "2");
        Remote remote = connect();
        answer.cutAfter(100_000);
        assertThatThrownBy(() -> transfers().fetch("origin", remote, FetchOptions.DEFAULT))
                .isInstanceOf(RemoteException.class);
        ours.close();
        ours = zvpg("ours").open();
        assertThat(ours.findSnapshot("origin/main@v1")).isPresent();
        assertThat(fetch().snapshots()).containsExactly(v2.id());
        assertThat(ours.snapshots())
                .allSatisfy(snapshot ->
                        assertThat(attributes(ours, snapshot.id())).doesNotContainKeys("incoming", "wanted"));
    }

    @Test
    void whatSomebodyDeletesInTheMiddleOfAFetchComesOnceMore() {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        AtomicInteger deletions = new AtomicInteger(2);
        try (Subscription deleter = ours.listen(event -> {
            if (event instanceof Event.SnapshotReceived && deletions.getAndDecrement() > 0) {
                ours.snapshot("origin/main@v1").discard();
            }
        })) {
            assertThat(fetch().snapshots()).containsExactly(v1.id());
        }
        assertThat(ours.remoteBranch("origin/main").head().id()).isEqualTo(v1.id());
    }

    /** Connects, and does something the moment before a snapshot is asked for on top of another one. */
    private Remote connectAndBeforeAnIncrement(Runnable work) {
        Remote.Streams streams = (Remote.Streams) connect();
        return Remote.of(streams.in(), new FilterOutputStream(streams.out()) {

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                String said = new String(bytes, offset, length, StandardCharsets.UTF_8);
                if (said.contains("\"take\"") && said.contains("\"base\"")) {
                    work.run();
                }
                out.write(bytes, offset, length);
            }
        });
    }

    @Test
    void whatItIsSentOnTopOfMayBeDeletedThereInThatMoment() throws IOException {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        fetch();
        Snapshot v2 = commit(theirs.branch("main"), "v2", "b", "2");
        Remote remote = connectAndBeforeAnIncrement(v1::discard);
        assertThatThrownBy(() -> transfers().fetch("origin", remote, FetchOptions.DEFAULT))
                .hasMessageContaining("there is no snapshot " + v1.id() + " to be had")
                .hasMessageContaining("try again");
        assertThat(ours.findSnapshot("origin/main@v2")).isEmpty();
        assertThat(fetch().snapshots()).containsExactly(v2.id());
        assertThat(digest(ours, v2.id())).isEqualTo(digest(theirs, v2.id()));
    }

    @Test
    void whatItIsReceivedOnTopOfMayBeDeletedHereInThatMoment() throws IOException {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        fetch();
        Snapshot v2 = commit(theirs.branch("main"), "v2", "b", "2");
        AtomicBoolean discarded = new AtomicBoolean();
        Remote remote = connectAndBeforeAnIncrement(() -> {
            ours.snapshot("origin/main@v1").discard();
            discarded.set(true);
        });
        assertThatThrownBy(() -> transfers().fetch("origin", remote, FetchOptions.DEFAULT))
                .isInstanceOf(ZvpgException.class);
        assertThat(discarded).isTrue();
        assertThat(ours.findSnapshot("origin/main@v2")).isEmpty();
        assertThat(fetch().snapshots()).containsExactly(v1.id(), v2.id());
        assertThat(digest(ours, v2.id())).isEqualTo(digest(theirs, v2.id()));
    }
}
