package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.error.DivergedException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.RemoteException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.remote.FetchOptions;
import dev.zvpg.remote.PushOptions;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.RefUpdate;
import dev.zvpg.remote.Remote;
import dev.zvpg.remote.RemoteOptions;
import dev.zvpg.server.FakeServer;
import dev.zvpg.storage.SnapshotId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two repositories that work, and push and fetch over links that are cut anywhere. A snapshot is the same wherever it is;
 * a branch changes only as it was told to.
 */
@Tag(Effort.ANYBODY)
class RemoteWalkTest extends TwoRepositories {

    private static final List<String> BRANCHES = List.of("main", "dev");

    /** The digest of each snapshot that was ever seen. */
    private final Map<String, String> known = new HashMap<>();

    private Random random = new Random(0);
    private String step = "";

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void whatGoesToAndFroIsWhatItWas(long seed) throws Exception {
        random = new Random(seed);
        commit(theirs.branch("main"), "v0", "a", "0");
        fetch();
        ours.snapshot("origin/main@v0").branch("dev");
        theirs.snapshot("main@v0").branch("dev");
        int steps = Effort.of(40, 200);
        for (int i = 0; i < steps; i++) {
            int kind = random.nextInt(12);
            step = "seed " + seed + ", step " + i + ", kind " + kind;
            walk(kind, i);
            check(ours);
            check(theirs);
        }
        close();
        theirs = zvpg("theirs").open();
        ours = zvpg("ours").open();
        requireNothingLeft("theirs");
        requireNothingLeft("ours");
        fetch(o -> o.verify(true));
        for (String branch : BRANCHES) {
            assertThat(ours.remoteBranch("origin/" + branch).head().id())
                    .as(step)
                    .isEqualTo(theirs.branch(branch).head().orElseThrow().id());
        }
    }

    private Repository either() {
        return random.nextBoolean() ? ours : theirs;
    }

    private String branchName() {
        return BRANCHES.get(random.nextInt(BRANCHES.size()));
    }

    private void walk(int kind, int i) {
        switch (kind) {
            case 0, 1, 2 -> commit(either().branch(branchName()), "s" + i, "k" + random.nextInt(5), "" + i);
            case 3 -> dirty(either().branch(branchName()), i);
            case 4, 5 -> fetchPerhapsCut();
            case 6, 7, 8 -> pushPerhapsCut(branchName());
            case 9 -> merge(branchName());
            case 10 -> reset(either().branch(branchName()));
            default -> delete(either());
        }
    }

    private static void dirty(Branch branch, int i) {
        Launched.fake(branch.start()).put("u", "" + i);
        branch.stop();
    }

    private Remote perhapsCut() {
        Remote remote = connect();
        if (random.nextInt(3) == 0) {
            (random.nextBoolean() ? request : answer).cutAfter(random.nextInt(5000));
        }
        return remote;
    }

    private void fetchPerhapsCut() {
        try {
            transfers().fetch("origin", perhapsCut(), FetchOptions.DEFAULT);
            for (String branch : BRANCHES) {
                assertThat(ours.remoteBranch("origin/" + branch).head().id())
                        .as(step)
                        .isEqualTo(theirs.branch(branch).head().orElseThrow().id());
            }
        } catch (RemoteException e) {
            assertThat(e.reason()).as(step).isEqualTo(RemoteException.Reason.CUT);
        }
    }

    private void pushPerhapsCut(String name) {
        Branch branch = ours.branch(name);
        Branch there = theirs.branch(name);
        Map<String, String> before = FakeServer.rowsOf(there.dataDirectory());
        Optional<Snapshot> headBefore = there.head();
        try {
            PushOptions options = random.nextInt(4) == 0 ? PushOptions.DEFAULT.forceWithLease() : PushOptions.DEFAULT;
            PushResult result = transfers().push("origin", perhapsCut(), RemoteOptions.DEFAULT, branch.key(), options);
            RefUpdate update = result.refs().get(0);
            if (!update.status().isRejected()) {
                assertThat(there.head().map(Snapshot::id))
                        .as(step)
                        .isEqualTo(branch.head().map(Snapshot::id));
            } else {
                assertThat(there.head()).as(step).isEqualTo(headBefore);
            }
            if (update.status() != RefUpdate.Status.UPDATED) {
                assertThat(FakeServer.rowsOf(there.dataDirectory())).as(step).isEqualTo(before);
            } else {
                assertThat(there.isDirty()).as(step).isFalse();
            }
        } catch (RemoteException e) {
            assertThat(e.reason()).as(step).isEqualTo(RemoteException.Reason.CUT);
        } catch (NotFoundException e) {
            assertThat(branch.head()).as(step).isEmpty(); // there was nothing to push
        }
    }

    private void merge(String name) {
        try {
            ours.branch(name).merge(ours.remoteBranch("origin/" + name), MergeOptions::theirs);
            ours.branch(name).stop();
        } catch (NotFoundException | DivergedException e) {
            // it was not fetched yet, or what the two had in common was deleted
        }
    }

    private void reset(Branch branch) {
        List<Snapshot> snapshots = new ArrayList<>(branch.snapshots());
        branch.head().ifPresent(snapshots::add);
        if (!snapshots.isEmpty()) {
            branch.resetTo(snapshots.get(random.nextInt(snapshots.size())));
        }
    }

    private void delete(Repository repo) {
        List<Snapshot> snapshots = repo.snapshots();
        if (snapshots.size() > 4) {
            try {
                snapshots.get(random.nextInt(snapshots.size())).delete();
            } catch (InUseException e) {
                // a merge begins there, or a remote is there
            }
        }
    }

    private void check(Repository repo) throws IOException {
        for (Snapshot snapshot : repo.snapshots()) {
            String digest = digest(repo, snapshot.id());
            assertThat(known.computeIfAbsent(snapshot.id(), id -> digest))
                    .as(step)
                    .isEqualTo(digest);
        }
        try {
            for (Branch branch : repo.branches()) {
                if (!branch.isDirty() && branch.head().isPresent()) {
                    Map<String, String> saved = FakeServer.rowsOf(repo.operations()
                            .context()
                            .storage()
                            .directory(new SnapshotId(branch.head().get().id()))
                            .resolve("data"));
                    assertThat(FakeServer.rowsOf(branch.dataDirectory()))
                            .as(step)
                            .isEqualTo(saved);
                }
            }
        } catch (ZvpgException e) {
            throw new AssertionError(step, e);
        }
    }
}
