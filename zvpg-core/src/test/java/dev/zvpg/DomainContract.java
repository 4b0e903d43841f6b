package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.Problem;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.BranchInfo;
import dev.zvpg.info.CloneInfo;
import dev.zvpg.info.Event;
import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.info.Status;
import dev.zvpg.info.Subscription;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.server.ServerState;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageFeature;
import dev.zvpg.storage.StoredDraft;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;

/** What the domain promises on every storage; the servers are fakes, so that only domain and storage are at work. */
public abstract class DomainContract extends EventContract {

    // --- snapshots ---

    @Test
    void aSnapshotKeepsWhatItsBranchHeldAndWhatWasSaidOfIt() {
        put(main(), "a", "1");
        Snapshot v1 = main().snapshot("v1", "Grüße,\nand a second line");
        put(main(), "a", "2");

        assertThat(rows(v1.clone("look"))).isEqualTo(Map.of("a", "1"));
        SnapshotInfo info = v1.info();
        assertThat(info.ref()).isEqualTo("main@v1");
        assertThat(info.message()).isEqualTo("Grüße,\nand a second line");
        assertThat(info.author()).isEqualTo(System.getProperty("user.name"));
        assertThat(info.version()).isEqualTo("99.1");
        assertThat(info.nextTransactionId()).isEqualTo(2);
        assertThat(info.parents()).isEmpty();
    }

    @Test
    void aSnapshotOfAStoppedBranchHoldsWhatItHeldWhenItStopped() {
        put(main(), "a", "1");
        main().stop();
        assertThat(rows(main().snapshot("v1", "").clone("look"))).containsEntry("a", "1");
    }

    @Test
    void aRunningServerKeepsRunningWhileItsSnapshotIsTaken() {
        put(main(), "a", "1");
        main().snapshot("v1", "");
        assertThat(main().state()).isEqualTo(ServerState.RUNNING);
    }

    @Test
    void aRunningServerIsBackedUpWhereSnapshotsAreNotAtomicAndWritesACheckpointWhereTheyAre() {
        main().start();
        Path copy = main().snapshot("v1", "").clone("look").dataDirectory();
        try (Storage storage = openStorage()) {
            boolean atomic = storage.features().contains(StorageFeature.ATOMIC_SNAPSHOT);
            assertThat(Files.exists(copy.resolve("backup_label"))).isEqualTo(!atomic);
            assertThat(Files.exists(copy.resolve("checkpointed"))).isEqualTo(atomic);
        }
        assertThat(copy.resolve("postmaster.pid")).doesNotExist();
    }

    @Test
    void eachSnapshotFollowsTheOneBefore() {
        main().snapshot("v1", "");
        main().snapshot("v2", "");
        Branch feature = repo.snapshot("main@v2").branch("feature");
        feature.snapshot("f1", "");
        main().snapshot("v3", "");

        assertThat(feature.log()).extracting(SnapshotInfo::ref).containsExactly("feature@f1", "main@v2", "main@v1");
        assertThat(main().log()).extracting(SnapshotInfo::ref).containsExactly("main@v3", "main@v2", "main@v1");
        assertThat(feature.head()).map(Snapshot::ref).contains("feature@f1");
    }

