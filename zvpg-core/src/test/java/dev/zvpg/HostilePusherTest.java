package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.internal.engine.Resets;
import dev.zvpg.internal.tree.TreeSender;
import dev.zvpg.internal.wire.DataSource;
import dev.zvpg.internal.wire.Frames;
import dev.zvpg.internal.wire.Link;
import dev.zvpg.remote.ServeOptions;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.SnapshotId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever may push to some branches says what no honest program says, and knows identities that nobody has told him. */
class HostilePusherTest extends TwoRepositories {

    private Snapshot hidden;
    private Snapshot shown;
    private Snapshot own;
    private Link link;

    @BeforeEach
    void connectWithAKeyForSomeBranches() throws IOException {
        hidden = commit(theirs.branch("main"), "v1", "secret", "1");
        Branch dev = hidden.branch("dev/x");
        shown = commit(dev, "x1", "a", "1");
        own = commit(ours.branch("main"), "o1", "mine", "1");
        serving = ServeOptions.DEFAULT.access(ServeOptions.Access.APPEND_ONLY).branches("dev/*");
        link = greet();
    }

    @AfterEach
    void goAway() throws IOException {
        link.close();
    }

    private ObjectNode ask(ObjectNode request) throws IOException {
        link.send(request);
        return link.receive();
    }

    private static ObjectNode request(String verb) {
        return Frames.message().put("do", verb);
    }

    private static Path tree(Repository repo, Snapshot snapshot) {
        return repo.operations().context().storage().directory(new SnapshotId(snapshot.id()));
    }

    /** Gives a tree of ours, and says of it what is wanted. */
    private ObjectNode give(String id, Optional<String> base, Path tree, Map<String, String> attributes)
            throws IOException {
        ObjectNode header = request("give").put("format", "tree-1").put("id", id);
        base.ifPresent(other -> header.put("base", other));
        Map<String, String> all = new TreeMap<>(ours.operations()
                .context()
                .catalog()
                .snapshot(new SnapshotId(own.id()))
                .orElseThrow()
                .stored()
                .attributes());
        all.putAll(attributes);
        ObjectNode said = header.putObject("attributes");
        all.forEach(said::put);
        ObjectNode go = ask(header.put("bytes", TreeSender.size(tree)).put("arch", System.getProperty("os.arch")));
        if (go.has("error")) {
            return go;
        }
        return sendData(
                link, true, data -> TreeSender.send(tree, Optional.empty(), Optional.empty(), data, CopyProgress.NONE));
    }

    private ObjectNode take(String id) throws IOException {
        ObjectNode header = ask(request("take").put("id", id));
        if (!header.has("error")) {
            try (DataSource data = link.receiveData()) {
                data.skipToEnd();
            }
        }
        return header;
    }

    @Test
    void whatIsHiddenIsNotHadByGivingSomethingElseUnderItsIdentity() throws IOException {
        assertThat(give(hidden.id(), Optional.empty(), tree(ours, own), Map.of())
                        .has("error"))
                .isTrue();
        link = greet();
        assertThat(take(hidden.id()).has("error")).isTrue();
        assertThat(ask(request("digest").put("id", hidden.id())).has("error")).isTrue();
        assertThat(digest(theirs, hidden.id())).isNotEqualTo(digest(ours, own.id()));
    }

    @Test
    void whoHasTheWholeOfWhatIsHiddenMayGoOnFromIt() throws IOException {
        assertThat(give(hidden.id(), Optional.empty(), tree(theirs, hidden), Map.of())
                        .has("error"))
                .isFalse();
        assertThat(take(hidden.id()).has("error")).isFalse();
    }

    @Test
    void whatIsHiddenIsNotHadByGivingSomethingOnTopOfIt() throws IOException {
        assertThat(give("mine-1", Optional.of(hidden.id()), tree(ours, own), Map.of())
                        .has("error"))
                .isTrue();
        assertThat(take("mine-1").has("error")).isTrue();
    }

