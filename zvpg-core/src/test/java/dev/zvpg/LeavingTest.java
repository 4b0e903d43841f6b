package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.RemoteException;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.RefUpdate;
import dev.zvpg.remote.Remote;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which branches may be pushed to a remote is noted with it, so that what is secret stays at home. */
@Tag(Effort.ANYBODY)
class LeavingTest extends TwoRepositories {

    private Branch main;
    private Snapshot v1;
    private Path place;

    @BeforeEach
    void makeSecrets() {
        main = ours.branch("main");
        v1 = commit(main, "v1", "names", "real");
        place = directory.resolve("hub");
        ours.remotes()
                .add("hub", Remote.directory(place), o -> o.leaving("masked/*").leaving("demo"));
    }

    @Test
    void whatIsDerivedLeavesWithoutWhatItWasDerivedFrom() {
        Snapshot masked = v1.derive("masked/daily", copy -> {});
        PushResult pushed = ours.push("hub", ours.branch("masked/daily"));
        assertThat(pushed.refs()).extracting(RefUpdate::status).containsExactly(RefUpdate.Status.UPDATED);
        assertThat(pushed.snapshots()).containsExactly(masked.id());
        theirs.remotes().add("hub", Remote.directory(place));
        assertThat(theirs.fetch("hub").snapshots()).containsExactly(masked.id());
    }

    @Test
    void aDerivedBranchDoesNotLeaveAsLongAsNothingWasTakenOnIt() {
        v1.derive("masked/daily", copy -> {}).discard();
        Branch masked = ours.branch("masked/daily");
        assertThat(masked.head()).as("what it was derived from").contains(v1);
        assertThatThrownBy(() -> ours.push("hub", masked))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("it has no snapshot");
        ours.remotes().add("all", Remote.directory(place));
        assertThatThrownBy(() -> ours.push("all", masked)).isInstanceOf(NotFoundException.class);
        assertThat(place).doesNotExist();
    }

    @Test
    void anotherBranchDoesNotLeaveNorDoesItUnderAnotherName() {
        assertThatThrownBy(() -> ours.push("hub", main))
                .isInstanceOfSatisfying(
                        RemoteException.class, e -> assertThat(e.reason()).isEqualTo(RemoteException.Reason.REFUSED))
                .hasMessageContaining(
                        "cannot push branch main to hub, which is at main@v1: only what was taken on masked/* or demo leaves for it");
        assertThatThrownBy(() -> ours.push("hub", main, o -> o.as("masked/main")))
                .isInstanceOf(RemoteException.class);
        assertThat(place).doesNotExist();
    }

    @Test
    void aBranchOfTheRightNameDoesNotLeaveWithSnapshotsOfAnother() {
        Branch demo = v1.branch("demo");
        assertThatThrownBy(() -> ours.push("hub", demo))
                .isInstanceOf(RemoteException.class)
                .hasMessageContaining("cannot push branch demo to hub, which is at main@v1");
        Snapshot d1 = demo.snapshot("d1", "of its own");
        assertThat(ours.push("hub", demo).snapshots()).containsExactly(d1.id());
        theirs.remotes().add("hub", Remote.directory(place));
        theirs.fetch("hub");
        assertThat(theirs.snapshot("hub/demo@d1").parents()).isEmpty();
        assertThat(theirs.snapshots()).extracting(Snapshot::id).doesNotContain(v1.id());
    }

    @Test
    void itIsKnownAfterTheRepositoryWasOpenedAgainAndForgottenWithTheRemote() throws Exception {
        ours.close();
        ours = zvpg("ours").open();
        assertThat(ours.remotes().options("hub").leaving()).containsExactly("masked/*", "demo");
        assertThat(Files.readString(directory.resolve("ours/remotes.json"))).contains("masked/*");
        ours.remotes().remove("hub");
        ours.remotes().add("hub", Remote.directory(place));
        assertThat(ours.remotes().options("hub").leaving()).isEmpty();
        assertThat(ours.push("hub", ours.branch("main")).isAccepted()).isTrue();
    }
}
