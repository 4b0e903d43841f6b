package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.storage.MemoryStorage;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StorageFeature;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which snapshot's image each snapshot continues, whatever is deleted in between. */
class LineageTest {

    @TempDir
    Path directory;

    private final MemoryStorage storage = MemoryStorage.with(StorageFeature.ATOMIC_SNAPSHOT);
    private Repository repo;
    private Branch main;

    @BeforeEach
    void initialize() {
        repo = Zvpg.at(directory.resolve("home"))
                .storage(() -> storage)
                .postgres(new FakeLauncher())
                .ports(6000, 6099)
                .maxClones(50)
                .init();
        main = repo.branch("main");
    }

    @AfterEach
    void close() {
        repo.close();
    }

    private Catalog catalog() {
        return new Catalog(storage.list());
    }

    private static SnapshotId id(Snapshot snapshot) {
        return new SnapshotId(snapshot.id());
    }

    /** What a snapshot continues, nearest first, without itself. */
    private List<String> images(Snapshot snapshot) {
        Catalog catalog = catalog();
        return catalog.lineage().images(id(snapshot)).stream()
                .skip(1)
                .map(catalog::ref)
                .toList();
    }

    @Test
    void aSnapshotContinuesTheOneBeforeItOrWhatItsBranchBeganFrom() {
        Snapshot v1 = main.snapshot("v1", "");
        Snapshot v2 = main.snapshot("v2", "");
        Snapshot f1 = v1.branch("feature").snapshot("f1", "");
        assertThat(images(v1)).isEmpty();
        assertThat(images(v2)).containsExactly("main@v1");
        assertThat(images(f1)).containsExactly("main@v1");
        assertThat(catalog().lineage().commonImage(id(v2), id(f1)).map(SnapshotRecord::id))
                .contains(id(v1));
        assertThat(catalog().lineage().commonImage(id(v1), id(f1)).map(SnapshotRecord::id))
                .contains(id(v1));
    }

    @Test
    void afterAResetItContinuesWhatTheBranchWentBackTo() {
        Snapshot v1 = main.snapshot("v1", "");
        main.snapshot("v2", "");
        main.resetTo(v1);
        assertThat(images(main.snapshot("v3", ""))).containsExactly("main@v1");
    }

    @Test
    void afterAFastForwardItContinuesTheOtherBranch() {
        Branch feature = main.snapshot("v1", "").branch("feature");
        feature.snapshot("f1", "");
        main.merge(feature);
        assertThat(images(main.snapshot("v2", ""))).containsExactly("feature@f1", "main@v1");
    }

    @Test
    void whatADeletedSnapshotContinuedIsContinuedByWhatContinuedIt() {
        Snapshot v1 = main.snapshot("v1", "");
        Snapshot v2 = main.snapshot("v2", "");
        Snapshot v3 = main.snapshot("v3", "");
        Branch feature = v2.branch("feature");
        v2.discard();
        assertThat(images(v3)).containsExactly("main@v1");
        Snapshot f1 = feature.snapshot("f1", "");
        assertThat(images(f1)).containsExactly("main@v1");
        v1.discard();
        assertThat(images(v3)).isEmpty();
        assertThat(images(f1)).isEmpty();
        assertThat(catalog().lineage().commonImage(id(v3), id(f1))).isEmpty();
    }

    @Test
    void whatIsKeptOfAScratchCloneContinuesItsSnapshot() throws Exception {
        Snapshot v1 = main.snapshot("v1", "");
        try (ScratchClone scratch = v1.scratch()) {
            scratch.keep("found");
        }
        v1.discard();
        assertThat(repo.clone("found").info().snapshot()).isEmpty();
        Snapshot derived = main.snapshot("v2", "").derive("masked", pg -> {});
        assertThat(images(derived)).containsExactly("main@v2");
    }