    @Test
    void noBranchIsMovedToWhatIsHidden() throws IOException {
        assertThat(ask(request("move").put("branch", "dev/y").put("to", hidden.id()))
                        .has("error"))
                .isTrue();
        assertThat(theirs.findBranch("dev/y")).isEmpty();
    }

    @Test
    void nobodyHearsOfWhatIsHidden() throws IOException {
        hidden.branch("dev/empty");
        assertThat(ask(request("refs")).toString()).contains(shown.id()).doesNotContain(hidden.id());
        assertThat(take(shown.id()).toString()).contains(shown.id()).doesNotContain(hidden.id());
        ObjectNode have = request("have");
        have.putArray("ids").add(hidden.id()).add(shown.id());
        assertThat(ask(have).toString()).contains(shown.id()).doesNotContain(hidden.id());
        give("mine-1", Optional.empty(), tree(ours, own), Map.of());
        ObjectNode rejected = ask(request("move").put("branch", "dev/empty").put("to", "mine-1"));
        assertThat(rejected.path("status").asText()).isEqualTo("rejected_stale");
        assertThat(rejected.toString()).doesNotContain(hidden.id());
    }

    @Test
    void whatIsPushedIsOnNoBranchBeforeThatIsMoved() throws IOException {
        String main = theirs.operations()
                .context()
                .catalog()
                .snapshot(new SnapshotId(hidden.id()))
                .orElseThrow()
                .branchId();
        give("mine-1", Optional.empty(), tree(ours, own), Map.of(SnapshotRecord.BRANCH, main, "name", "v9"));
        assertThat(theirs.branch("main").snapshots()).containsExactly(hidden);
        give("mine-2", Optional.empty(), tree(ours, own), Map.of(SnapshotRecord.BRANCH_NAME, "main", "name", "v1"));
        give("mine-3", Optional.empty(), tree(ours, own), Map.of(SnapshotRecord.BRANCH_NAME, "main", "name", "v8"));
        assertThat(theirs.findSnapshot("main@v8")).isEmpty();
        assertThat(theirs.findSnapshot("v8")).isEmpty();
        assertThat(theirs.findSnapshot("v1")).contains(hidden);
        ask(request("move").put("branch", "dev/y").put("to", "mine-1"));
        assertThat(theirs.branch("dev/y").head().orElseThrow().ref()).isEqualTo("dev/y@v9");
        assertThat(theirs.branch("main").snapshots()).containsExactly(hidden);
    }

    @Test
    void whatACutPushHasLeftBelongsToTheBranchThatTheNextOneMoves() throws IOException {
        give("mine-1", Optional.empty(), tree(ours, own), Map.of());
        link.close();
        link = greet();
        ObjectNode have = request("have");
        have.putArray("ids").add("mine-1");
        assertThat(ask(have).toString()).contains("mine-1");
        ask(request("move").put("branch", "dev/y").put("to", "mine-1"));
        assertThat(theirs.branch("dev/y").head().orElseThrow().ref()).isEqualTo("dev/y@o1");
        assertThat(theirs.operations().context().catalog().incoming()).isEmpty();
    }

    @Test
    void aTimeThatNobodyCanCalculateWithIsRefused() throws IOException {
        for (String time : new String[] {"-1000000000-01-01T00:00:00Z", "+1000000000-12-31T23:59:59Z"}) {
            assertThat(give("mine-1", Optional.empty(), tree(ours, own), Map.of("taken", time))
                            .has("error"))
                    .isTrue();
            link = greet();
        }
    }

