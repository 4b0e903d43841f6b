package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.info.Event;
import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.info.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Identities: what handles, infos and events have in common, whatever the names are by now. */
public abstract class EventContract extends MergeContract {

    /** What is told while something is done, but for progress and for servers. */
    private List<Event> told(Runnable action) {
        List<Event> events = new ArrayList<>();
        try (Subscription subscription = repo.listen(event -> {
            if (!(event instanceof Event.Progress
                    || event instanceof Event.ServerStarted
                    || event instanceof Event.ServerStopped)) {
                events.add(event);
            }
        })) {
            action.run();
        }
        return events;
    }

    private static Event.Ref ref(WorkingCopy copy) {
        return new Event.Ref(copy.id(), copy.name());
    }

    private static Event.Ref ref(Snapshot snapshot) {
        return new Event.Ref(snapshot.id(), snapshot.ref());
    }

    @Test
    void handlesInfosAndEventsTellTheSameIdentity() {
        List<Event> events = told(() -> {
            Snapshot v1 = main().snapshot("v1", "");
            v1.clone("trial");
            v1.branch("feature");
        });
        Branch feature = repo.branch("feature");
        Clone trial = repo.clone("trial");
        Snapshot v1 = repo.snapshot("v1");

        assertThat(events)
                .satisfiesExactly(
                        event -> assertThat(event).isInstanceOfSatisfying(Event.SnapshotTaken.class, taken -> {
                            assertThat(taken.snapshot()).isEqualTo(ref(v1)).hasToString("main@v1");
                            assertThat(taken.branch()).isEqualTo(ref(main())).hasToString("main");
                        }),
                        event -> assertThat(event).isInstanceOfSatisfying(Event.CloneCreated.class, created -> {
                            assertThat(created.workingCopy()).isEqualTo(ref(trial));
                            assertThat(created.from()).isEqualTo(ref(v1));
                        }),
                        event -> assertThat(event).isInstanceOfSatisfying(Event.BranchCreated.class, created -> {
                            assertThat(created.branch()).isEqualTo(ref(feature));
                            assertThat(created.from()).isEqualTo(ref(v1));
                        }));
        assertThat(feature.info().id()).isEqualTo(feature.id());
        assertThat(trial.info().id()).isEqualTo(trial.id());
        assertThat(v1.info().id()).isEqualTo(v1.id());
        assertThat(v1.info().branchId()).isEqualTo(main().id());
        assertThat(List.of(main().id(), feature.id(), trial.id(), v1.id())).doesNotHaveDuplicates();
    }

    @Test
    void anEventNamesTheSameBranchAfterARename() {
        main().snapshot("v1", "").branch("feature");
        Branch older = repo.branch("feature");
        Snapshot f1 = older.snapshot("f1", "");
        String id = older.id();

        assertThat(told(() -> older.rename("release")))
                .containsExactly(new Event.BranchRenamed(new Event.Ref(id, "release"), "feature"));

        List<Event> events = told(() -> {
            older.commit("by a handle that knows the old name");
            f1.clone("trial");
            older.resetTo(f1, o -> o.save(false));
            f1.delete();
        });
        Event.Ref release = new Event.Ref(id, "release");
        Event.Ref first = new Event.Ref(f1.id(), "release@f1");
        assertThat(events)
                .satisfiesExactly(
                        event -> assertThat(((Event.SnapshotTaken) event).branch())
                                .isEqualTo(release),
                        event -> assertThat(((Event.CloneCreated) event).from()).isEqualTo(first),
                        event -> {
                            assertThat(((Event.BranchReset) event).branch()).isEqualTo(release);
                            assertThat(((Event.BranchReset) event).to()).isEqualTo(first);
                        },
                        event -> assertThat(event).isEqualTo(new Event.SnapshotDeleted(first, release)));
        assertThat(repo.branch("release").id()).isEqualTo(id);
        assertThat(reopen().branch("release").info().id()).isEqualTo(id);
    }

    @Test
    void whatIsKeptOfAScratchCloneNamesItsSnapshotAsItIsCalledNow() {
        Branch main = main();
        List<Event> told = new ArrayList<>();
        try (ScratchClone scratch = main.snapshot("v1", "").scratch();
                Subscription listening = repo.listen(told::add)) {
            main.rename("trunk");
            scratch.keep("found");
        }
        assertThat(told)
                .filteredOn(Event.CloneCreated.class::isInstance)
                .extracting(event -> ((Event.CloneCreated) event).from().name())
                .containsExactly("trunk@v1");
    }

    @Test
    void anEventOfAServerTellsWhoseItIs() {
        List<Event.Ref> refs = new ArrayList<>();
        repo.listen(event -> {
            if (event instanceof Event.ServerStarted started) {
                refs.add(started.workingCopy());
            } else if (event instanceof Event.ServerStopped stopped) {
                refs.add(stopped.workingCopy());
            }
        });
        Branch main = main();
        main.start();
        main.rename("trunk");
        main.stop();
        assertThat(refs).containsExactly(new Event.Ref(main.id(), "main"), new Event.Ref(main.id(), "trunk"));
    }

