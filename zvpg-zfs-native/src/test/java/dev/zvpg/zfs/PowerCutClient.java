package dev.zvpg.zfs;

import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.storage.Storage;
import dev.zvpg.zfs.binding.Lzc;
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

    private final PowerCutJournal journal;
    private final String boot;
    private final Random random;
    private final boolean check;
    private final long begin = System.nanoTime();

    private PowerCutClient(PowerCutJournal journal, String boot, Random random, boolean check) {
        this.journal = journal;
        this.boot = boot;
        this.random = random;
        this.check = check;
    }

    /**
     * Checks, and works.
     *
     * @param arguments the file with what was told until now; the boot's number; the seed; {@code transfers} for these
     *     alone; {@code check} to end after the check
     */
    @SuppressWarnings("SystemOut") // the host reads it
    public static void main(String[] arguments) throws Exception {
        List<String> words = List.of(arguments);
        PowerCutJournal journal = PowerCutJournal.read(Path.of(arguments[0]));
        Random random = new Random(Long.parseLong(arguments[2]));
        mountHome();
        try (PowerCutReceiver receiver = PowerCutReceiver.open(journal, HOME)) {
            new PowerCutClient(journal, arguments[1], random, words.contains("check"))
                    .run(receiver, words.contains("transfers"));
        }
        PoolTools.run("zpool", "scrub", "-w", PoolTools.NAME);
        String status = PoolTools.run("zpool", "status", "-x", PoolTools.NAME).strip();
        if (!status.equals("pool '" + PoolTools.NAME + "' is healthy")) {
            throw new IllegalStateException(status);
        }
        System.out.println(status);
    }

    private static void mountHome() throws Exception {
        if (Lzc.open().exists(HOME_DATASET)) {
            PoolTools.run("zfs", "mount", HOME_DATASET);
        } else {
            PoolTools.run("zfs", "create", "-o", "mountpoint=" + HOME, HOME_DATASET);
        }
    }

    private void run(PowerCutReceiver receiver, boolean transfersOnly) throws Exception {
        String transfers = receiver.check();
        if (!transfersOnly) {
            run(receiver, transfers);
            return;
        }
        ready(transfers);
        if (!check) {
            receiver.work(random, boot);
        }
    }

    private void run(PowerCutReceiver receiver, String transfers) throws Exception {
        Zvpg zvpg = Zvpg.at(HOME.resolve("repo"))
                .storage(ZfsStorage.dataset(PoolTools.NAME + "/zvpg"))
                .postgres(Postgres.onPath());
        boolean made = journal.model().all(PowerCutModel.BRANCH).isEmpty();
        try (Repository repo = made ? zvpg.init() : zvpg.open();
                Storage storage = ZfsStorage.dataset(PoolTools.NAME + "/zvpg").open()) {
            if (made) {
                repo.branch("main").start();
                PowerCutBank.open(repo.branch("main").dataSource());
                journal.say("= holds main 0");
            }
            new PowerCutChecker(repo, journal, random).check(storage);
            ready("branches=" + repo.branches().size() + " snapshots="
                    + repo.snapshots().size() + " clones=" + repo.clones().size() + " " + transfers);
            if (!check) {
                work(repo, receiver);
            }
        }
    }

    @SuppressWarnings("SystemOut") // the host reads it
    private void ready(String what) throws Exception {
        System.out.println("READY " + what + " datasets="
                + PoolTools.tree(PoolTools.NAME).size() + " pool="
                + PoolTools.run("zpool", "list", "-H", "-o", "health", PoolTools.NAME)
                        .strip() + " seconds=" + (System.nanoTime() - begin) / 1_000_000_000);
    }

    private void work(Repository repo, PowerCutReceiver receiver) throws Exception {
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
        threads.add(thread(new Random(random.nextLong()), r -> receiver.work(r, boot)));
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