    @Test
    void aMergeKeepsNothingOfTheOtherBranchWhenThatIsDeleted() {
        DrawnHistory history = new DrawnHistory()
                .branch("main")
                .branch("feature")
                .snapshot("main", "v1", "")
                .snapshot("feature", "f1", "", "v1")
                .snapshot("main", "v2", "", "v1")
                .snapshot("main", "v3", "a merge", "v2", "f1");
        assertThat(history.catalog().reachability().unreachable(Instant.EPOCH)).isEmpty();
        Catalog after = history.deleteBranch("feature").catalog();
        assertThat(after.reachability().unreachable(Instant.EPOCH))
                .extracting(SnapshotRecord::name)
                .containsExactly("f1");
    }

    /** What a walk knows of each snapshot: those that its image continues, nearest first, deleted ones too. */
    private final Map<SnapshotId, List<SnapshotId>> lines = new HashMap<>();

    /** The same of what the next snapshot of a branch continues. */
    private final Map<String, List<SnapshotId>> next = new HashMap<>();

    @Test
    void aRandomHistoryIsContinuedAsItWasMade() {
        long seed = Long.getLong("zvpg.seed", System.nanoTime());
        System.out.println("lineage: -Dzvpg.seed=" + seed);
        Random random = new Random(seed);
        next.put(main.id(), List.of());
        boolean collected = false; // where a line may end early
        for (int step = 0; step < Effort.of(300, 1500); step++) {
            List<Branch> branches = repo.branches();
            List<Snapshot> snapshots = repo.snapshots();
            Branch branch = branches.get(random.nextInt(branches.size()));
            int choice = random.nextInt(10);
            if (choice < 4 || snapshots.isEmpty()) {
                take(branch, "s" + step);
            } else {
                Snapshot snapshot = snapshots.get(random.nextInt(snapshots.size()));
                if (choice < 6 && branches.size() < 8) {
                    next.put(snapshot.branch("b" + step).id(), line(snapshot));
                } else if (choice == 6) {
                    branch.resetTo(snapshot, o -> o.save(false));
                    next.put(branch.id(), line(snapshot));
                } else if (choice == 7 && branches.size() > 1) {
                    int before = repo.snapshots().size();
                    branch.discard();
                    collected |= repo.snapshots().size() < before;
                } else if (choice > 7) {
                    int before = repo.snapshots().size();
                    snapshot.discard();
                    collected |= repo.snapshots().size() < before - 1;
                }
            }
            requireLines(collected);
        }
    }

    private void take(Branch branch, String name) {
        Snapshot taken = branch.snapshot(name, "");
        lines.put(id(taken), next.getOrDefault(branch.id(), List.of()));
        next.put(branch.id(), line(taken));
    }

    private List<SnapshotId> line(Snapshot snapshot) {
        List<SnapshotId> line = new ArrayList<>(List.of(id(snapshot)));
        line.addAll(lines.getOrDefault(id(snapshot), List.of()));
        return line;
    }

    private void requireLines(boolean collected) {
        Catalog catalog = catalog();
        for (SnapshotRecord snapshot : catalog.snapshots()) {
            List<SnapshotId> told = catalog.lineage().images(snapshot.id()).stream()
                    .skip(1)
                    .map(SnapshotRecord::id)
                    .toList();
            List<SnapshotId> left = lines.getOrDefault(snapshot.id(), List.of()).stream()
                    .filter(id -> catalog.snapshot(id).isPresent())
                    .toList();
            assertThat(told).isEqualTo(collected ? left.subList(0, Math.min(told.size(), left.size())) : left);
        }
        List<SnapshotRecord> all = catalog.snapshots();
        for (int i = 0; i + 1 < all.size(); i += 2) {
            Optional<SnapshotRecord> common = catalog.lineage()
                    .commonImage(all.get(i).id(), all.get(i + 1).id());
            if (common.isPresent()) {
                for (SnapshotRecord one : List.of(all.get(i), all.get(i + 1))) {
                    assertThat(one.id().equals(common.get().id())
                                    || lines.getOrDefault(one.id(), List.of())
                                            .contains(common.get().id()))
                            .isTrue();
                }
            }
        }
    }
}