    @Test
    void nothingOfWhatIsPushedRunsBeforeSomebodyStartsIt() throws IOException {
        for (String foreign : new String[] {"false", "true"}) {
            String id = "mine-" + foreign;
            give(id, Optional.empty(), tree(ours, own), Map.of("foreign", foreign));
            ask(request("move").put("branch", "dev/" + foreign).put("to", id));
            Branch pushed = theirs.branch("dev/" + foreign);
            Path password = pushed.dataDirectory().resolve("password");
            String before = Files.readString(password);
            assertThat(before).isEqualTo(Files.readString(tree(ours, own).resolve("data/password")));
            assertThat(pushed.isDirty()).isFalse();
            Snapshot again = pushed.snapshot("again", "of what nobody has started");
            assertThat(rows(again)).containsKey("mine");
            assertThat(Launched.fake(pushed.start()).rows()).containsKey("mine");
            assertThat(Files.readString(password)).isNotEqualTo(before);
            assertThat(pushed.isDirty()).isFalse();
            Launched.fake(pushed.server()).put("b", "2");
            pushed.stop();
            assertThat(pushed.isDirty()).isTrue();
            pushed.start();
            assertThat(pushed.isDirty()).isTrue();
            pushed.stop();
        }
    }

    @Test
    void whatNobodyKnowsOrNeedsIsNotStored() throws IOException {
        give(
                "mine-1",
                Optional.empty(),
                tree(ours, own),
                Map.of("junk-1", "x".repeat(8000), "message", "m".repeat(8000)));
        assertThat(attributes(theirs, "mine-1")).doesNotContainKey("junk-1").containsEntry("message", "m".repeat(8000));
        assertThat(give("mine-2", Optional.empty(), tree(ours, own), Map.of("author", "x".repeat(2000)))
                        .has("error"))
                .isTrue();
        link = greet();
    }

    @Test
    void whatSomebodyPushesIsNotBelievedToContinueAnotherImage() throws IOException {
        give("mine-1", Optional.of(shown.id()), tree(ours, own), Map.of(SnapshotRecord.GROWN_FROM, shown.id()));
        assertThat(attributes(theirs, "mine-1")).doesNotContainKey(SnapshotRecord.GROWN_FROM);
    }

    @Test
    void whatThePusherHasHeardToBeThereIsNotCollectedBeforeHeMovesTheBranch() throws IOException {
        give("mine-1", Optional.empty(), tree(ours, own), Map.of());
        String longAgo = "2020-01-02T03:04:05Z";
        theirs.operations()
                .context()
                .storage()
                .update(List.of(AttributeChange.set(new SnapshotId("mine-1"), Map.of("incoming", longAgo))));
        ObjectNode have = request("have");
        have.putArray("ids").add("mine-1");
        assertThat(ask(have).toString()).contains("mine-1");
        theirs.branch("main").resetTo(hidden); // which collects garbage
        ObjectNode moved = ask(request("move").put("branch", "dev/y").put("to", "mine-1"));
        assertThat(moved.path("status").asText()).isEqualTo("updated");
        assertThat(attributes(theirs, "mine-1")).doesNotContainKeys("incoming", "wanted");
    }

    @Test
    void whatABranchWasMovedToBeforeSomebodyWasKilledBecomesItsOwnWithTheNextOpen() throws IOException {
        give("mine-1", Optional.empty(), tree(ours, own), Map.of());
        Operations there = theirs.operations();
        SnapshotRecord pushed =
                there.context().catalog().snapshot(new SnapshotId("mine-1")).orElseThrow();
        assertThat(there.resets()
                        .advance(
                                theirs.branch("dev/x").key(),
                                there.context().catalog().key(pushed),
                                Optional.of(new SnapshotId(shown.id())),
                                true))
                .isEqualTo(Resets.Advance.DONE);
        link.close();
        theirs.close();
        theirs = zvpg("theirs").open();
        assertThat(theirs.branch("dev/x").head().orElseThrow().ref()).isEqualTo("dev/x@o1");
        assertThat(theirs.snapshot("dev/x@o1").id()).isEqualTo("mine-1");
        assertThat(theirs.operations().context().catalog().incoming()).isEmpty();
    }
}