    @Test
    void aSnapshotNameIsUniqueInItsBranchOnly() {
        main().snapshot("v1", "").branch("feature").snapshot("v1", "");
        assertThatThrownBy(() -> main().snapshot("v1", "again"))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("main@v1");
        assertThat(repo.snapshots()).extracting(Snapshot::ref).containsExactly("main@v1", "feature@v1");
        assertThatThrownBy(() -> repo.snapshot("v1"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("main@v1, feature@v1");
    }

    @Test
    void aSnapshotIsFoundByItsFullNameItsBareNameAndAsTheLatest() {
        Snapshot v1 = main().snapshot("v1", "");
        Snapshot v2 = main().snapshot("v2", "");
        assertThat(repo.snapshot("main@v1")).isEqualTo(v1);
        assertThat(repo.snapshot("v1")).isEqualTo(v1);
        assertThat(repo.snapshot("main@latest")).isEqualTo(v2);
        assertThat(main().findSnapshot("latest")).contains(v2);
        assertThat(main().findSnapshot("v3")).isEmpty();
    }

    @Test
    void generatedNamesSortInTheOrderOfTime() {
        for (int i = 0; i < 5; i++) {
            main().commit("commit " + i);
        }
        List<String> names = main().snapshots().stream().map(Snapshot::name).toList();
        assertThat(names).hasSize(5).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void aMessageMayHave8191BytesAndNoMore() {
        String longest = "ä".repeat(4095) + "x";
        assertThat(main().snapshot("v1", longest).info().message()).isEqualTo(longest);
        assertThatThrownBy(() -> main().snapshot("v2", longest + "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("8192 bytes");
        assertThat(main().snapshots()).hasSize(1);
    }

    @Test
    void aDeletedSnapshotHarmsNothingThatGrewFromIt() {
        put(main(), "a", "1");
        Snapshot v1 = main().snapshot("v1", "");
        Snapshot v2 = main().snapshot("v2", "");
        Branch feature = v2.branch("feature");
        Clone clone = v2.clone("trial");
        main().snapshot("v3", "");

        v2.discard();

        assertThat(rows(feature)).containsEntry("a", "1");
        assertThat(rows(clone)).containsEntry("a", "1");
        assertThat(clone.snapshot()).isEmpty();
        assertThat(feature.head()).contains(v1);
        assertThat(main().log()).extracting(SnapshotInfo::name).containsExactly("v3", "v1");
        assertThatThrownBy(v2::info).isInstanceOf(NotFoundException.class).hasMessageContaining("main@v2 was deleted");
        v1.discard();
        assertThat(feature.head()).isEmpty();
    }

    // --- branches and clones ---

    @Test
    void aCloneDoesNotSeeLaterCommitsAndItsOwnHarmNobody() {
        put(main(), "a", "1");
        Snapshot v1 = main().snapshot("v1", "");
        Clone trial = v1.clone("trial");
        put(main(), "b", "2");
        Launched.fake(trial.start()).deleteAll();

        assertThat(rows(trial)).isEmpty();
        assertThat(rows(main())).isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(rows(v1.branch("feature/new-api"))).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void branchesAndClonesAreFoundAgainWithTheirState() {
        Snapshot v1 = main().snapshot("v1", "");
        v1.branch("feature/new-api").start();
        Clone crashed = v1.clone("crashed");
        crashed.start();
        launcher.crash(crashed.dataDirectory());
        v1.clone("trial", o -> o.port(6007).setting("work_mem", "256MB"));

        Repository again = reopen();

        assertThat(again.branches()).extracting(Branch::name).containsExactly("feature/new-api", "main");
        assertThat(again.branch("feature/new-api").state()).isEqualTo(ServerState.RUNNING);
        assertThat(again.clones()).extracting(Clone::name).containsExactly("crashed", "trial");
        assertThat(again.clone("crashed").state()).isEqualTo(ServerState.CRASHED);
        CloneInfo trial = again.clone("trial").info();
        assertThat(trial.port()).isEqualTo(6007);
        assertThat(trial.snapshot()).contains("main@v1");
        assertThat(trial.state()).isEqualTo(ServerState.STOPPED);
    }

    @Test
    void aNameIsTakenOnceAmongBranchesAndOnceAmongClones() {
        Snapshot v1 = main().snapshot("v1", "");
        v1.clone("main");
        assertThatThrownBy(() -> v1.branch("main"))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("branch main");
        assertThatThrownBy(() -> v1.clone("main"))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("clone main");
        assertThat(openStorageVolumes()).hasSize(2);
    }

    @Test
    void anUnknownNameListsWhatThereIs() {
        main().snapshot("v1", "").clone("trial");
        assertThatThrownBy(() -> repo.branch("nope"))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("no branch is named nope; the branches are main");
        assertThatThrownBy(() -> repo.clone("nope"))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("no clone is named nope; the clones are trial");
        assertThatThrownBy(() -> repo.snapshot("main@nope"))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("no snapshot is named main@nope; the snapshots are main@v1");
        assertThat(main().findSnapshot("nope")).isEmpty();
        assertThat(repo.findBranch("nope")).isEmpty();
        assertThat(repo.findClone("nope")).isEmpty();
        assertThat(repo.findSnapshot("nope")).isEmpty();
    }

    @Test
    void anInvalidNameChangesNothing() {
        Snapshot v1 = main().snapshot("v1", "");
        assertThatThrownBy(() -> v1.branch("a b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> v1.clone("a..b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> main().snapshot("latest", "")).isInstanceOf(IllegalArgumentException.class);
        assertThat(openStorageVolumes()).hasSize(1);
    }

    @Test
    void aDeletedBranchLivesOnInTheHistoryOfWhatGrewFromIt() {
        put(main(), "a", "1");
        main().snapshot("v1", "");
        Branch feature = repo.snapshot("v1").branch("feature");
        main().snapshot("v2", "nobody grew from this one");
        Branch deep = feature.snapshot("f1", "").branch("deep/er");

        main().discard();
        feature.discard();

        assertThat(rows(deep)).containsEntry("a", "1");
        assertThat(deep.log()).extracting(SnapshotInfo::ref).containsExactly("feature@f1", "main@v1");
        assertThat(repo.snapshots()).extracting(Snapshot::ref).containsExactly("main@v1", "feature@f1");
        Branch other = repo.snapshot("feature@f1").branch("other");
        deep.discard();
        assertThat(other.log()).hasSize(2);
        repo.snapshot("main@v1").delete();
        assertThat(other.log()).extracting(SnapshotInfo::ref).containsExactly("feature@f1");
    }

    @Test
    void aSnapshotGoesWithTheLastOneThatDescendsFromIt() {
        Branch feature = main().snapshot("v1", "").branch("feature");
        Branch topic = feature.snapshot("f1", "").branch("topic");
        feature.discard();
        assertThat(repo.snapshots()).extracting(Snapshot::ref).containsExactly("main@v1", "feature@f1");
        topic.discard();
        assertThat(repo.snapshots()).extracting(Snapshot::ref).containsExactly("main@v1");
    }

    @Test
    void theOnlyBranchIsNotDeleted() {
        main().start();
        assertThatThrownBy(() -> main().delete())
                .isInstanceOf(InUseException.class)
                .hasMessageContaining("the only one");
        assertThat(main().state()).isEqualTo(ServerState.RUNNING);
    }

    @Test
    void destroyLeavesNothing() throws Exception {
        Snapshot v1 = main().snapshot("v1", "");
        main().start();
        v1.clone("trial").start();
        v1.branch("feature").snapshot("f1", "");
        repo.destroy();
        assertThat(home()).doesNotExist();
        assertThat(openStorageVolumes()).isEmpty();
        try (Storage storage = openStorage()) {
            assertThat(storage.list().snapshots()).isEmpty();
        }
        assertThatThrownBy(() -> repo.branches()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> zvpg().open()).isInstanceOf(NotFoundException.class);
        repo = zvpg().init();
    }

    @Test
    void nobodyStartsAServerOnceTheRepositoryIsBeingDestroyed() throws Exception {
        main().start();
        try (Repository other = zvpg().open()) {
            Branch theirs = other.branch("main");
            CompletableFuture<RunningServer> starting = new CompletableFuture<>();
            repo.listen(event -> {
                if (event instanceof Event.ServerStopped) { // its lock is held, and they wait for it
                    new Thread(() -> starting.completeAsync(theirs::start)).start();
                }
            });
            repo.destroy();
            assertThatThrownBy(starting::get).hasCauseInstanceOf(NotFoundException.class);
        }
        assertThat(home()).doesNotExist();
        repo = zvpg().init();
    }

    @Test
    void whatRunsInAnotherContainerIsListedAndNotTouched() {
        Snapshot v1 = main().snapshot("v1", "");
        Branch feature = v1.branch("feature");
        feature.snapshot("f1", "");
        Map<String, Map<String, String>> before = everything();
        launcher.runsElsewhere(feature.dataDirectory()).runsElsewhere(main().dataDirectory());

        assertThat(main().state()).isEqualTo(ServerState.RUNNING);
        assertThat(repo.status().branches()).extracting(BranchInfo::state).containsOnly(ServerState.RUNNING);
        assertThat(repo.doctor()).extracting(Problem::what).anyMatch(problem -> problem.contains("another container"));
        List<ThrowableAssert.ThrowingCallable> verbs = List.of(
                () -> main().start(),
                () -> main().stop(),
                () -> main().restart(),
                () -> main().findServer(),
                () -> main().snapshot("v2", ""),
                () -> main().resetTo(v1),
                () -> main().merge(feature),
                feature::delete,
                () -> repo.destroy());
        assertThat(verbs).allSatisfy(verb -> assertThatThrownBy(verb).isInstanceOf(InUseException.class));
        assertThat(everything()).isEqualTo(before);

        launcher.nothingRunsElsewhere();
        main().start();
        reopen().branch("main").stop();
    }

    @Test
    void destroyWaitsForWhatIsBeingDoneAndNothingWaitsForever() throws Exception {
        Branch main = main();
        main.snapshot("v1", "");
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> taking = threads.submit(() -> {
                for (int i = 0; i < 20; i++) {
                    main.commit("");
                }
            });
            main.commit("");
            repo.destroy();
            assertThatThrownBy(taking::get)
                    .hasCauseInstanceOf(RuntimeException.class)
                    .satisfies(e -> assertThat(e.getCause())
                            .isInstanceOfAny(NotFoundException.class, IllegalStateException.class));
        } finally {
            threads.shutdownNow();
        }
        assertThat(openStorageVolumes()).isEmpty();
        repo = zvpg().init();
    }

    @Test
    void openOrInitMakesWhatIsNotThereAndOpensWhatIs() throws Exception {
        main().snapshot("v1", "");
        repo.close();
        repo = zvpg().openOrInit();
        assertThat(repo.snapshots()).hasSize(1);
        repo.destroy();
        repo = zvpg().openOrInit();
        assertThat(repo.snapshots()).isEmpty();
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Path file = Files.writeString(elsewhere.resolve("file"), "mine");
        assertThatThrownBy(() -> Zvpg.at(elsewhere).postgres(launcher).openOrInit())
                .isInstanceOf(AlreadyExistsException.class);
        assertThat(file).hasContent("mine");
    }

    @Test
    void manyWhoWantTheRepositoryAtOnceGetTheSame() throws Exception {
        repo.destroy();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<String>> attempts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                attempts.add(threads.submit(() -> {
                    try (Repository opened = zvpg().openOrInit()) {
                        return opened.branch("main").dataDirectory().toString();
                    }
                }));
            }
            Set<String> directories = new HashSet<>();
            for (Future<String> attempt : attempts) {
                directories.add(attempt.get());
            }
            assertThat(directories).hasSize(1);
        } finally {
            threads.shutdownNow();
        }
        repo = zvpg().open();
    }

    @Test
    void aStorageThatHoldsNothingOfTheRepositoryIsRefused() {
        repo.close();
        Zvpg forgetful = Zvpg.at(home())
                .storage(DirectoryStorage.at(directory.resolve("elsewhere")))
                .postgres(launcher);
        assertThatThrownBy(forgetful::open)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("holds nothing of it");
        assertThat(reopen().branches()).hasSize(1);
    }

    @Test
    void deletingStopsTheServerAndFreesNameAndPort() throws Exception {
        Snapshot v1 = main().snapshot("v1", "");
        Clone trial = v1.clone("trial");
        int port = trial.start().port();
        trial.delete();
        assertThat(repo.clones()).isEmpty();
        assertThat(v1.clone("trial", o -> o.port(port)).info().port()).isEqualTo(port);
        assertThatThrownBy(trial::start)
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("clone trial was deleted");
        try (var directories = Files.list(home().resolve("servers"))) {
            assertThat(directories).isEmpty();
        }
    }

    @Test
    void aFailureWhileAWorkingCopyIsMadeLeavesNothing() {
        Snapshot v1 = main().snapshot("v1", "");
        launcher.failNext(new ServerException("provoked"));
        assertThatThrownBy(() -> v1.clone("trial")).hasMessage("provoked");
        assertThat(openStorageVolumes()).hasSize(1);
        assertThat(repo.clones()).isEmpty();
    }

    @Test
    void aResetMakesTheBranchWhatTheSnapshotIsAndSavesUnsavedWork() {
        put(main(), "a", "1");
        Snapshot v1 = main().snapshot("v1", "");
        put(main(), "a", "2");
        main().snapshot("v2", "");
        put(main(), "a", "3");
        int port = main().server().port();

        Snapshot saved = main().resetTo(v1).orElseThrow();

        assertThat(rows(main())).isEqualTo(Map.of("a", "1"));
        assertThat(main().server().port()).isEqualTo(port);
        assertThat(main().head()).contains(v1);
        assertThat(rows(saved.clone("saved"))).isEqualTo(Map.of("a", "3"));
        assertThat(main().snapshots())
                .extracting(Snapshot::name)
                .startsWith("v1", "v2")
                .hasSize(3);
        assertThat(openStorageVolumes()).hasSize(2);

        put(main(), "b", "4");
        Snapshot v3 = main().snapshot("v3", "");
        assertThat(v3.info().parents()).containsExactly("main@v1");
        assertThat(main().resetTo(v3)).isEmpty();
    }

    @Test
    void aResetMayThrowUnsavedWorkAwayAndLeavesAStoppedBranchStopped() {
        put(main(), "a", "1");
        Snapshot v1 = main().snapshot("v1", "");
        put(main(), "a", "2");
        main().stop();
        assertThat(main().resetTo(v1, o -> o.save(false))).isEmpty();
        assertThat(main().state()).isEqualTo(ServerState.STOPPED);
        assertThat(rows(main())).isEqualTo(Map.of("a", "1"));
        assertThat(main().snapshots()).hasSize(1);
    }

    @Test
    void aResetThatFailsChangesNothing() {
        put(main(), "a", "1");
        Snapshot v1 = main().snapshot("v1", "");
        put(main(), "a", "2");
        launcher.failNext(new ServerException("provoked"));
        assertThatThrownBy(() -> main().resetTo(v1)).hasMessage("provoked");
        assertThat(rows(main())).isEqualTo(Map.of("a", "2"));
        assertThat(main().state()).isEqualTo(ServerState.RUNNING);
        assertThat(openStorageVolumes()).hasSize(1);
    }

    @Test
    void aResetAfterACrashSavesWhatWasCommittedSinceTheLastCheckpoint() {
        Snapshot v1 = main().snapshot("v1", "");
        put(main(), "a", "1");
        launcher.crash(main().dataDirectory());

        Snapshot saved = main().resetTo(v1).orElseThrow();

        assertThat(rows(main())).isEmpty();
        assertThat(rows(saved.clone("saved"))).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void aServerThatDoesNotStartAfterAResetLeavesTheBranchReset() {
        put(main(), "a", "1");
        Snapshot v1 = main().snapshot("v1", "");
        put(main(), "a", "2");
        launcher.failNextStart(new ServerException("provoked"));
        assertThatThrownBy(() -> main().resetTo(v1)).hasMessage("provoked");
        assertThat(main().state()).isEqualTo(ServerState.STOPPED);
        assertThat(rows(main())).isEqualTo(Map.of("a", "1"));
        assertThat(openStorageVolumes()).hasSize(1);
    }

    // --- servers and ports ---

    @Test
    void everyWorkingCopyGetsAPortOfItsOwn() {
        Snapshot v1 = main().snapshot("v1", "");
        Set<Integer> ports = new TreeSet<>();
        ports.add(main().start().port());
        for (int i = 0; i < 3; i++) {
            ports.add(v1.clone("clone-" + i).start().port());
        }
        assertThat(ports).hasSize(4).allMatch(port -> port >= 6000 && port <= 6009);
    }

    @Test
    void aPortThatAnotherWorkingCopyHasIsRefused() {
        Snapshot v1 = main().snapshot("v1", "");
        v1.clone("trial", o -> o.port(6005));
        assertThatThrownBy(() -> v1.clone("try-index", o -> o.port(6005)))
                .isInstanceOf(InUseException.class)
                .hasMessage("cannot create clone try-index: port 6005 is taken by clone trial; "
                        + "choose another or omit the port");
        assertThat(repo.clones()).hasSize(1);
        assertThat(openStorageVolumes()).hasSize(2);
    }

    @Test
    void aPortOutsideTheRangeIsRefused() {
        Snapshot v1 = main().snapshot("v1", "");
        assertThatThrownBy(() -> v1.clone("trial", o -> o.port(5432)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("6000-6009");
        assertThat(openStorageVolumes()).hasSize(1);
    }

    @Test
    void aLostRaceForAPortIsRetriedWithTheNext() {
        Clone trial = main().snapshot("v1", "").clone("trial");
        int first = trial.info().port();
        launcher.portTaken(first);
        int second = trial.start().port();
        assertThat(second).isNotEqualTo(first);
        assertThat(trial.info().port()).isEqualTo(second);
    }

    @Test
    void aPortThatTheCallerChoseIsNeverReplaced() {
        Clone trial = main().snapshot("v1", "").clone("trial", o -> o.port(6005));
        launcher.portTaken(6005);
        assertThatThrownBy(trial::start)
                .isInstanceOf(InUseException.class)
                .hasMessageContaining("port 6005 is taken by another program");
        assertThat(trial.info().port()).isEqualTo(6005);
    }

    @Test
    void aSettingThatNoServerMayHaveIsRefusedAtOnce() {
        Snapshot v1 = main().snapshot("v1", "");
        assertThatThrownBy(() -> v1.clone("trial", o -> o.setting("port", "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("port");
        assertThat(openStorageVolumes()).hasSize(1);
    }

    @Test
    void aRangeWithoutAFreePortSaysSo() {
        Snapshot v1 = main().snapshot("v1", "");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10; i++) {
                        v1.clone("clone-" + i);
                    }
                })
                .isInstanceOf(InUseException.class)
                .hasMessageContaining("6000-6009");
        assertThat(openStorageVolumes()).hasSize(repo.clones().size() + 1);
    }

    @Test
    void startingARunningServerGivesThatServer() {
        int port = main().start().port();
        assertThat(main().start().port()).isEqualTo(port);
        main().stop();
        main().stop();
        assertThatThrownBy(() -> main().jdbcUrl())
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("start it with start()");
    }

    // --- life of the repository ---

    @Test
    void aClosedRepositoryRefusesEverything() {
        Branch main = main();
        Snapshot v1 = main.snapshot("v1", "");
        repo.close();
        repo.close();
        List<Runnable> verbs = List.of(
                () -> repo.branches(),
                () -> repo.status(),
                () -> repo.listen(event -> {}),
                () -> main.snapshot("v2", ""),
                main::start,
                main::state,
                main::delete,
                () -> v1.clone("trial"),
                v1::delete);
        assertThat(verbs)
                .allSatisfy(verb -> assertThatThrownBy(verb::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("closed"));
        assertThat(main).hasToString("branch main");
    }

    @Test
    void aVolumeThatDoesNotSayWhatItIsIsToldAndLeftAlone() {
        Snapshot v1 = main().snapshot("v1", "");
        Clone trial = v1.clone("trial");
        VolumeId volume = trial.copy().volume().id();
        try (Storage storage = openStorage()) {
            storage.update(List.of(new AttributeChange(volume, Map.of(), Set.of(CopyRecord.KIND))));
        }
        Repository again = reopen();
        assertThat(again.clones()).isEmpty();
        assertThat(again.doctor()).extracting(Problem::what).anyMatch(what -> what.contains("has no attribute kind"));
        assertThat(openStorageVolumes()).hasSize(2);
    }

    @Test
    void openingRemovesNothingThatSomebodyIsMaking() {
        VolumeId half = VolumeId.generate("half");
        try (Storage theirs = openStorage();
                Draft draft = theirs.create(half)) {
            reopen();
            assertThat(theirs.drafts()).containsExactly(new StoredDraft(half, false));
            assertThat(draft.directory()).isDirectory();
        }
        reopen();
        assertThat(openStorageVolumes()).hasSize(1);
    }

    @Test
    void aStorageOfAnotherRepositoryIsRefusedAndNotTouched() {
        main().snapshot("v1", "");
        Zvpg other =
                Zvpg.at(directory.resolve("other")).storage(this::openStorage).postgres(launcher);
        assertThatThrownBy(other::init)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("belongs to another repository");
        assertThat(directory.resolve("other")).doesNotExist();
        assertThat(reopen().snapshots()).hasSize(1);
    }

    @Test
    void manyThreadsWantingOneNameMakeItOnce() throws Exception {
        Snapshot v1 = main().snapshot("v1", "");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Clone>> attempts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                attempts.add(threads.submit(() -> v1.clone("trial")));
            }
            int made = 0;
            for (Future<Clone> attempt : attempts) {
                try {
                    attempt.get();
                    made++;
                } catch (java.util.concurrent.ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(AlreadyExistsException.class);
                }
            }
            assertThat(made).isEqualTo(1);
            assertThat(openStorageVolumes()).hasSize(2);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void twoRepositoryObjectsOnOneHomeSeeEachOthersWork() {
        try (Repository other = zvpg().open()) {
            main().snapshot("v1", "");
            other.snapshot("main@v1").clone("trial");
            assertThat(repo.clone("trial").info().port()).isBetween(6000, 6009);
            repo.clone("trial").delete();
            assertThat(other.clones()).isEmpty();
        }
    }

    @Test
    void anInterruptedThreadGetsAnExceptionAndItsFlagBack() throws Exception {
        Branch main = main();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        try (Locks.Held held =
                new Locks(home().resolve("locks")).workingCopy(main.key().id())) {
            Thread waiting = new Thread(() -> {
                try {
                    main.snapshot("v1", "");
                } catch (OperationInterruptedException e) {
                    thrown.set(e);
                    flag.set(Thread.currentThread().isInterrupted());
                }
            });
            waiting.start();
            waiting.interrupt();
            waiting.join();
        }
        assertThat(thrown.get()).hasMessageContaining("interrupted");
        assertThat(flag.get()).isTrue();
        assertThat(main.snapshots()).isEmpty();
    }

    @Test
    void listenersHearWhatWasDoneAndTheirFailuresHarmNobody() {
        List<Event> events = new ArrayList<>();
        repo.listen(event -> {
            throw new IllegalStateException("provoked");
        });
        Subscription subscription = repo.listen(event -> {
            if (!(event instanceof Event.Progress)) {
                events.add(event);
            }
        });
        main().start();
        Clone trial = main().snapshot("v1", "").clone("trial");
        trial.delete();
        main().stop();
        subscription.close();
        main().start();
        assertThat(events)
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly("ServerStarted", "SnapshotTaken", "CloneCreated", "CloneDeleted", "ServerStopped");
    }

    @Test
    void closingWaitsForAResetThatHasBegun() throws Exception {
        put(main(), "a", "1");
        Snapshot v1 = main().snapshot("v1", "");
        Branch main = main();
        CountDownLatch begun = new CountDownLatch(1);
        launcher.afterNextDisarm(begun::countDown);
        CompletableFuture<Void> reset = CompletableFuture.runAsync(() -> main.resetTo(v1));
        begun.await();
        repo.close();
        reset.join();
        reopen();
        assertThat(main().state()).isEqualTo(ServerState.RUNNING);
    }

    @Test
    void runDirectoriesOfWhatIsGoneAreRemovedAtTheNextOpening() throws Exception {
        main().start();
        Path gone = Files.createDirectories(
                home().resolve("servers").resolve("gone-abc").resolve("socket"));
        reopen();
        assertThat(gone.getParent()).doesNotExist();
        assertThat(main().state()).isEqualTo(ServerState.RUNNING);
        assertThat(home().resolve("servers").resolve(main().key().id())).isDirectory();
    }

    @Test
    void aListenerThatWaitsHoldsUpNobody() {
        List<Object> seen = new ArrayList<>();
        try (Subscription subscription = repo.listen(event -> {
            if (event instanceof Event.SnapshotTaken) { // another thread wants the same branch meanwhile
                seen.add(CompletableFuture.supplyAsync(() -> main().isDirty())
                        .orTimeout(1, TimeUnit.MINUTES)
                        .join());
            }
        })) {
            put(main(), "a", "1");
            main().snapshot("v1", "");
        }
        assertThat(seen).containsExactly(false);
    }

    @Test
    void statusTellsEverythingAtOnce() {
        main().start();
        Snapshot v1 = main().snapshot("v1", "first");
        v1.branch("feature");
        v1.clone("trial");
        Status status = repo.status();
        assertThat(status.branches()).extracting(BranchInfo::name).containsExactly("feature", "main");
        assertThat(status.branches())
                .extracting(BranchInfo::state)
                .containsExactly(ServerState.STOPPED, ServerState.RUNNING);
        assertThat(status.branches().get(0).start()).contains("main@v1");
        assertThat(status.snapshots()).extracting(SnapshotInfo::ref).containsExactly("main@v1");
        assertThat(status.clones()).extracting(CloneInfo::snapshot).containsExactly(java.util.Optional.of("main@v1"));
        assertThat(status.version()).isEqualTo("99.1");
    }

    @Test
    void aSnapshotWhoseParentIsDeletedMeanwhileFollowsTheNearestOneLeft() {
        Snapshot v1 = main().snapshot("v1", "");
        Snapshot v2 = main().snapshot("v2", "");
        Catalog before = repo.branch("main").operations().context().catalog();
        v2.delete();
        Catalog now = repo.branch("main").operations().context().catalog();
        SnapshotId gone = before.snapshots().get(1).id();
        assertThat(now.lineage().nearest(before.lineage().history(gone)))
                .contains(before.snapshots().get(0).id());
        v1.delete();
        assertThat(repo.branch("main")
                        .operations()
                        .context()
                        .catalog()
                        .lineage()
                        .nearest(before.lineage().history(gone)))
                .isEmpty();
    }
}
