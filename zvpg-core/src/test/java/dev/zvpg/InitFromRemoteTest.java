package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.RemoteException;
import dev.zvpg.remote.Remote;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.storage.Storage;
import org.junit.jupiter.api.Test;

/** A repository that starts from a branch of another one. */
class InitFromRemoteTest extends TwoRepositories {

    @Test
    void mainStartsWithWhatTheOtherOneHasAndGoesOnFromThere() {
        commit(theirs.branch("main"), "v1", "a", "1");
        Snapshot v2 = commit(theirs.branch("main"), "v2", "b", "2");
        try (Repository repo = zvpg("new").init(ClusterSource.remote(connect(), "main"))) {
            Branch main = repo.branch("main");
            assertThat(main.head()).map(Snapshot::id).contains(v2.id());
            assertThat(main.isDirty()).isFalse();
            assertThat(Launched.fake(main.start()).rows()).containsOnlyKeys("a", "b");
            assertThat(main.log()).extracting(info -> info.ref()).containsExactly("origin/main@v2", "origin/main@v1");
            assertThat(main.credentials()).isNotEqualTo(theirs.branch("main").credentials());
            main.stop();
        }
        try (Repository repo = zvpg("new").open()) {
            assertThat(repo.branch("main").isDirty()).isFalse();
        }
    }

    @Test
    void thePlaceItCameFromIsItsOrigin() {
        Remote share = Remote.directory(directory.resolve("share"));
        commit(theirs.branch("main"), "v1", "a", "1");
        theirs.remotes().add("hub", share);
        theirs.push("hub", theirs.branch("main"));
        try (Repository repo = zvpg("new").init(ClusterSource.remote(share, "main"))) {
            assertThat(repo.remotes().get("origin")).isEqualTo(share);
            Snapshot w1 = commit(repo.branch("main"), "w1", "b", "2");
            assertThat(repo.push("origin", repo.branch("main")).isAccepted()).isTrue();
            theirs.fetch("hub");
            assertThat(theirs.branch("main")
                            .merge(theirs.remoteBranch("hub/main"))
                            .kind())
                    .isEqualTo(MergeResult.Kind.FAST_FORWARD);
            assertThat(theirs.branch("main").head()).map(Snapshot::id).contains(w1.id());
            assertThat(Launched.fake(theirs.branch("main").start()).rows()).containsOnlyKeys("a", "b");
        }
    }

    @Test
    void whatCannotBeFetchedLeavesNothing() {
        commit(theirs.branch("main"), "v1", "a", "1");
        assertThatThrownBy(() -> zvpg("new").init(ClusterSource.remote(connect(), "mian")))
                .isInstanceOf(NotFoundException.class);
        assertThat(directory.resolve("new")).doesNotExist();
        Remote cut = connect();
        answer.cutAfter(900);
        assertThatThrownBy(() -> zvpg("new").init(ClusterSource.remote(cut, "main")))
                .isInstanceOf(RemoteException.class);
        assertThat(directory.resolve("new")).doesNotExist();
        try (Storage storage = openStorage("new")) {
            assertThat(storage.list().snapshots()).isEmpty();
            assertThat(storage.list().volumes()).isEmpty();
            assertThat(storage.drafts()).isEmpty();
        }
        zvpg("new").init(ClusterSource.remote(connect(), "main")).close();
    }
}