    @Test
    void aMergeAndAResetLeaveIdentitiesAsTheyAre() {
        put(main(), "a", "1");
        Snapshot v1 = main().snapshot("v1", "");
        Branch main = main();
        Branch feature = v1.branch("feature");
        put(feature, "a", "2");
        Snapshot f1 = feature.snapshot("f1", "");
        Clone trial = v1.clone("trial");

        List<Event> events = told(() -> {
            main.merge(feature);
            trial.reset();
        });

        assertThat(events)
                .satisfiesExactly(
                        event -> assertThat(event).isInstanceOfSatisfying(Event.BranchMerged.class, merged -> {
                            assertThat(merged.branch()).isEqualTo(ref(main));
                            assertThat(merged.other()).isEqualTo(ref(feature));
                            assertThat(merged.to()).isEqualTo(ref(f1));
                        }),
                        event -> assertThat(event).isInstanceOfSatisfying(Event.CloneReset.class, reset -> {
                            assertThat(reset.workingCopy()).isEqualTo(ref(trial));
                            assertThat(reset.to()).isEqualTo(ref(v1));
                        }));
        assertThat(repo.branch("main").info().id()).isEqualTo(main.id());
        assertThat(repo.clone("trial").info().id()).isEqualTo(trial.id());
    }

    @Test
    void whatIsMadeAnewUnderAnOldNameHasAnotherIdentity() {
        Snapshot v1 = main().snapshot("v1", "");
        Branch feature = v1.branch("feature");
        Clone trial = v1.clone("trial");

        assertThat(told(() -> {
                    feature.discard();
                    trial.delete();
                    v1.delete();
                }))
                .containsExactly(
                        new Event.BranchDeleted(ref(feature)),
                        new Event.CloneDeleted(ref(trial)),
                        new Event.SnapshotDeleted(ref(v1), ref(main())));

        Snapshot another = main().snapshot("v1", "");
        assertThat(another.id()).isNotEqualTo(v1.id());
        assertThat(another.branch("feature").id()).isNotEqualTo(feature.id());
        assertThat(another.clone("trial").id()).isNotEqualTo(trial.id());
    }

    @Test
    void aSnapshotTellsItsOwnBranchFromAnotherOneOfTheSameName() {
        Snapshot v1 = main().snapshot("v1", "");
        Branch feature = v1.branch("feature");
        feature.snapshot("f1", "").branch("topic");
        feature.discard();
        Branch anew = v1.branch("feature");
        anew.snapshot("f1", "");

        List<SnapshotInfo> both = repo.status().snapshots().stream()
                .filter(snapshot -> snapshot.ref().equals("feature@f1"))
                .toList();
        assertThat(both).extracting(SnapshotInfo::branchId).containsExactlyInAnyOrder(feature.id(), anew.id());
        assertThat(both).extracting(SnapshotInfo::id).doesNotHaveDuplicates();
    }

    @Test
    void aSnapshotThatGoesWithTheLastOneThatDescendsFromItIsToldToo() {
        Branch feature = main().snapshot("v1", "").branch("feature");
        Snapshot f1 = feature.snapshot("f1", "");
        Clone trial = f1.clone("trial");
        assertThat(told(feature::discard)).containsExactly(new Event.BranchDeleted(ref(feature)));
        assertThat(told(trial::delete))
                .containsExactly(new Event.SnapshotDeleted(ref(f1), ref(feature)), new Event.CloneDeleted(ref(trial)));
    }

    @Test
    void aListenerThatKeepsWhatItIsToldByIdentityHasWhatTheRepositoryHas() {
        Mirror mirror = Mirror.of(repo.status());
        repo.listen(mirror);
        Snapshot v1 = main().snapshot("v1", "");
        Branch feature = v1.branch("feature");
        feature.snapshot("f1", "").branch("topic");
        feature.rename("release").snapshot("r1", "").clone("trial");
        v1.branch("feature").snapshot("f1", "");
        feature.discard();
        repo.branch("topic").discard();
        v1.discard();
        assertThat(mirror.objects()).hasSize(6);
        assertThat(mirror.objects()).isEqualTo(Mirror.of(repo.status()).objects());
    }

    @Test
    void aCloneThatExpiresIsToldByItsIdentity() {
        Clone trial = main().snapshot("v1", "").clone("trial", o -> o.timeToLive(Duration.ofMinutes(1)));
        clock.advance(Duration.ofMinutes(2));
        assertThat(told(() -> repo.deleteExpired())).containsExactly(new Event.CloneExpired(ref(trial)));
    }
}
