package dev.zvpg.zfs;

import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.storage.Storage;
import dev.zvpg.zfs.binding.Lzc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/**
 * The program that runs in the machine whose power is cut: it checks what the last cut left, says READY, and makes load
 * until the next one. Confined to the main thread, but for the threads it starts.
 */
final class PowerCutClient {

    private static final Path HOME = Path.of("/zvpg-home");
    private static final String HOME_DATASET = PoolTools.NAME + "/home";

    private PowerCutClient() {}

    /**
     * Checks, and works.
     *
     * @param arguments the file with what was told until now; the boot's number; the seed; {@code check} to end after
     *     the check
     */
    @SuppressWarnings("SystemOut") // the host reads it
    public static void main(String[] arguments) throws Exception {
        String boot = arguments[1];
        Random random = new Random(Long.parseLong(arguments[2]));
        PowerCutJournal journal = PowerCutJournal.read(Path.of(arguments[0]));
        boolean check = List.of(arguments).contains("check");
        mountHome();
        Zvpg zvpg = Zvpg.at(HOME.resolve("repo"))
                .storage(ZfsStorage.dataset(PoolTools.NAME + "/zvpg"))
                .postgres(Postgres.onPath());
        long begin = System.nanoTime();
        boolean made = journal.model().all(PowerCutModel.BRANCH).isEmpty();
        try (Repository repo = made ? zvpg.init() : zvpg.open();
                Storage storage = ZfsStorage.dataset(PoolTools.NAME + "/zvpg").open()) {
            if (made) {
                repo.branch("main").start();
                PowerCutBank.open(repo.branch("main").dataSource());
                journal.say("= holds main 0");
            }
            new PowerCutChecker(repo, journal, random).check(storage);
            System.out.println("READY branches=" + repo.branches().size() + " snapshots="
                    + repo.snapshots().size() + " clones=" + repo.clones().size() + " datasets="
                    + PoolTools.tree(PoolTools.NAME).size() + " pool="
                    + PoolTools.run("zpool", "list", "-H", "-o", "health", PoolTools.NAME)
                            .strip() + " seconds="
                    + (System.nanoTime() - begin) / 1_000_000_000);
            if (!check) {
                work(repo, journal, boot, random);
            }
        }
        PoolTools.run("zpool", "scrub", "-w", PoolTools.NAME);
        String status = PoolTools.run("zpool", "status", "-x", PoolTools.NAME).strip();
        if (!status.equals("pool '" + PoolTools.NAME + "' is healthy")) {
            throw new IllegalStateException(status);
        }
        System.out.println(status);
    }

    private static void mountHome() throws Exception {
        if (!Lzc.open().exists(HOME_DATASET)) {
            PoolTools.run("zfs", "create", "-o", "mountpoint=" + HOME, HOME_DATASET);
        } else if (!Files.exists(HOME.resolve("repo"))) {
            PoolTools.run("zfs", "mount", HOME_DATASET);
        }
    }

    private static void work(Repository repo, PowerCutJournal journal, String boot, Random random) throws Exception {
        String other =
                PowerCutLoad.anyOf(journal.model().all(PowerCutModel.BRANCH).keySet(), random);
        PowerCutLoad load = new PowerCutLoad(repo, journal, boot, new TreeSet<>(List.of("main", other)));
        if (journal.model().all(PowerCutModel.SNAPSHOT).isEmpty()) {
            load.firstSnapshot();
        }
        List<Thread> threads = new ArrayList<>();
        threads.add(thread(new Random(random.nextLong()), r -> load.transfers(repo.branch("main"), r)));
        threads.add(thread(new Random(random.nextLong()), load::history));
        threads.add(thread(new Random(random.nextLong()), load::clones));
        if (!other.equals("main")) {
            threads.add(thread(new Random(random.nextLong()), r -> load.transfers(repo.branch(other), r)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Work with random numbers of its own. */
    private interface RandomWork {
        void run(Random random) throws Exception;
    }

    @SuppressWarnings("SystemOut") // an error of any kind is a failure of the whole run
    private static Thread thread(Random random, RandomWork work) {
        Thread thread = new Thread(() -> {
            try {
                work.run(random);
            } catch (Exception e) {
                e.printStackTrace();
                System.out.println("ERROR " + e);
                Runtime.getRuntime().halt(1);
            }
        });
        thread.start();
        return thread;
    }
}
