package dev.zvpg.zfs;

import static dev.zvpg.zfs.PowerCutModel.BRANCH;
import static dev.zvpg.zfs.PowerCutModel.CLONE;
import static dev.zvpg.zfs.PowerCutModel.COMMIT;
import static dev.zvpg.zfs.PowerCutModel.DELETE;
import static dev.zvpg.zfs.PowerCutModel.RESET;
import static dev.zvpg.zfs.PowerCutModel.SNAPSHOT;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.error.NotFoundException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** What the client does until the power goes. Each method is one thread's. Thread-safe. */
final class PowerCutLoad {

    private static final String MAIN = "main";
    private static final int BRANCHES = 3;
    private static final int CLONES = 6;
    private static final int SNAPSHOTS = 20;

    private final Repository repo;
    private final PowerCutJournal journal;
    private final String boot;
    private final Set<String> busy;

    /**
     * For one boot.
     *
     * @param boot part of every name, so that no name is used twice
     * @param busy the branches with transfers, which are not reset
     */
    PowerCutLoad(Repository repo, PowerCutJournal journal, String boot, Set<String> busy) {
        this.repo = repo;
        this.journal = journal;
        this.boot = boot;
        this.busy = busy;
    }

    /** Moves money on a branch, until the branch is deleted. */
    void transfers(Branch branch, Random random) throws Exception {
        long number = journal.model().transfers(branch.name()).high();
        try (Connection connection = branch.start().dataSource("postgres").getConnection()) {
            connection.setAutoCommit(false);
            while (true) {
                long next = ++number;
                journal.telling(
                        COMMIT,
                        branch.name(),
                        Long.toString(next),
                        () -> PowerCutBank.transfer(connection, next, random));
            }
        } catch (SQLException | NotFoundException e) {
            if (journal.model().required(BRANCH).contains(branch.name())) {
                throw e;
            }
        }
    }

    /** Takes and deletes snapshots, makes and deletes branches. */
    void history(Random random) throws Exception {
        for (int i = 0; ; i++) {
            PowerCutModel model = journal.model();
            Set<String> branches = model.all(BRANCH).keySet();
            Set<String> snapshots = model.all(SNAPSHOT).keySet();
            String branch = anyOf(branches, random);
            int dice = random.nextInt(100);
            if (snapshots.size() > SNAPSHOTS || (dice < 20 && snapshots.size() > 3)) {
                String ref = anyOf(snapshots, random);
                journal.telling(
                        DELETE + SNAPSHOT, ref, "", () -> repo.snapshot(ref).discard());
            } else if (branches.size() > BRANCHES || (dice < 30 && branches.size() > 1)) {
                if (!branch.equals(MAIN)) {
                    journal.telling(
                            DELETE + BRANCH,
                            branch,
                            "",
                            () -> repo.branch(branch).discard());
                }
            } else if (dice < 50 && !snapshots.isEmpty()) {
                String name = "b/" + boot + "." + i;
                String ref = anyOf(snapshots, random);
                journal.telling(BRANCH, name, ref, () -> repo.snapshot(ref).branch(name));
            } else if (dice < 65 && !snapshots.isEmpty() && !busy.contains(branch)) {
                String ref = anyOf(snapshots, random);
                journal.telling(
                        RESET, branch, ref, () -> repo.branch(branch).resetTo(repo.snapshot(ref), o -> o.save(false)));
            } else {
                snapshot(branch, "s" + boot + "." + i, random.nextBoolean());
            }
        }
    }

    /** What the other threads need. */
    void firstSnapshot() throws Exception {
        snapshot(MAIN, "s" + boot, true);
    }

    private void snapshot(String branch, String name, boolean checkpoint) throws Exception {
        String ref = branch + "@" + name;
        journal.telling(
                SNAPSHOT,
                ref,
                "",
                () -> repo.branch(branch).snapshot(name, PowerCutModel.message(ref), o -> o.checkpoint(checkpoint)));
    }

    /** Makes, uses and deletes clones. */
    void clones(Random random) throws Exception {
        for (int i = 0; ; i++) {
            Set<String> clones = journal.model().all(CLONE).keySet();
            Set<String> snapshots = journal.model().all(SNAPSHOT).keySet();
            int dice = random.nextInt(100);
            if (clones.size() > CLONES || (dice < 35 && !clones.isEmpty())) {
                String name = anyOf(clones, random);
                journal.telling(DELETE + CLONE, name, "", () -> repo.clone(name).delete());
            } else if (dice < 45 && !clones.isEmpty()) {
                Clone clone = repo.clone(anyOf(clones, random));
                clone.start();
                PowerCutBank.audit(clone.dataSource());
                clone.stop();
            } else if (!snapshots.isEmpty()) {
                String name = "c" + boot + "." + i;
                String ref = anyOf(snapshots, random);
                journal.telling(CLONE, name, ref, () -> repo.snapshot(ref).clone(name));
            }
        }
    }

    static String anyOf(Set<String> names, Random random) {
        List<String> sorted = names.stream().sorted().toList();
        return sorted.get(random.nextInt(sorted.size()));
    }
}
