package dev.zvpg;

import dev.zvpg.directory.SmallDisk;
import dev.zvpg.server.FakeLauncher;
import java.nio.file.Files;
import java.nio.file.Path;

/** Deletes everything that a repository lets go of, on a disk without a free block. Runs in a JVM of its own. */
public final class FullRepository {

    static final String FINE = "everything could be deleted";

    private FullRepository() {}

    /**
     * Runs it.
     *
     * @param arguments the disk's mount point
     */
    public static void main(String[] arguments) throws Exception {
        Path disk = Path.of(arguments[0]);
        try (Repository repo = Zvpg.at(disk.resolve("home"))
                .postgres(new FakeLauncher())
                .ports(6000, 6009)
                .init()) {
            Branch main = repo.branch("main");
            Launched.fake(main.start()).put("a", "1");
            Snapshot v1 = main.snapshot("v1", "x".repeat(500));
            main.snapshot("v2", "y".repeat(500));
            Branch feature = v1.branch("feature");
            feature.snapshot("f1", "");
            feature = feature.rename("a-much-longer-name-for-the-branch-that-was-called-feature");
            Clone trial = v1.clone("trial");
            Clone running = v1.clone("running");
            Launched.fake(running.start()).put("a", "2");

            SmallDisk.fill(disk.resolve("ballast"));
            trial.delete();
            running.delete();
            v1.discard();
            feature.discard();

            Files.delete(disk.resolve("ballast"));
            require(repo.clones().isEmpty(), "clones are left");
            require(repo.branches().size() == 1, "branches are left");
            require(repo.snapshots().size() == 1, "snapshots are left: " + repo.snapshots());
            require(repo.doctor().stream().noneMatch(problem -> problem.what().contains("left over")), "leftovers");
            main.snapshot("v3", "");
        }
        System.out.println(FINE);
    }

    private static void require(boolean right, String otherwise) {
        if (!right) {
            throw new IllegalStateException(otherwise);
        }
    }
}
